public import Registry

/// What a person at the controls asks for.
public struct OperatorCommand: Hashable, Sendable, Codable {
    public var verb: Verb
    public var incident: Incident.ID
    /// Who asks, as they call themselves.
    public var by: String
    /// Why, in their words; may be empty.
    public var why: String

    public enum Verb: String, Hashable, Sendable, Codable, CaseIterable {
        /// Somebody has seen it: reminders stop, and what waits for an answer waits no longer.
        case acknowledge
        /// Somebody has seen that it is real.
        case confirm
        /// The incident closes for good.
        case reset
    }

    public init(_ verb: Verb, incident: Incident.ID, by: String, why: String = "") {
        self.verb = verb
        self.incident = incident
        self.by = by
        self.why = why
    }
}

extension RuleEngine {
    /// Does what an operator asks.
    ///
    /// - Returns: false if there is no such open incident, or no rule of its hazard takes a person's word.
    @discardableResult
    public mutating func apply(_ command: OperatorCommand, at moment: Instant) -> Bool {
        advance(to: max(now, moment))
        guard let (drill, block, position) = find(command.incident) else { return false }
        let hazard = self[drill].blocks[block].incidents[position].hazard
        if command.verb == .confirm {
            guard ladders[hazard].contains(where: { $0.when.contains(.confirmedByPerson) }) else {
                return false
            }
        }
        let time = self[drill].time(at: now)
        var record = Narration.command(command, self[drill].blocks[block].incidents[position], estate)
        record.at = now
        outcome.records.append(record)
        switch command.verb {
        case .acknowledge:
            self[drill].blocks[block].incidents[position].acknowledgement = .init(at: time, by: command.by)
            self[drill].blocks[block].incidents[position].reminder = nil
        case .confirm:
            self[drill].blocks[block].incidents[position].confirmedByPersonAt = time
        case .reset:
            close(command.incident, block: block, drill: drill, at: time, rule: "reset", tell: [.told])
            return true
        }
        settle(command.incident, block: block, drill: drill, trigger: nil)
        return true
    }

    private func find(_ id: Incident.ID) -> (drill: Int?, block: Int, position: Int)? {
        for drill in [nil] + drills.indices.map(Optional.some) {
            for block in self[drill].openBlocks {
                if let position = self[drill].blocks[block].incidents.firstIndex(where: { $0.id == id }) {
                    return (drill, block, position)
                }
            }
        }
        return nil
    }

    /// Every open incident, real ones first.
    public var openIncidents: [Incident] {
        ([nil] + drills.indices.map(Optional.some)).flatMap { drill in
            self[drill].openBlocks.flatMap { self[drill].blocks[$0].incidents }
        }
    }
}
