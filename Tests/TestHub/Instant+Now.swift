import Hub
public import Registry

extension Instant {
    private static let clock = HubClock()

    /// The present, as a hub that starts with the tests sees it.
    @Sendable public static func now() -> Instant { clock.now() }
}
