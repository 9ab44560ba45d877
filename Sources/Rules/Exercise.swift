public import Registry

/// A drill that is under way: an exercise with a clock of its own, so that it can run faster than life.
public struct Exercise: Hashable, Sendable, Codable, Identifiable {
    public let id: String
    public let scenario: String
    /// How many times faster than life, `1...1000`.
    public let speed: Double
    /// When it began, on both clocks.
    public let origin: Instant
    /// When the hub ends it by itself, in real time.
    public let until: Instant
    /// The blocks in which a real alarm has ended it.
    public internal(set) var endedBlocks: [String] = []

    public init(id: String, scenario: String, speed: Double, origin: Instant, until: Instant) {
        self.id = id
        self.scenario = scenario
        self.speed = min(max(speed, 1), 1000)
        self.origin = origin
        self.until = until
    }

    /// The exercise's own time at a real moment.
    public func time(at real: Instant) -> Instant {
        origin + .milliseconds(Int64(Double((real - origin).wholeMilliseconds) * speed))
    }

    /// The real moment at which the exercise's clock shows a time, never before it does.
    public func realTime(of virtual: Instant) -> Instant {
        guard virtual != .distantFuture else { return .distantFuture }
        return origin + .milliseconds(Int64((Double((virtual - origin).wholeMilliseconds) / speed).rounded(.up)))
    }
}
