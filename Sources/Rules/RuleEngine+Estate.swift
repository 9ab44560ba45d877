import Registry

// What concerns the estate as a whole: several blocks that burn at once. Its incident has block `*`.
extension RuleEngine {
    mutating func settleEstate(_ hazard: Hazard, drill: Int?) {
        let estateBlock = estate.blocks.count
        let open = self[drill].blocks[estateBlock].incidents.first { $0.hazard == hazard }
        if let open {
            guard let stage = ladders.estateWide(hazard).first?.estateStage,
                self[drill].blocks.count(of: hazard, reaching: stage, withClearing: true) == 0
            else { return }
            let at = outcome.decisions.last?.at ?? self[drill].time(at: now)
            return close(open.id, block: estateBlock, drill: drill, at: at, rule: "closed", tell: [.told])
        }
        for rule in ladders.estateWide(hazard) {
            for case .blocks(let minimum, let stage) in rule.when
            where self[drill].blocks.count(of: hazard, reaching: stage, withClearing: false) >= minimum {
                let counted = burning(hazard, reaching: stage, drill)
                // Two blocks are two zones: they break what disables this.
                if drill == nil, isDisabled(rule), let second = counted.last?.places.first {
                    breakRule(rule, counted[0], second)
                }
                return openEstateWide(rule, because: counted, drill: drill)
            }
        }
    }

    private func burning(_ hazard: Hazard, reaching stage: Stage, _ drill: Int?) -> [Incident] {
        self[drill].openBlocks.filter { $0 != estate.blocks.count }.flatMap { block in
            self[drill].blocks[block].incidents.filter {
                $0.hazard == hazard && $0.stage != .clearing && $0.hasReached(stage)
            }
        }
    }

    private mutating func openEstateWide(_ rule: Rule, because incidents: [Incident], drill: Int?) {
        let estateBlock = estate.blocks.count
        real.blocks[estateBlock].lastNumber += 1
        let middle = drill == nil ? rule.hazard.rawValue : "\(rule.hazard.rawValue)-drill"
        let at = incidents.map(\.rungSince).max() ?? self[drill].time(at: now)
        var incident = Incident(
            id: "estate-\(middle)-\(real.blocks[estateBlock].lastNumber)", block: "*", hazard: rule.hazard,
            exercise: exercise(drill)?.id, openedAt: at)
        incident.members = incidents.flatMap(\.members)
        fire(rule, Match(at: at, members: Array(incident.members.indices)), on: &incident, drill: drill)
        // Its detectors' times are the blocks' business.
        incident.members = []
        self[drill].blocks[estateBlock].incidents.append(incident)
        noteChanged(incident, block: estateBlock, drill: drill)
        self[drill].noteOpenness(ofBlock: estateBlock)
    }
}
