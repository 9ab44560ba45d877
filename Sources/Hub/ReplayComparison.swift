import AlertLog
public import Registry
public import Rules

/// What two sets of rules make of the same night, side by side.
public struct ReplayComparison {
    public private(set) var today: Replay
    private var other: Replay
    private var todayCourse: ReplayCourse
    private var otherCourse: ReplayCourse

    /// - Throws: if a base topic in the settings is no topic.
    public init(today: HubConfiguration, other: HubConfiguration) throws {
        self.today = try Replay(today)
        self.other = try Replay(other)
        todayCourse = ReplayCourse(WokenNights(today.registry.estate, .system))
        otherCourse = ReplayCourse(WokenNights(other.registry.estate, .system))
    }

    public mutating func play(_ step: ReplayStep) {
        todayCourse.note(today.play(step))
        otherCourse.note(other.play(step))
    }

    public var summary: ReplaySummary {
        ReplaySummary(
            today: ReplaySummary.Side(todayCourse), other: ReplaySummary.Side(otherCourse),
            differences: differences.count)
    }

    /// In the order of time.
    public var differences: [ReplayDifference] {
        groups.flatMap { Self.differences(in: $0) }.sorted { $0.order < $1.order }
    }

    /// The incidents of both sides that may be the same: of one block and hazard, and at the same time.
    private struct Group {
        var today: [IncidentCourse] = []
        var other: [IncidentCourse] = []
        var end: Instant
    }

    private var groups: [Group] {
        let all =
            todayCourse.incidents.map { (isToday: true, course: $0) }
            + otherCourse.incidents.map { (isToday: false, course: $0) }
        let ordered = all.enumerated().sorted {
            ($0.element.course.opened, $0.offset) < ($1.element.course.opened, $1.offset)
        }
        var groups: [Group] = []
        var latest: [IncidentCourse.Key: Int] = [:]
        for (isToday, course) in ordered.map(\.element) {
            let end = course.closed ?? Instant(milliseconds: .max)
            let position: Int
            if let known = latest[course.key], course.opened <= groups[known].end {
                position = known
                groups[known].end = max(groups[known].end, end)
            } else {
                position = groups.count
                groups.append(Group(end: end))
                latest[course.key] = position
            }
            if isToday { groups[position].today.append(course) } else { groups[position].other.append(course) }
        }
        return groups
    }

    private static func differences(in group: Group) -> [ReplayDifference] {
        guard let one = group.today.first else { return group.other.map { .incident($0, in: .other) } }
        guard group.other.first != nil else { return group.today.map { .incident($0, in: .today) } }
        var today = group.today.flatMap(\.steps)
        var other = group.other.flatMap(\.steps)
        var differences: [ReplayDifference] = []
        for stage in Stage.allCases {
            let first = (today.firstIndex { $0.stage == stage }, other.firstIndex { $0.stage == stage })
            switch first {
            case (let left?, let right?) where today[left].at != other[right].at:
                differences.append(.stage(one, today: today[left], other: other[right]))
                today.remove(at: left)
                other.remove(at: right)
            case (let left?, nil):
                differences.append(.stage(one, today[left], in: .today))
                today.remove(at: left)
            case (nil, let right?):
                differences.append(.stage(one, other[right], in: .other))
                other.remove(at: right)
            default: break
            }
        }
        for step in today {
            if let same = other.firstIndex(where: { $0.isSame(as: step) }) {
                other.remove(at: same)
            } else {
                differences.append(.decision(one, step, in: .today))
            }
        }
        return differences + other.map { .decision(one, $0, in: .other) }
    }
}
