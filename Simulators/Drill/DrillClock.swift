import Foundation
public import Registry

/// The time that a drill is played by.
public protocol DrillClock: Sendable {
    /// The time of day: what devices stamp.
    var now: Instant { get }
    /// Real time since this clock was made; it never jumps.
    var elapsed: Duration { get }
    /// - Throws: if the task is cancelled.
    func sleep(until elapsed: Duration) async throws
}

/// The machine's own time.
public struct SystemDrillClock: DrillClock {
    private let start = ContinuousClock.now

    public init() {}

    public var now: Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    public var elapsed: Duration { start.duration(to: .now) }

    public func sleep(until elapsed: Duration) async throws {
        try await Task.sleep(until: start + elapsed, clock: .continuous)
    }
}
