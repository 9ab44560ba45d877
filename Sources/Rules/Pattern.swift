import Registry

/// What has to hold for a rule to fire. Stuck detectors count in none of them but ``stuck``.
public indirect enum Pattern: Hashable, Sendable {
    /// A signal of these kinds; in one of these areas where some are named. `stair` stands for `stair-1` too.
    case signal(Signal.Kinds, areas: [String])
    /// Distinct devices, flats or floors at a scope.
    case count(Count)
    /// A detector of one set of kinds beside another detector of the other set, in the same flat or area.
    case beside(Signal.Kinds, Signal.Kinds)
    /// Somebody should have answered: a live alarm has lasted this long and nobody has acknowledged it.
    case unanswered(Duration)
    /// A person says that it is real.
    case confirmedByPerson
    /// Every detector of the incident has been clear for this long.
    case cleared(Duration)
    /// The incident has been in its stage for this long.
    case lasting(Duration)
    /// A signal of these kinds from a flat or area that the incident has not had yet.
    case newFlat(Signal.Kinds)
    /// A detector that goes on repeating its alarm without having cleared since its last incident closed.
    case stuck
    /// So many blocks of the estate have an incident at this stage or further up.
    case blocks(Int, at: Stage)
    /// One of them that still alarms so long after its alarm began.
    case held(Selection, Duration)
    /// One after the other, each another detector, the last within the window of the first.
    case sequence([Selection], within: Duration)
    /// One of the second kind, and within the window after it none of the first.
    case absent(Selection, after: Selection, within: Duration)
    /// Somebody answered so long ago, and a live alarm still lasts.
    case investigated(Duration)
    /// A block next to this one, by the estate's map, has come to this stage with the same hazard.
    case adjacent(Stage)
    /// All of these: at the last of the events, if the conditions hold then.
    case all([Pattern])
    /// Any of these.
    case any([Pattern])

    // Conditions: they hold beside an event, and are none of their own.

    case time(DayTime)
    /// The block's own alarm is out of service (`true`) or known to be in service.
    case buildingAlarm(isolated: Bool)
    /// Each detector that the events rest on has cried for nothing so often of late.
    case nuisance(Int, within: Duration)
    case not(Pattern)

    /// How many distinct things, within what, and for how long.
    public struct Count: Hashable, Sendable {
        public var minimum: Int
        public var of: Unit
        public var kinds: Signal.Kinds
        public var scope: Scope
        public var time: Time
        /// Each must be on the same floor as the last, one floor up or down, or in any common area.
        public var near: Bool

        public enum Unit: String, Hashable, Sendable, CaseIterable {
            case devices
            /// Flats and common areas alike.
            case flats
            /// Flats alone.
            case dwellings
            /// Common areas alone.
            case areas
            case floors
        }

        public enum Scope: String, Hashable, Sendable, CaseIterable { case flat, floor, block }

        public enum Time: Hashable, Sendable {
            /// At any time in the incident.
            case ever
            /// Their alarms began within this window, whether or not they still last.
            case within(Duration)
            /// None of them has cleared so long after the last of them began; and they began within a window, if there is
            /// one.
            case holding(Duration, within: Duration? = nil)
        }
    }
}

/// When a pattern holds, and which members of the incident it rests on.
struct Match: Hashable {
    /// In the past, or the future moment at which it will hold if nothing else is heard.
    var at: Instant
    /// Positions in the incident's members.
    var members: [Int]
}

/// What has just happened to an incident, for the patterns that ask for it.
struct Trigger: Hashable {
    var member: Int
    var at: Instant
    var newFlat: Bool
}

extension Pattern {
    /// The earliest moment at which this holds, as far as is known now; `nil` if that takes another signal.
    ///
    /// - Parameter needsLive: at least one of the detectors must have been heard live.
    func match(_ incident: Incident, in around: Surroundings, trigger: Trigger?, needsLive: Bool) -> Match? {
        match(incident, in: around, trigger: trigger, needsLive: needsLive) { _ in true }
    }

    /// The earliest of its matches that is acceptable, for conditions may hold for one detector and not for another.
    func match(
        _ incident: Incident, in around: Surroundings, trigger: Trigger?, needsLive: Bool,
        where isAcceptable: (Match) -> Bool
    ) -> Match? {
        let members = incident.members
        switch self {
        case .signal(let kinds, let areas):
            return Self.first(of: members.indices, where: isAcceptable) {
                members[$0].answers(kinds) && (members[$0].live || !needsLive) && members[$0].place.isIn(areas)
                    ? Match(at: members[$0].raisedAt, members: [$0]) : nil
            }
        case .count(let count):
            return count.match(members, in: around.block, where: isAcceptable)
        case .beside(let some, let others):
            return Self.first(of: members.indices, where: isAcceptable) { Self.beside($0, some, others, members) }
        case .held(let selection, let duration):
            return Self.first(of: selection.chosen(members, around), where: isAcceptable) {
                members[$0].mayAlarm && (members[$0].live || !needsLive)
                    ? Match(at: members[$0].raisedAt + duration, members: [$0]) : nil
            }
        case .sequence(let steps, let window):
            return Self.sequence(steps, within: window, incident, around, where: isAcceptable)
        case .absent(let missing, let first, let window):
            return Self.absent(missing, after: first, within: window, incident, around, where: isAcceptable)
        case .all(let parts):
            return Self.all(
                parts, incident, around, trigger: trigger, needsLive: needsLive, where: isAcceptable)
        case .any(let parts):
            return parts.filter { !$0.isCondition }
                .compactMap {
                    $0.match(incident, in: around, trigger: trigger, needsLive: needsLive, where: isAcceptable)
                }
                .min { $0.at < $1.at }
        case .unanswered, .confirmedByPerson, .cleared, .lasting, .newFlat, .stuck, .blocks, .investigated, .adjacent,
            .time, .buildingAlarm, .nuisance, .not:
            return only(incident, around, trigger).flatMap { isAcceptable($0) ? $0 : nil }
        }
    }

    private static func first(
        of positions: some Sequence<Int>, where isAcceptable: (Match) -> Bool, _ match: (Int) -> Match?
    ) -> Match? {
        for position in positions {
            if let match = match(position), isAcceptable(match) { return match }
        }
        return nil
    }

    /// Of those that can hold in one way alone.
    private func only(_ incident: Incident, _ around: Surroundings, _ trigger: Trigger?) -> Match? {
        let members = incident.members
        switch self {
        case .unanswered(let duration):
            guard incident.acknowledgement == nil else { return nil }
            let waiting = members.indices.filter { members[$0].live && members[$0].alarms && !members[$0].stuck }
            guard let first = waiting.map({ members[$0].raisedAt }).min() else { return nil }
            return Match(at: first + duration, members: waiting)
        case .confirmedByPerson:
            // A word counts for the stage in which it was given; what clears later is not confirmed by it again.
            guard let at = incident.confirmedByPersonAt, at >= incident.rungSince else { return nil }
            return Match(at: at, members: Array(members.indices))
        case .cleared(let duration):
            guard members.allSatisfy({ !$0.alarms }), let last = members.compactMap(\.clearedAt).max() else {
                return nil
            }
            // Whoever confirmed it meanwhile has seen more than the detectors have.
            let calmSince = max(last, incident.confirmedByPersonAt ?? last)
            return Match(at: calmSince + duration, members: Array(members.indices))
        case .lasting(let duration):
            guard members.allSatisfy({ !$0.alarms }) else { return nil }
            return Match(at: incident.rungSince + duration, members: Array(members.indices))
        case .newFlat(let kinds):
            guard let trigger, trigger.newFlat, members[trigger.member].answers(kinds) else { return nil }
            return Match(at: trigger.at, members: [trigger.member])
        case .investigated(let duration):
            guard let answered = incident.acknowledgement?.at else { return nil }
            let lasting = members.indices.filter { members[$0].live && members[$0].alarms && !members[$0].stuck }
            return lasting.isEmpty ? nil : Match(at: answered + duration, members: lasting)
        case .adjacent(let stage):
            let reached = around.adjacent.filter { !Incident.Rung(stage, step: 0).isAbove($0.stage) }
            return reached.map(\.since).min().map { Match(at: $0, members: []) }
        case .stuck, .blocks, .time, .buildingAlarm, .nuisance, .not, .signal, .count, .beside, .held, .sequence,
            .absent, .all, .any:
            return nil
        }
    }

    private static func beside(
        _ position: Int, _ some: Signal.Kinds, _ others: Signal.Kinds, _ members: [Incident.Member]
    ) -> Match? {
        let member = members[position]
        guard member.answers(some), member.mayAlarm else { return nil }
        let partner = members.indices.first {
            $0 != position && members[$0].answers(others) && members[$0].mayAlarm
                && members[$0].place == member.place && (member.live || members[$0].live)
        }
        return partner.map {
            Match(at: max(member.raisedAt, members[$0].raisedAt), members: [position, $0].sorted())
        }
    }
}

extension Pattern.Count {
    func match(_ members: [Incident.Member], in block: Block, where isAcceptable: (Match) -> Bool) -> Match? {
        let counted = members.indices.filter { members[$0].answers(kinds) && members[$0].place.isCounted(as: of) }
        // Distinct ones are no more than all, and what is only remembered confirms nothing.
        guard counted.count >= minimum, counted.contains(where: { members[$0].live }) else { return nil }
        if scope == .block { return match(group: counted, members, in: block, where: isAcceptable) }
        let groups = Dictionary(grouping: counted) { members[$0].place.group(scope) }
        // The dictionary is asked for each group in the members' order, never iterated.
        var met = Set<String>()
        var earliest: Match?
        for position in counted {
            let name = members[position].place.group(scope)
            guard met.insert(name).inserted, let group = groups[name] else { continue }
            if let match = match(group: group, members, in: block, where: isAcceptable),
                match.at < earliest?.at ?? .distantFuture
            {
                earliest = match
            }
        }
        return earliest
    }

    private func match(
        group: [Int], _ members: [Incident.Member], in block: Block, where isAcceptable: (Match) -> Bool
    ) -> Match? {
        var group = group
        var window: Duration?
        var delay = Duration.zero
        switch time {
        case .ever: break
        case .within(let duration): window = duration
        case .holding(let duration, let within):
            group.removeAll { !members[$0].mayAlarm }
            delay = duration
            window = within
        }
        // The earliest moment at which enough of them had begun, the last one near to the others and within the window.
        let ordered = group.sorted { (members[$0].raisedAt, $0) < (members[$1].raisedAt, $1) }
        for (rank, last) in ordered.enumerated() {
            let companions = ordered[...rank].filter { other in
                (window.map { members[last].raisedAt - members[other].raisedAt <= $0 } ?? true)
                    && (!near || other == last || members[last].place.isNear(members[other].place, in: block))
            }
            guard companions.count >= minimum, isDistinct(companions, members),
                companions.contains(where: { members[$0].live })
            else { continue }
            let match = Match(at: members[last].raisedAt + delay, members: companions.sorted())
            if isAcceptable(match) { return match }
        }
        return nil
    }

    private func isDistinct(_ companions: [Int], _ members: [Incident.Member]) -> Bool {
        var names: [String] = []
        for position in companions {
            let name = members[position].unit(of)
            if !names.contains(name) { names.append(name) }
            if names.count >= minimum { return true }
        }
        return false
    }
}

extension Instant {
    static let distantFuture = Instant(milliseconds: .max)
}

extension Incident.Member {
    func answers(_ wanted: Signal.Kinds) -> Bool { !stuck && !kinds.isDisjoint(with: wanted) }

    fileprivate func unit(_ unit: Pattern.Count.Unit) -> String {
        switch unit {
        case .devices: device
        case .flats, .dwellings, .areas: place.description
        // A common area of no floor, such as a lobby, is a level of its own.
        case .floors: place.floor ?? place.description
        }
    }
}

extension Place {
    func isIn(_ areas: [String]) -> Bool {
        guard !areas.isEmpty else { return true }
        guard let area else { return false }
        return areas.contains { area == $0 || area.hasPrefix($0 + "-") }
    }

    fileprivate func isCounted(as unit: Pattern.Count.Unit) -> Bool {
        switch unit {
        case .devices, .flats, .floors: true
        case .dwellings: flat != nil
        case .areas: area != nil
        }
    }

    fileprivate func group(_ scope: Pattern.Count.Scope) -> String {
        switch scope {
        case .flat: description
        case .floor: floor ?? ""
        case .block: ""
        }
    }

    /// Same floor, one floor up or down, or any common area: where fire and smoke get to next.
    func isNear(_ other: Place, in block: Block) -> Bool {
        if area != nil || other.area != nil { return true }
        guard let floor, let otherFloor = other.floor else { return true }
        guard let distance = block.distance(between: floor, and: otherFloor) else { return floor == otherFloor }
        return distance <= 1
    }
}
