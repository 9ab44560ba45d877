import Devices
import Registry

// How a signal changes the incident of its block and hazard.
extension RuleEngine {
    mutating func handle(_ signal: Signal, of observation: Observation, late: Bool, drill: Int?) {
        guard let hazard = ladders.hazard(of: signal.kind), let block = position(ofBlock: signal.place.block) else {
            return
        }
        let withholding =
            drill == nil ? withholding(signal, of: observation, hazard: hazard, block: block) : .passes
        var line: Int?
        if signal.change != .repeated {
            line = outcome.records.count
            outcome.records.append(
                Narration.signal(signal, late: late, disabled: withholding.scope, observation, estate))
        }
        // A clear may end its incident, so that it is not found any more below.
        let known = incident(of: signal, hazard, block, drill)
        defer {
            if let line { outcome.records[line].incident = known ?? incident(of: signal, hazard, block, drill) }
        }
        switch withholding {
        case .passes: break
        case .keptBack(let key):
            return keepBack(signal, observation, hazard: hazard, block: block, late: late, under: key)
        case .breaks(let keys): breakDisablements(keys, because: signal)
        }
        act(on: signal, observation, hazard: hazard, block: block, late: late, drill: drill)
    }

    private mutating func act(
        on signal: Signal, _ observation: Observation, hazard: Hazard, block: Int, late: Bool, drill: Int?
    ) {
        let open = self[drill].blocks[block].incidents.firstIndex { $0.hazard == hazard }
        let member = open.flatMap { incident in
            self[drill].blocks[block].incidents[incident].members.firstIndex { $0.device == signal.device }
        }
        switch signal.change {
        case .raised:
            if drill == nil { endExercises(inBlock: block, because: signal) }
            join(signal, observation, hazard: hazard, block: block, late: late, drill: drill)
        case .repeated:
            if let open, let member {
                refresh(member, of: open, signal, observation, hazard: hazard, block: block, late: late, drill: drill)
            } else if self[drill].devices[observation.index].unproven.contains(signal.kind) {
                noteStuck(signal, observation, hazard: hazard, block: block, late: late, drill: drill)
            } else {
                join(signal, observation, hazard: hazard, block: block, late: late, drill: drill)
            }
        case .cleared:
            if drill == nil { forgetWithheld(signal, block: block) }
            putRight(stuckDevice: observation, drill)
            guard let open, let member else { return }
            clear(member, of: open, observation, hazard: hazard, block: block, drill: drill)
        }
    }

    /// The open incident that a signal belongs to.
    private func incident(of signal: Signal, _ hazard: Hazard, _ block: Int, _ drill: Int?) -> Incident.ID? {
        let incident = self[drill].blocks[block].incidents.first { $0.hazard == hazard }
        guard let incident, incident.members.contains(where: { $0.device == signal.device }) else { return nil }
        return incident.id
    }

    /// A detector's alarm begins, or begins again, in the incident that is open or that it opens.
    ///
    /// - Parameter notBefore: what it leads to happens no earlier, for it was kept back until then.
    mutating func join(
        _ signal: Signal, _ observation: Observation, hazard: Hazard, block: Int, late: Bool, drill: Int?,
        notBefore: Instant? = nil
    ) {
        let moment = max(signal.at, notBefore ?? signal.at)
        let position = incident(of: hazard, block: block, at: moment, drill: drill)
        let heardAt = heard(observation, drill)
        let id = self[drill].blocks[block].incidents[position].id
        // In its place, for a copy would copy all members.
        let (index, isNewFlat) = self[drill].blocks[block].incidents[position].join(
            signal, observation, heardAt: heardAt, late: late)
        if let silence = self[drill].blocks[block].incidents[position].silence, !silence.places.contains(signal.place) {
            var incident = self[drill].blocks[block].incidents[position]
            endSilence(&incident, because: .anotherZone(signal.place), drill)
            self[drill].blocks[block].incidents[position] = incident
        }
        settle(
            id, block: block, drill: drill, trigger: Trigger(member: index, at: moment, newFlat: isNewFlat),
            notBefore: notBefore)
        if drill == nil, !real.blocks[block].incidents.contains(where: { $0.id == id }) {
            keepBackForRule(signal, observation, hazard: hazard, late: late)
        }
    }

    /// A detector that is in the incident already says again that it alarms.
    private mutating func refresh(
        _ member: Int, of position: Int, _ signal: Signal, _ observation: Observation, hazard: Hazard, block: Int,
        late: Bool, drill: Int?
    ) {
        let id = self[drill].blocks[block].incidents[position].id
        let known = self[drill].blocks[block].incidents[position].members[member]
        if known.stuck, self[drill].devices[observation.index].unproven.contains(signal.kind) {
            return noteStuck(signal, observation, hazard: hazard, block: block, late: late, drill: drill)
        }
        // One that was stuck may have shown its edge while it was disabled.
        guard !known.stuck, known.alarms, known.kinds.contains(signal.kind) else {
            return join(signal, observation, hazard: hazard, block: block, late: late, drill: drill)
        }
        let heardAt = max(known.heardAt, heard(observation, drill))
        self[drill].blocks[block].incidents[position].members[member].heardAt = heardAt
        self[drill].blocks[block].incidents[position].members[member].live = true
        settle(id, block: block, drill: drill, trigger: nil)
    }

    private mutating func clear(
        _ member: Int, of position: Int, _ observation: Observation, hazard: Hazard, block: Int, drill: Int?
    ) {
        let still = self[drill].devices[observation.index].alarming.members.contains {
            ladders.hazard(of: $0) == hazard
        }
        guard !still else { return }
        let at = heard(observation, drill)
        self[drill].blocks[block].incidents[position].members[member].clearedAt = at
        self[drill].blocks[block].incidents[position].members[member].timedOut = false
        let id = self[drill].blocks[block].incidents[position].id
        settle(id, block: block, drill: drill, trigger: nil)
    }

    /// A device that repeats an alarm which never cleared since its last incident closed.
    private mutating func noteStuck(
        _ signal: Signal, _ observation: Observation, hazard: Hazard, block: Int, late: Bool, drill: Int?
    ) {
        let state = self[drill].devices[observation.index]
        guard let closedAt = state.incidentClosedAt, heard(observation, drill) >= closedAt + rules.settings.rearm else {
            return
        }
        guard let rule = ladders[hazard].first(where: { $0.when.contains(.stuck) }) else {
            // No rule says what a stuck detector of this hazard means, so it is taken at its word.
            self[drill].devices[observation.index].believe(signal.kind)
            return join(signal, observation, hazard: hazard, block: block, late: late, drill: drill)
        }
        if !state.stuck { note(stuck: true, observation, drill) }
        guard drill != nil || !isDisabled(rule) else { return }
        guard state.stuckToldAt.map({ signal.at >= $0 + rule.atMostEvery }) ?? true
        else { return }
        self[drill].devices[observation.index].stuckToldAt = signal.at
        let position = incident(of: hazard, block: block, at: signal.at, drill: drill)
        var incident = self[drill].blocks[block].incidents[position]
        let index = incident.members.firstIndex { $0.device == signal.device } ?? incident.members.count
        if index == incident.members.count {
            incident.members.append(
                Incident.Member(
                    device: signal.device, index: observation.index, place: signal.place, kinds: signal.kind.bit,
                    raisedAt: signal.at, heardAt: heard(observation, drill), live: true, stuck: true))
        }
        // Beside something that is under way already, it is told but changes no stage.
        var told = rule
        if incident.isOpen { told.outcome = .same }
        fire(told, Match(at: signal.at, members: [index]), on: &incident, drill: drill, onlyThere: true)
        self[drill].blocks[block].incidents[position] = incident
        settle(incident.id, block: block, drill: drill, trigger: nil)
    }

    mutating func noteStuckUnderDisablement(_ observation: Observation) {
        let state = real.devices[observation.index]
        guard !state.stuck, let closedAt = state.incidentClosedAt,
            observation.receivedAt >= closedAt + rules.settings.rearm
        else { return }
        note(stuck: true, observation, nil)
        outcome.devices.append(observation.index)
    }

    private mutating func putRight(stuckDevice observation: Observation, _ drill: Int?) {
        guard self[drill].devices[observation.index].stuck else { return }
        self[drill].devices[observation.index].stuckToldAt = nil
        note(stuck: false, observation, drill)
    }

    private mutating func note(stuck: Bool, _ observation: Observation, _ drill: Int?) {
        self[drill].devices[observation.index].stuck = stuck
        var record = Narration.stuck(stuck, observation.device, estate)
        record.at = observation.receivedAt
        record.exercise = exercise(drill)?.id
        outcome.records.append(record)
    }

    /// The open incident of a hazard, or a new one that nobody has been told of yet.
    private mutating func incident(of hazard: Hazard, block: Int, at moment: Instant, drill: Int?) -> Int {
        if let open = self[drill].blocks[block].incidents.firstIndex(where: { $0.hazard == hazard }) { return open }
        // Real incidents and those of exercises are numbered in one row, so that no name is ever used twice.
        real.blocks[block].lastNumber += 1
        let name = self[drill].blocks[block].block == "*" ? "estate" : self[drill].blocks[block].block
        let middle = drill == nil ? hazard.rawValue : "\(hazard.rawValue)-drill"
        let incident = Incident(
            id: "\(name)-\(middle)-\(real.blocks[block].lastNumber)", block: self[drill].blocks[block].block,
            hazard: hazard, exercise: exercise(drill)?.id, openedAt: moment)
        self[drill].blocks[block].incidents.append(incident)
        return self[drill].blocks[block].incidents.count - 1
    }

    func exercise(_ drill: Int?) -> Exercise? { drill.flatMap { drills[$0].exercise } }

    private func heard(_ observation: Observation, _ drill: Int?) -> Instant {
        self[drill].time(at: observation.receivedAt)
    }
}

extension Incident {
    /// Takes in a detector's alarm.
    ///
    /// - Returns: its position among the members, and whether its flat or area is new.
    fileprivate mutating func join(
        _ signal: Signal, _ observation: Observation, heardAt: Instant, late: Bool
    ) -> (member: Int, isNewFlat: Bool) {
        let isNewFlat = !members.contains { $0.place == signal.place }
        guard let known = members.firstIndex(where: { $0.device == signal.device }) else {
            members.append(
                Member(
                    device: signal.device, index: observation.index, place: signal.place, kinds: signal.kind.bit,
                    raisedAt: signal.at, heardAt: heardAt, live: !signal.retained, stuck: false, late: late))
            return (members.count - 1, isNewFlat)
        }
        members[known].kinds.formUnion(signal.kind.bit)
        members[known].raisedAt = signal.at
        members[known].heardAt = max(members[known].heardAt, heardAt)
        members[known].live = members[known].live || !signal.retained
        members[known].stuck = false
        members[known].clearedAt = nil
        members[known].timedOut = false
        return (known, isNewFlat)
    }
}
