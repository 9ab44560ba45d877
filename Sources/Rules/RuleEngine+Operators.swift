import Registry

// What operators ask for.
extension RuleEngine {
    /// Does what an operator asks, or says why not.
    @discardableResult
    public mutating func apply(_ command: OperatorCommand, at moment: Instant) -> OperatorAnswer {
        advance(to: max(now, moment))
        guard !command.by.allSatisfy(\.isWhitespace) else { return .refused("nobody is named who asks; say who it is") }
        if command.verb.isOfScope { return applyToScope(command) }
        if command.verb.isOfResidents { return pass(on: command) }
        guard let (drill, block, position) = find(command.incident) else {
            return command.verb == .cause ? sayCause(command) : .unknown("no incident '\(command.incident)' is open")
        }
        let incident = self[drill].blocks[block].incidents[position]
        if let refusal = refusal(of: command, incident) { return refusal }
        var record = Narration.command(command, incident, estate, utcOffset: rules.settings.utcOffset)
        record.at = now
        outcome.records.append(record)
        var changed = incident
        change(&changed, command, drill)
        self[drill].blocks[block].incidents[position] = changed
        if command.verb == .reset {
            let time = self[drill].time(at: now)
            close(command.incident, block: block, drill: drill, at: time, rule: "reset", tell: [.told])
        } else {
            settle(command.incident, block: block, drill: drill, trigger: nil)
        }
        return .done
    }

    private mutating func change(_ incident: inout Incident, _ command: OperatorCommand, _ drill: Int?) {
        let time = self[drill].time(at: now)
        switch command.verb {
        case .acknowledge:
            incident.acknowledgement = .init(at: time, by: command.by, why: command.why)
            incident.reminder = nil
        case .confirm: incident.confirmedByPersonAt = time
        case .silence: silence(&incident, command, drill)
        case .resound: endSilence(&incident, because: .person, drill)
        case .reset, .cause:
            guard let cause = command.cause else { break }
            incident.cause = cause
            incident.causeBy = command.by
        case .needHelp, .falseAlarm, .unclear, .disable, .test, .enable, .endTest: break
        }
    }

    private func refusal(of command: OperatorCommand, _ incident: Incident) -> OperatorAnswer? {
        switch command.verb {
        case .acknowledge, .needHelp, .falseAlarm, .unclear, .disable, .test, .enable, .endTest: return nil
        case .confirm:
            let takesWord = ladders[incident.hazard].contains {
                $0.when.flatMap(\.parts).contains(.confirmedByPerson)
            }
            return takesWord ? nil : .refused("no rule of \(incident.hazard.rawValue) takes a person's word for it")
        case .silence: return refusalOfSilence(command, incident)
        case .resound: return incident.silence == nil ? .refused("\(incident.id) is not silenced") : nil
        case .cause: return command.cause == nil ? .refused("no cause is named; write one of \(Self.causes)") : nil
        case .reset:
            let still = incident.stillAlarming
            guard !still.isEmpty, command.force != true else { return nil }
            let list = still.map { "\($0.device) since \($0.raisedAt)" }.joined(separator: ", ")
            return .refused(
                "\(incident.id) still alarms (\(list)); reset it when that is over, or by force if you have looked")
        }
    }

    private static var causes: String { Cause.allCases.map(\.rawValue).joined(separator: ", ") }

    /// Of an incident that is closed; the caller knows that there was one.
    private mutating func sayCause(_ command: OperatorCommand) -> OperatorAnswer {
        guard let cause = command.cause else { return .refused("no cause is named; write one of \(Self.causes)") }
        let given = GivenCause(incident: command.incident, cause: cause, by: command.by)
        outcome.causes.append(given)
        outcome.records.append(Narration.cause(given, why: command.why, at: now, estate))
        return .done
    }

    func find(_ id: Incident.ID) -> (drill: Int?, block: Int, position: Int)? {
        for drill in [nil] + drills.indices.map(Optional.some) {
            for block in self[drill].openBlocks {
                if let position = self[drill].blocks[block].incidents.firstIndex(where: { $0.id == id && $0.isOpen }) {
                    return (drill, block, position)
                }
            }
        }
        return nil
    }

    /// Every open incident, real ones first.
    public var openIncidents: [Incident] {
        ([nil] + drills.indices.map(Optional.some)).flatMap { drill in
            self[drill].openBlocks.flatMap { self[drill].blocks[$0].incidents.filter(\.isOpen) }
        }
    }
}
