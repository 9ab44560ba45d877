/// What threatens people. One incident for each block and hazard at a time.
public enum Hazard: String, Hashable, Sendable, Codable, CaseIterable {
    case fire, co, gas, water, help
}

/// How far an incident has come. `confirmed` and `spreading` are what evacuates.
public enum Stage: String, Hashable, Sendable, Codable, CaseIterable {
    case investigate, confirmed, spreading, clearing, closed
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
