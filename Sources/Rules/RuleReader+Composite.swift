import Registry

// Reads patterns that are made of others, courses in time and conditions.
extension RuleReader {
    /// `nil` if none of these keys is there.
    mutating func composite(_ mapping: YAMLMapping) throws(ConfigError) -> Pattern? {
        if let node = mapping["all"] {
            mapping.checkKeys(["all"], &mistakes)
            return .all(try parts(node))
        }
        if let node = mapping["any"] {
            mapping.checkKeys(["any"], &mistakes)
            let parts = try parts(node)
            guard parts.allSatisfy(\.isCondition) || !parts.contains(where: \.isCondition) else {
                throw node.mistake(
                    "events and conditions stand beside each other", mend: "put conditions beside an event with 'all'")
            }
            return .any(parts)
        }
        if let node = mapping["not"] {
            mapping.checkKeys(["not"], &mistakes)
            return .not(try pattern(node))
        }
        return nil
    }

    /// A list of patterns, or a single one.
    mutating func partsOrOne(_ node: YAMLNode) throws(ConfigError) -> [Pattern] {
        guard case .list(let nodes) = node.content else { return [try pattern(node)] }
        var patterns: [Pattern] = []
        for node in nodes { patterns.append(try pattern(node)) }
        return patterns
    }

    private mutating func parts(_ node: YAMLNode) throws(ConfigError) -> [Pattern] {
        var parts: [Pattern] = []
        for entry in try node.list() {
            let part = try pattern(entry)
            // These are decided by themselves, outside an incident's own course.
            switch part {
            case .stuck, .blocks, .newFlat:
                throw entry.mistake("this pattern stands alone", mend: "make a rule of its own of it")
            default: break
            }
            parts.append(part)
        }
        guard !parts.isEmpty else {
            throw node.mistake("the list is empty", mend: "write at least one pattern, such as {signal: [smoke]}")
        }
        return parts
    }

    /// `+08:00`
    mutating func utcOffset(_ node: YAMLNode) -> Duration? {
        mistakes.reading { () throws(ConfigError) in
            let text = try node.text()
            let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            guard let sign = text.first, "+-".contains(sign), parts.count == 2, let hours = parts[0],
                let minutes = parts[1], (0...14).contains(hours), (0..<60).contains(minutes)
            else {
                throw node.mistake("'\(text)' is no offset from UTC", mend: "write one such as \"+08:00\"")
            }
            return .seconds((hours * 60 + minutes) * (sign == "-" ? -60 : 60))
        }
    }

    static func signal(_ mapping: YAMLMapping) throws(ConfigError) -> Pattern {
        let selection = try selection(mapping)
        let holding = try mapping["holding"]?.duration(in: .seconds(1)...(.seconds(3600)))
        if holding == nil, selection.rooms.isEmpty, selection.models.isEmpty {
            return .signal(selection.kinds, areas: selection.areas)
        }
        return .held(selection, holding ?? .zero)
    }

    private static func selection(_ mapping: YAMLMapping) throws(ConfigError) -> Selection {
        Selection(
            kinds: try kinds(try mapping.required("signal")), areas: try mapping["area"]?.texts() ?? [],
            rooms: try mapping["room"]?.texts() ?? [], models: try mapping["model"]?.texts() ?? [])
    }

    private static let window = Duration.seconds(1)...(.seconds(86_400))

    static let courses: [(String, [String], Reader)] = [
        (
            "sequence", ["within"],
            { (mapping) throws(ConfigError) in
                let node = try mapping.required("sequence")
                var steps: [Selection] = []
                for entry in try node.list() { steps.append(try selection(try entry.mapping())) }
                guard steps.count > 1 else {
                    throw node.mistake(
                        "a sequence has two steps or more", mend: "write [{signal: [smoke]}, {signal: [heat]}]")
                }
                return .sequence(steps, within: try mapping.required("within").duration(in: window))
            }
        ),
        (
            "absent", ["after", "within"],
            { (mapping) throws(ConfigError) in
                .absent(
                    try selection(try mapping.required("absent").mapping()),
                    after: try selection(try mapping.required("after").mapping()),
                    within: try mapping.required("within").duration(in: window))
            }
        ),
        (
            "investigated", [],
            { (mapping) throws(ConfigError) in
                // NFPA 72 allows 180 s; EN 54-2, 7.11, ten minutes at the most.
                .investigated(try mapping.required("investigated").duration(in: .seconds(10)...(.seconds(600))))
            }
        ),
        (
            "adjacent", [],
            { (mapping) throws(ConfigError) in .adjacent(try mapping.required("adjacent").choice()) }
        ),
        (
            "time", [],
            { (mapping) throws(ConfigError) in .time(try dayTime(try mapping.required("time"))) }
        ),
        (
            "building-alarm", [],
            { (mapping) throws(ConfigError) in
                let node = try mapping.required("building-alarm")
                switch try node.text() {
                case "isolated": return .buildingAlarm(isolated: true)
                case "in-service": return .buildingAlarm(isolated: false)
                default:
                    throw node.mistake(
                        "unknown '\(try node.text())'", mend: "write one of isolated, in-service")
                }
            }
        ),
        (
            "nuisance", ["within"],
            { (mapping) throws(ConfigError) in
                .nuisance(
                    try mapping.required("nuisance").integer(in: 1...DeviceState.nuisancesMax),
                    within: try mapping.required("within").duration(in: .seconds(3600)...(.seconds(366 * 86_400))))
            }
        ),
    ]

    /// `17:30-20:30`
    private static func dayTime(_ node: YAMLNode) throws(ConfigError) -> DayTime {
        let text = try node.text()
        let minutes = text.split(separator: "-", omittingEmptySubsequences: false).map { half -> Int? in
            let parts = half.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
                (0..<60).contains(minute)
            else { return nil }
            return hour * 60 + minute
        }
        guard minutes.count == 2, let from = minutes[0], let to = minutes[1], from != to else {
            throw node.mistake("'\(text)' is no span of the day", mend: "write one such as \"17:30-20:30\"")
        }
        return DayTime(from: from, to: to)
    }
}

extension Pattern {
    /// The key that names it in `rules.yaml`, for messages about conditions.
    var formName: String {
        switch self {
        case .time: "time"
        case .buildingAlarm: "building-alarm"
        case .nuisance: "nuisance"
        case .not: "not"
        case .all: "all"
        case .any: "any"
        default: "pattern"
        }
    }
}
