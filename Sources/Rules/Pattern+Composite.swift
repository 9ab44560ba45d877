import Registry

// Patterns made of others, courses in time, and conditions that stand beside them.

/// Signals of some kinds, from some places or models of device.
public struct Selection: Hashable, Sendable {
    public var kinds: Signal.Kinds
    /// As ``Pattern/signal(_:areas:)``; empty for everywhere.
    public var areas: [String]
    /// As in `devices.csv`; empty for all.
    public var rooms: [String]
    public var models: [String]

    public init(kinds: Signal.Kinds, areas: [String] = [], rooms: [String] = [], models: [String] = []) {
        self.kinds = kinds
        self.areas = areas
        self.rooms = rooms
        self.models = models
    }
}

/// A span of the day on the estate's own clocks, which may pass midnight: `17:30-20:30`, `22:00-06:00`.
public struct DayTime: Hashable, Sendable, Codable {
    /// Minutes after midnight, `0..<1440`. The end is not part of it.
    public var from: Int
    public var to: Int

    public init(from: Int, to: Int) {
        self.from = from
        self.to = to
    }

    func contains(_ moment: Instant, utcOffset: Duration) -> Bool {
        let minute = Int(Self.sinceMidnight(moment, utcOffset) / 60_000)
        return from <= to ? (from..<to).contains(minute) : !(to..<from).contains(minute)
    }

    /// When the span ends that a moment lies in; `nil` if it lies in none.
    package func end(containing moment: Instant, utcOffset: Duration) -> Instant? {
        guard contains(moment, utcOffset: utcOffset) else { return nil }
        let left = Int64(to) * 60_000 - Self.sinceMidnight(moment, utcOffset)
        return moment + .milliseconds(left > 0 ? left : left + Self.day)
    }

    private static let day: Int64 = 86_400_000

    /// In milliseconds, by the estate's clocks.
    private static func sinceMidnight(_ moment: Instant, _ utcOffset: Duration) -> Int64 {
        ((moment + utcOffset).milliseconds % day + day) % day
    }
}

/// Where an incident stands, for the patterns that look beyond it.
struct Surroundings {
    var block: Block
    var utcOffset: Duration = .zero
    var devices: [Device]
    var states: DeviceStates
    /// When each adjacent block's incident of the same hazard came to the stage that it has.
    var adjacent: [(stage: Incident.Rung, since: Instant)] = []
    /// Whether the block's own alarm is out of service; `nil` if nothing is known of it.
    var buildingAlarmIsIsolated: Bool?
}

extension Selection {
    func contains(_ member: Incident.Member, _ around: Surroundings) -> Bool {
        guard member.answers(kinds), member.place.isIn(areas) else { return false }
        guard !rooms.isEmpty || !models.isEmpty else { return true }
        guard let index = member.index, around.devices.indices.contains(index) else { return false }
        let device = around.devices[index]
        return (rooms.isEmpty || device.room.map(rooms.contains) ?? false)
            && (models.isEmpty || device.model.map(models.contains) ?? false)
    }

    /// The positions of those that it selects, in the order in which their alarms began.
    func chosen(_ members: [Incident.Member], _ around: Surroundings) -> [Int] {
        members.indices.filter { contains(members[$0], around) }
            .sorted { (members[$0].raisedAt, $0) < (members[$1].raisedAt, $1) }
    }
}

extension Pattern {
    /// One after the other, each another detector, the last within the window of the first.
    static func sequence(
        _ steps: [Selection], within window: Duration, _ incident: Incident, _ around: Surroundings,
        where isAcceptable: (Match) -> Bool
    ) -> Match? {
        let members = incident.members
        guard let opening = steps.first else { return nil }
        var earliest: Match?
        for start in opening.chosen(members, around) {
            var course = [start]
            for step in steps.dropFirst() {
                let latest = members[course[course.count - 1]].raisedAt
                guard
                    let next = step.chosen(members, around).first(where: {
                        !course.contains($0) && members[$0].raisedAt >= latest
                            && members[$0].raisedAt - members[start].raisedAt <= window
                    })
                else { break }
                course.append(next)
            }
            guard course.count == steps.count, course.contains(where: { members[$0].live }) else { continue }
            let match = Match(at: members[course[course.count - 1]].raisedAt, members: course.sorted())
            if match.at < earliest?.at ?? .distantFuture, isAcceptable(match) { earliest = match }
        }
        return earliest
    }

    /// One of the first, and within the window after it none of the others.
    static func absent(
        _ missing: Selection, after first: Selection, within window: Duration, _ incident: Incident,
        _ around: Surroundings, where isAcceptable: (Match) -> Bool
    ) -> Match? {
        let members = incident.members
        let others = missing.chosen(members, around)
        for start in first.chosen(members, around) {
            let begin = members[start].raisedAt
            let isFollowed = others.contains {
                $0 != start && members[$0].raisedAt >= begin && members[$0].raisedAt - begin <= window
            }
            let match = Match(at: begin + window, members: [start])
            if !isFollowed, isAcceptable(match) { return match }
        }
        return nil
    }

    /// All of them: when the last of the events comes, and only if every condition holds at that moment.
    static func all(
        _ parts: [Pattern], _ incident: Incident, _ around: Surroundings, trigger: Trigger?, needsLive: Bool,
        where isAcceptable: (Match) -> Bool
    ) -> Match? {
        let conditions = parts.filter(\.isCondition)
        /// The first of the events' matches, taken together, at which the conditions hold.
        func match(_ events: ArraySlice<Pattern>, after sofar: Match?) -> Match? {
            guard let event = events.first else {
                guard var match = sofar else { return nil }
                match.members.sort()
                let holds = conditions.allSatisfy {
                    $0.holds(at: match.at, for: match, incident, around, trigger: trigger)
                }
                return holds && isAcceptable(match) ? match : nil
            }
            var found: Match?
            _ = event.match(incident, in: around, trigger: trigger, needsLive: needsLive) { candidate in
                let positions = sofar?.members ?? []
                let both = Match(
                    at: max(sofar?.at ?? candidate.at, candidate.at),
                    members: positions + candidate.members.filter { !positions.contains($0) })
                found = match(events.dropFirst(), after: both)
                return found != nil
            }
            return found
        }
        return match(parts.filter { !$0.isCondition }[...], after: nil)
    }

    /// Whether this is no event of its own, but something that may hold beside one.
    var isCondition: Bool {
        switch self {
        case .time, .buildingAlarm, .nuisance, .not: true
        case .all(let parts), .any(let parts): parts.allSatisfy(\.isCondition)
        case .signal, .count, .beside, .unanswered, .confirmedByPerson, .cleared, .lasting, .newFlat, .stuck, .blocks,
            .held, .sequence, .absent, .investigated, .adjacent:
            false
        }
    }

    /// Whether it holds at the moment at which another pattern comes true.
    func holds(
        at moment: Instant, for match: Match, _ incident: Incident, _ around: Surroundings, trigger: Trigger?
    ) -> Bool {
        func holds(_ part: Pattern) -> Bool { part.holds(at: moment, for: match, incident, around, trigger: trigger) }
        switch self {
        case .time(let span): return span.contains(moment, utcOffset: around.utcOffset)
        case .buildingAlarm(let isolated): return around.buildingAlarmIsIsolated == isolated
        case .nuisance(let times, let window):
            // A detector that has left the registry has no history.
            return match.members.allSatisfy { position in
                incident.members[position].index.map { around.states[$0].nuisances(since: moment - window) >= times }
                    ?? false
            }
        case .not(let part): return !holds(part)
        case .all(let parts): return parts.allSatisfy(holds)
        case .any(let parts): return parts.contains(where: holds)
        case .signal, .count, .beside, .unanswered, .confirmedByPerson, .cleared, .lasting, .newFlat, .stuck, .blocks,
            .held, .sequence, .absent, .investigated, .adjacent:
            return self.match(incident, in: around, trigger: trigger, needsLive: false).map { $0.at <= moment } ?? false
        }
    }

    /// This pattern and all that it is made of.
    var parts: [Pattern] {
        switch self {
        case .all(let parts), .any(let parts): [self] + parts.flatMap(\.parts)
        case .not(let part): [self] + part.parts
        case .signal, .count, .beside, .unanswered, .confirmedByPerson, .cleared, .lasting, .newFlat, .stuck, .blocks,
            .held, .sequence, .absent, .investigated, .adjacent, .time, .buildingAlarm, .nuisance:
            [self]
        }
    }
}
