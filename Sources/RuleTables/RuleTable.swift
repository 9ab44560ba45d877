public import Devices
public import Registry
public import Rules

/// A scenario with what has to come of it, one line a moment, as an estate writes it in a `.table` file.
///
///     table  Smoke in a second flat nearby confirms a fire
///     00:00  smoke  a/12/C        | first-detector:investigate
///     00:30  smoke  a-12-D-smoke  | near-flats:confirmed
///     01:00  wait                 |
///
/// ``TableReader`` reads it, ``TablePlayer`` plays it. Config/rules-tests/README.md explains the format.
public struct RuleTable: Hashable, Sendable {
    /// What it shows, in words.
    public var name: String
    /// As the user named it.
    public var file: String
    /// Where its name stands.
    public var line: Int
    /// What `00:00` is.
    public var start: Instant
    /// The registry's, then those that the table imagines.
    public var devices: [Device]
    public var steps: [Step]

    /// A Sunday evening in Hong Kong.
    public static let usualStart = Instant(milliseconds: 1_795_348_800_000)

    /// One line: what happens at a moment, and what has to be decided then.
    public struct Step: Hashable, Sendable {
        public var line: Int
        public var at: Instant
        /// What stands before the bar, as it was written, its gaps closed.
        public var written: String
        public var action: Action
        /// `rule:stage`, in the order of the decisions.
        public var expected: [String]
    }

    public enum Action: Hashable, Sendable {
        /// Only time passes.
        case wait
        case report(Report)
        case command(Command)
        case beginDrill(String, speed: Double)
        case endDrill(String)
        /// The hub hears nobody from now on.
        case deaf
        /// The hub hears again, and what waited at the broker since a moment is played next.
        case hears(since: Instant)
    }

    /// What a device says.
    public struct Report: Hashable, Sendable {
        /// The position in the table's devices.
        public var device: Int
        public var readings: [Reading]
        public var stamp: Instant?
        public var sequence: UInt64?
        public var retained = false
        public var backlog = false
        public var exercise: String?
    }

    /// What a person says.
    public struct Command: Hashable, Sendable {
        public var verb: OperatorCommand.Verb
        /// `nil` for the first that is open, and where a scope is meant.
        public var incident: Incident.ID?
        public var by: String
        public var until: Instant?
        public var scope: Disablement.Scope?
        public var second: String?
        public var force = false
    }

    /// What an expectation says when the hub cannot do what a person asks.
    public static let refused = "refused"
}
