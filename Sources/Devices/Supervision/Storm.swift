/// How much a device may say: a bucket of messages that refills.
///
/// A detector that repeats its alarm every 3 s (Zigbee2MQTT issue #3164) and a radio message that comes eight times
/// (rtl_433 captures) are far from the default.
public struct StormLimits: Hashable, Sendable {
    /// Messages at once.
    public var burst: Int
    /// Messages a second for as long as it likes.
    public var rate: Double

    public init(burst: Int = 120, rate: Double = 2) {
        self.burst = burst
        self.rate = rate
    }
}

/// A device that says more than that.
struct Storm {
    /// Those that the last message that was heeded raised.
    var hazards: UInt32
    /// When one of its messages was heeded last, and when it spoke last; in milliseconds since 1970.
    var passedAt: Int64
    var heardAt: Int64
    var suppressed = 0
}
