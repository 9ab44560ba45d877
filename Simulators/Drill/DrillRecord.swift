public import Registry

/// What happened while a drill was played.
public struct DrillRecord: Sendable {
    public var id: String
    public var scenario: Scenario
    /// How many times faster than life.
    public var speed: Int
    public var began: Instant
    /// In the order of publication.
    public var played: [PlayedMessage] = []
    /// What concerned this drill or was real, in the order of arrival.
    public var seen: [SeenAlert] = []
    /// What the hub published and the drill could not read.
    public var unreadable: [SeenAlert.Unreadable] = []

    public init(id: String, scenario: Scenario, speed: Int, began: Instant) {
        self.id = id
        self.scenario = scenario
        self.speed = speed
        self.began = began
    }

    /// Real time since the beginning at which a virtual moment is due.
    public func realTime(of virtual: Duration) -> Duration { virtual / speed }

    /// The virtual moment at a real time since the beginning.
    public func virtualTime(at real: Duration) -> Duration { real * speed }
}

/// A message that was published.
public struct PlayedMessage: Hashable, Sendable {
    public var planned: PlannedMessage
    public var topic: String
    /// Real time since the drill began, immediately before it left.
    public var publishedAt: Duration

    public init(planned: PlannedMessage, topic: String, publishedAt: Duration) {
        self.planned = planned
        self.topic = topic
        self.publishedAt = publishedAt
    }
}
