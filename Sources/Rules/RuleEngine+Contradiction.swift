import Registry

// A fire is confirmed, and the building's own alarm says nothing: people who wait for it lose the minutes that they have.
extension RuleEngine {
    /// Begins to wait for the bell, unless it sounds already. An exercise never waits for the real one. A bell that is
    /// registered and was never heard is waited for like any other: nobody has evidence that it rings.
    mutating func awaitBell(_ incident: inout Incident, since moment: Instant) {
        guard incident.bell == nil, incident.hazard == .fire, incident.exercise == nil,
            let block = estate.position(ofBlock: incident.block), !bells[block].isEmpty
        else { return }
        incident.bell =
            real.blocks[block].buildingAlarm?.hasSounded(for: moment) == true
            ? .heard : .awaited(until: moment + estate.buildingAlarms.contradictionAfter)
    }

    /// When the bell's silence becomes a contradiction. Not while the hub hears nobody, nor while the fire is clearing.
    func contradictionDue(of incident: Incident) -> Instant? {
        guard case .awaited(let until)? = incident.bell, !isDeaf,
            incident.stage == .confirmed || incident.stage == .spreading
        else { return nil }
        return max(until, incident.rungSince)
    }

    /// Whether people have to be told not to wait for the bell: it has stayed silent although a fire is confirmed, or it
    /// is registered as isolated and not heard all the same. Of the estate as a whole: in any block that burns.
    func contradicts(_ incident: Incident) -> Bool {
        guard incident.hazard == .fire, incident.exercise == nil, incident.isOpen, incident.stage != .clearing else {
            return false
        }
        guard let block = estate.position(ofBlock: incident.block) else {
            return incident.block == "*"
                && real.openBlocks.contains { position in
                    position != estate.blocks.count && real.blocks[position].incidents.contains(where: contradicts)
                }
        }
        switch incident.bell {
        case .heard: return false
        case .silent: return true
        case .awaited, nil:
            let alarm = real.blocks[block].buildingAlarm
            return alarm?.isolation != nil && alarm?.hasSounded(for: now) != true
        }
    }

    /// Whether it is all that can be said of a contradicting bell that it was never heard: it is in the registry, and
    /// nobody has registered it as off. Of the estate as a whole: of every bell that contradicts.
    func contradictsUnheard(_ incident: Incident) -> Bool {
        guard let block = estate.position(ofBlock: incident.block) else {
            return real.openBlocks.allSatisfy { position in
                position == estate.blocks.count
                    || real.blocks[position].incidents.filter(contradicts).allSatisfy(contradictsUnheard)
            }
        }
        return bellIsNeverHeard(block) && real.blocks[block].buildingAlarm?.isolation == nil
    }

    /// The bell has not sounded in time: the guards are told at once, and whoever was told of the fire is told again,
    /// once, with the sentence that it is silent.
    mutating func noteContradiction(_ incident: inout Incident, at moment: Instant) {
        guard let due = contradictionDue(of: incident), due <= moment,
            let block = estate.position(ofBlock: incident.block)
        else { return }
        incident.bell = .silent(since: due)
        var alarm = real.blocks[block].buildingAlarm ?? BuildingAlarm()
        alarm.contradicted = incident.id
        keep(alarm, block)
        let devices = incident.members.map(\.device)
        outcome.decisions.append(
            Decision(
                at: due, block: incident.block, hazard: incident.hazard, incident: incident.id, stage: incident.stage,
                rule: "contradiction", exercise: nil, because: devices))
        let audience: [Audience] = [.guards, .told]
        var record = Narration.contradiction(
            incident, after: estate.buildingAlarms.contradictionAfter, lastHeard: alarm.unheardSince,
            wasNeverHeard: bellIsNeverHeard(block), at: due, estate)
        record.details["tell"] = audience.map(\.rawValue).joined(separator: " ")
        record.details["alert"] = nextAlert(of: incident)
        outcome.records.append(record)
        alert(
            Alert(
                id: "", at: due, block: incident.block, hazard: incident.hazard, incident: incident.id,
                stage: incident.stage, rule: "contradiction", exercise: nil, audience: audience,
                places: incident.places, because: devices),
            of: &incident)
    }

    /// The bell sounds after all: what is told from now on does not say that it is silent.
    mutating func noteBellHeard(_ block: Int) {
        for position in real.blocks[block].incidents.indices {
            var incident = real.blocks[block].incidents[position]
            switch incident.bell {
            case .awaited, .silent: incident.bell = .heard
            case .heard, nil: continue
            }
            incident.due = max(due(of: incident, block), now + .milliseconds(1))
            real.blocks[block].incidents[position] = incident
            noteChanged(incident, block: block, drill: nil)
        }
    }
}
