/// How fast further connections to one host are opened.
///
/// A server's queue of connections that it has not taken yet is short: 10 in Kannel. What comes to a full one is dropped
/// and tried again a second later (RFC 6298, 2.1), and so the first to be told in a fire would be the last. A request that
/// goes over a connection which is there waits for nothing.
struct ConnectionPace: Sendable {
    /// So many at once, and as many more with each millisecond: 64 in 31 ms. Too many, and the host drops them; too few, and
    /// a host that is slow to answer is asked too late.
    static let atOnce = 2
    static let interval = Duration.milliseconds(1)
    /// After so long a connection that nobody uses may be gone.
    static let staleAfter = Duration.seconds(1)

    private var inFlight = 0
    /// Connections that are likely to be open.
    private var open = 0
    private var idleSince: ContinuousClock.Instant?
    private var allowed = Self.atOnce
    private var allowedAt: ContinuousClock.Instant?

    /// Counts a request as in flight, if it may go now.
    mutating func begin(at now: ContinuousClock.Instant) -> Bool {
        if let idleSince, now - idleSince > Self.staleAfter { open = 0 }
        if inFlight >= open {
            if allowedAt.map({ now - $0 >= Self.interval }) ?? true {
                allowed = Self.atOnce
                allowedAt = now
            }
            guard allowed > 0 else { return false }
            allowed -= 1
            open += 1
        }
        idleSince = nil
        inFlight += 1
        return true
    }

    /// A request is over.
    mutating func end(at now: ContinuousClock.Instant) {
        inFlight -= 1
        if inFlight == 0 { idleSince = now }
    }
}
