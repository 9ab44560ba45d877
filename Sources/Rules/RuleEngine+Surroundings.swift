import Registry

// What rules see beyond an incident: the blocks next to it, the block's own alarm, and what its detectors did before.
extension RuleEngine {
    /// What the rules see beyond an incident: made once for all of a hazard's rules, and not to be kept while the engine
    /// goes on. `nil` for the estate as a whole.
    func surroundings(of incident: Incident, _ block: Int) -> Surroundings? {
        guard block < estate.blocks.count else { return nil }
        let drill = incident.exercise.flatMap { id in drills.firstIndex { $0.exercise?.id == id } }
        return Surroundings(
            block: estate.blocks[block], utcOffset: rules.settings.utcOffset,
            devices: devices, states: self[drill].devices, adjacent: adjacent(to: block, incident.hazard, drill),
            buildingAlarmIsIsolated: buildingAlarmIsIsolated(block))
    }

    private func adjacent(to block: Int, _ hazard: Hazard, _ drill: Int?) -> [(stage: Incident.Rung, since: Instant)] {
        guard interests.adjacentBlocks else { return [] }
        return estate.blocks(nextTo: estate.blocks[block].id).compactMap { name in
            position(ofBlock: name).flatMap { position in
                self[drill].blocks[position].incidents.first { $0.hazard == hazard && $0.isOpen }
            }.map { ($0.rung, $0.rungSince) }
        }
    }

    /// Settles the incidents of the blocks next to one whose stage has changed.
    mutating func settleAdjacent(to block: Int, _ hazard: Hazard, drill: Int?) {
        guard interests.adjacentBlocks, block < estate.blocks.count else { return }
        for name in estate.blocks(nextTo: estate.blocks[block].id) {
            guard let position = position(ofBlock: name),
                let incident = self[drill].blocks[position].incidents.first(where: { $0.hazard == hazard })
            else { continue }
            settle(incident.id, block: position, drill: drill, trigger: nil)
        }
    }

    /// Whether the block's own alarm is out of service: somebody has registered that, or one of its devices has a fault,
    /// lost its power, or is silent. `nil` if nobody has, and the registry has none that was ever heard.
    private func buildingAlarmIsIsolated(_ block: Int) -> Bool? {
        guard interests.buildingAlarms, block < bells.count else { return nil }
        if real.blocks[block].buildingAlarm?.isolation != nil { return true }
        let heard = bells[block].filter { real.devices[$0].heardAt != nil }
        return heard.isEmpty ? nil : heard.contains { !real.devices[$0].reasonsOutOfService.isEmpty }
    }

    /// Remembers that a detector's alarm came to nothing: its incident closed without ever having been confirmed.
    mutating func noteNuisances(of incident: Incident, at moment: Instant, drill: Int?) {
        guard incident.wasConfirmed != true, interests.nuisances else { return }
        for member in incident.members where member.live && !member.stuck {
            if let index = member.index { self[drill].devices[index].noteNuisance(at: moment) }
        }
    }
}

extension DeviceState {
    /// How many are kept: rules may ask for no more.
    static let nuisancesMax = 8

    func nuisances(since moment: Instant) -> Int { (cries ?? []).count { $0 >= moment } }

    mutating func noteNuisance(at moment: Instant) {
        cries = ((cries ?? []) + [moment]).suffix(Self.nuisancesMax)
    }
}

extension RuleSet {
    /// What its rules look at beyond an incident, so that nobody looks for what no rule asks.
    struct Interests {
        var adjacentBlocks = false
        var buildingAlarms = false
        var nuisances = false

        init(_ rules: RuleSet) {
            for pattern in rules.rules.flatMap(\.when).flatMap(\.parts) {
                switch pattern {
                case .adjacent: adjacentBlocks = true
                case .buildingAlarm: buildingAlarms = true
                case .nuisance: nuisances = true
                default: break
                }
            }
        }
    }
}
