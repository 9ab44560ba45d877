import Registry

/// Whether a route is tried: one that keeps failing is passed over for a while, then one message tries it again, and
/// so on as long as it takes.
struct RouteBreaker: Hashable, Sendable {
    private var state = State.closed(failures: 0)

    /// So many failures, one after the other, and it rests. Too few, and one lost packet moves everybody; too many, and
    /// each of them costs somebody a time-out.
    static let failuresMax = 3
    /// The first rest; each further one is twice as long.
    static let restFirst = Duration.seconds(15)
    static let restLongest = Duration.seconds(300)

    private enum State: Hashable {
        case closed(failures: Int)
        case resting(since: Instant, rest: Duration)
        /// One message is on its way to see.
        case probing(rest: Duration)
    }

    enum Change: Hashable, Sendable {
        case broke, recovered
    }

    /// Whether a message may go now; if the rest is over, this one tries the route for all others.
    mutating func admits(at now: Instant) -> Bool {
        switch state {
        case .closed: return true
        case .probing: return false
        case .resting(let since, let rest):
            // A clock that was set back must not keep it resting.
            guard now >= since + rest || now < since else { return false }
            state = .probing(rest: rest)
            return true
        }
    }

    /// Takes what became of a message, of one that was not admitted, too.
    ///
    /// - Parameter isDown: it will not work before somebody mends it.
    mutating func note(success: Bool, isDown: Bool = false, at now: Instant) -> Change? {
        guard !success else {
            defer { state = .closed(failures: 0) }
            if case .closed = state { return nil }
            return .recovered
        }
        switch state {
        case .closed(let failures):
            guard isDown || failures + 1 >= Self.failuresMax else {
                state = .closed(failures: failures + 1)
                return nil
            }
            state = .resting(since: now, rest: Self.restFirst)
            return .broke
        case .probing(let rest):
            state = .resting(since: now, rest: min(rest * 2, Self.restLongest))
            return nil
        case .resting:
            return nil
        }
    }
}
