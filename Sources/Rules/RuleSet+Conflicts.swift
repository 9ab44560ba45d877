import Registry

// Rules that can never decide anything, because of where they lead or because another decides first.
extension RuleSet {
    /// A rule that may fire only where an incident already stands as high, or whose window is longer than anything is
    /// remembered.
    func unreachability(_ rule: Rule) -> (problem: String, mend: String)? {
        if case .rung(let rung) = rule.outcome, [.investigate, .confirmed, .spreading].contains(rung.stage),
            !rule.from.isEmpty,
            !rule.from.contains(where: { $0 == .clearing || rung.isAbove(Incident.Rung($0)) })
        {
            return (
                "it can never fire: no stage in 'from' stands below '\(rung.stage.rawValue)' step \(rung.step)",
                "name a lower stage in 'from', or raise 'step'"
            )
        }
        guard let kept = memory(of: rule.hazard), let window = rule.when.flatMap(\.parts).compactMap(\.window).max(),
            window > kept
        else { return nil }
        return (
            "its window is longer than an incident is kept after its last detector has cleared "
                + "(\(kept.components.seconds / 60) min)",
            "shorten the window, or raise 'cleared' or 'lasting' of the rules that close it"
        )
    }

    /// How long an incident remembers a detector that has cleared: until it is clearing, and then closed.
    private func memory(of hazard: Hazard) -> Duration? {
        let own = rules.filter { $0.hazard == hazard }.flatMap(\.when)
        let cleared = own.compactMap { if case .cleared(let duration) = $0 { duration } else { nil } }.min()
        let lasting = own.compactMap { if case .lasting(let duration) = $0 { duration } else { nil } }.min()
        guard let cleared, let lasting else { return nil }
        return cleared + lasting
    }

    /// How long a detector that has cleared may still count for some rule of a hazard.
    func longestWindow(of hazard: Hazard) -> Duration {
        rules.filter { $0.hazard == hazard }.flatMap(\.when).flatMap(\.parts).compactMap(\.window).max() ?? .zero
    }

    /// An earlier rule that holds whenever this does, from the same stages, and leads to another rung.
    func contradiction(_ rule: Rule) -> Rule? {
        guard case .rung(let rung) = rule.outcome,
            let own = rules.firstIndex(where: { $0.name == rule.name && $0.hazard == rule.hazard })
        else { return nil }
        return rules[..<own].first { other in
            guard case .rung(let otherRung) = other.outcome, other.hazard == rule.hazard, otherRung != rung else {
                return false
            }
            return other.when == rule.when && other.from == rule.from
        }
    }
}

extension Pattern {
    /// How long before the last signal the first may lie.
    fileprivate var window: Duration? {
        switch self {
        case .count(let count):
            switch count.time {
            case .ever: nil
            case .within(let window): window
            case .holding(_, let window): window
            }
        case .sequence(_, let window), .absent(_, _, let window): window
        case .signal, .beside, .unanswered, .confirmedByPerson, .cleared, .lasting, .newFlat, .stuck, .blocks, .held,
            .investigated, .adjacent, .all, .any, .time, .buildingAlarm, .nuisance, .not:
            nil
        }
    }
}
