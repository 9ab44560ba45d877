public import Registry

/// A drill that is under way: an exercise with a clock of its own, so that it can run faster than life.
public struct Exercise: Hashable, Sendable, Codable, Identifiable {
    public let id: String
    public let scenario: String
    /// How many times faster than life: a whole number, `1...1000`.
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
        self.speed = speed.isFinite ? min(max(speed.rounded(), 1), 1000) : 1
        self.origin = origin
        self.until = until
    }

    /// What an exercise of the delivery canary is called: nobody is told of it but the canary's own contact.
    public static func canaryID(at moment: Instant) -> String { canaryPrefix + "\(moment.milliseconds)" }

    public static func isCanary(_ id: String?) -> Bool { id?.hasPrefix(canaryPrefix) ?? false }

    private static let canaryPrefix = "delivery-canary-"

    /// The exercise's own time at a real moment.
    public func time(at real: Instant) -> Instant {
        origin + .milliseconds(Int64(Double((real - origin).wholeMilliseconds) * speed))
    }

    /// The real moment at which the exercise's clock shows a time, never before it does.
    public func realTime(of virtual: Instant) -> Instant {
        guard virtual != .distantFuture else { return .distantFuture }
        var real = origin + .milliseconds(Int64((Double((virtual - origin).wholeMilliseconds) / speed).rounded(.up)))
        // Rounding may have fallen short by one.
        if time(at: real) < virtual { real = real + .milliseconds(1) }
        return real
    }
}
