public import Registry

/// A drill as it is written down: what the devices say and when, what must come of it, and what must never.
public struct Scenario: Sendable {
    /// The name of its file, without `.yaml`.
    public var name: String
    public var description: LocalizedText
    /// In the order in which they are played.
    public var messages: [PlannedMessage]
    /// In the order in which they are due.
    public var expectations: [ExpectedAlert]
    public var never: [ForbiddenAlert]
    /// Virtual time from the beginning until the drill has been watched long enough.
    public var length: Duration

    /// Does it raise alarms that the hub takes for real?
    public var hasRealAlarms: Bool { messages.contains(where: \.isReal) }
}

/// An alert, or a change of an incident, that has to come.
public struct ExpectedAlert: Hashable, Sendable {
    public var pattern: AlertPattern
    /// Virtual time from the beginning to what causes it: a message, or else a timer's end.
    public var after: Duration
    /// Virtual time that the hub has from then on; one real second is always granted.
    public var within: Duration
    /// How many have to come, at least.
    public var count: Int

    public init(_ pattern: AlertPattern, after: Duration, within: Duration = .seconds(5), count: Int = 1) {
        self.pattern = pattern
        self.after = after
        self.within = within
        self.count = count
    }
}

/// An alert that must not come.
public struct ForbiddenAlert: Hashable, Sendable {
    public var pattern: AlertPattern
    /// Virtual time from which on it must not.
    public var after: Duration

    public init(_ pattern: AlertPattern, after: Duration = .zero) {
        self.pattern = pattern
        self.after = after
    }
}
