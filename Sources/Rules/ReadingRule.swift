public import Devices

/// Makes a signal of what a device measures: a threshold, a rate of rise, a concentration over time; or a trouble of a
/// measurement that stays away.
///
/// What the device itself says of the same kind counts beside it: an alarm of either is an alarm.
public struct ReadingRule: Hashable, Sendable {
    public var name: String
    public var reading: Reading.Kind
    public var pattern: Pattern
    /// Where it stands in the file.
    public var line: Int
    public var column: Int

    public enum Pattern: Hashable, Sendable {
        case above(Levels, signal: Signal.Kind)
        case rises(Rise, signal: Signal.Kind)
        /// No such measurement for so long, from a device that has given one.
        case missing(Duration)
    }

    /// Any of the levels, each held for its time: one is a threshold, several a curve.
    public struct Levels: Hashable, Sendable {
        /// In the reading's own unit.
        public var levels: [Level]
        /// Below the lowest level: what is between the two neither raises nor clears, so that a value at the threshold
        /// does not flap.
        public var clearsBelow: Double

        public struct Level: Hashable, Sendable {
            public var value: Double
            public var duration: Duration
        }
    }

    /// So much more within a window, whatever the value is.
    public struct Rise: Hashable, Sendable {
        /// In the reading's own unit; above zero.
        public var by: Double
        public var within: Duration
    }

    /// What it raises; `nil` for what is only a trouble.
    public var signal: Signal.Kind? {
        switch pattern {
        case .above(_, let signal), .rises(_, let signal): signal
        case .missing: nil
        }
    }
}
