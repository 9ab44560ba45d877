import Synchronization

/// Ways in which gateways are bad, drawn from a seed: the same in every run.
public final class GatewayManners: Sendable {
    /// In the order in which they are looked at, in percent of the visits; what is left is taken at once.
    public struct Shares: Hashable, Sendable {
        /// Answered after 100 ms to 2 s.
        public var delayed = 0
        /// Taken and never answered.
        public var hanging = 0
        /// The connection is closed, and nothing was taken.
        public var closed = 0
        /// Taken, and the connection is closed before the answer.
        public var answerLost = 0
        /// Taken once and sent to the person twice.
        public var doubled = 0
        /// 200, and not taken; the body says so, which HTTP webhooks have no place for, and SMS gateways do.
        public var lying = 0

        public init() {}
    }

    private struct State {
        var random: UInt64
        var tokens: Double
        var at = ContinuousClock.now
    }

    private let shares: Shares
    private let perSecondMax: Double?
    private let lie: String
    private let state: Mutex<State>

    /// - Parameters:
    ///   - perSecondMax: what is more gets 429 and is asked to wait for a second.
    ///   - lie: the body of a 200 that means no.
    public init(
        _ shares: Shares, perSecondMax: Double? = nil, lie: String = #"{"error":"queue full"}"#, seed: UInt64 = 1
    ) {
        self.shares = shares
        self.perSecondMax = perSecondMax
        self.lie = lie
        state = Mutex(State(random: seed, tokens: perSecondMax ?? 0))
    }

    public func act(_ visit: GatewaySimulator.Visit) -> GatewayAct {
        state.withLock { state in
            if let perSecondMax {
                let tokens = state.tokens + (visit.at - state.at) / .seconds(1) * perSecondMax
                state.tokens = min(tokens, perSecondMax)
                state.at = visit.at
                guard state.tokens >= 1 else { return .throttle(seconds: 1) }
                state.tokens -= 1
            }
            var drawn = Int(Self.next(&state.random) % 100)
            let delay = Duration.milliseconds(100 + Int64(Self.next(&state.random) % 1900))
            for (share, act) in [
                (shares.delayed, GatewayAct.take(after: delay)), (shares.hanging, GatewayAct(takes: 1, .silence)),
                (shares.closed, .close), (shares.answerLost, .loseAnswer),
                (shares.doubled, GatewayAct(takes: 2, .status(200))), (shares.lying, .lie(body: lie)),
            ] {
                if drawn < share { return act }
                drawn -= share
            }
            return .take()
        }
    }

    /// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
