import Foundation
public import Registry

/// The hub's time: the machine's wall clock when the hub started, and from then on a clock that nobody sets.
///
/// An alarm's deadlines must not jump when the wall clock is set: put forward, incidents would close; put back, the next
/// one would. Such a step is a trouble, and followed at the next start.
public final class HubClock: Sendable {
    private let start = ContinuousClock.now
    private let wallAtStart = HubClock.wall()

    public init() {}

    public func now() -> Instant { wallAtStart + (ContinuousClock.now - start) }

    /// How far the wall clock has been set since the start.
    func step() -> Duration { Self.wall() - now() }

    private static func wall() -> Instant {
        Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
