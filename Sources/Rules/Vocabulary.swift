/// What threatens people. One incident for each block and hazard at a time.
public enum Hazard: String, Hashable, Sendable, Codable, CaseIterable {
    case fire, co, gas, water, help

    /// ``allCases`` makes a new array each time.
    static let all = allCases

    /// From 0, in the order of the cases.
    var position: Int {
        switch self {
        case .fire: 0
        case .co: 1
        case .gas: 2
        case .water: 3
        case .help: 4
        }
    }
}

/// How far an incident has come. `confirmed` and `spreading` are what evacuates.
public enum Stage: String, Hashable, Sendable, Codable, CaseIterable {
    case investigate, confirmed, spreading, clearing, closed

    /// How far up the ladder it is; clearing and closed are not on it.
    var height: Int {
        switch self {
        case .investigate: 1
        case .confirmed: 2
        case .spreading: 3
        case .clearing, .closed: 0
        }
    }
}

/// How loud a line of the alert log is.
public enum Level: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case info, trouble, alarm, fire

    private var rank: Int {
        switch self {
        case .info: 0
        case .trouble: 1
        case .alarm: 2
        case .fire: 3
        }
    }

    public static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }
}
