public import Registry

/// Places what a device says in time, and recognises what it has said before.
///
/// A device's stamp is plausible when it lies after its previous one and at most 5 s in the future, once the offset of
/// its clock, learned from its live messages, is taken off. Anything else is placed at its receipt.
public struct DeviceClock: Hashable, Sendable, Codable {
    /// Receipt minus stamp of the device's live messages; 0 while they agree within ``tolerance``.
    public private(set) var offset: Duration = .zero
    /// Whether ``offset`` rests on at least one live message.
    private var learned = false
    /// An offset that one message suggested; the second that agrees makes it the ``offset``.
    private var suggested: Duration?
    private var lastStamp: Instant?
    private var highest: UInt64?
    /// Bit n is set if ``highest`` minus n has been seen.
    private var seen: UInt64 = 0

    static let tolerance = Duration.seconds(5)

    public init() {}

    /// When a message's content happened.
    ///
    /// - Parameter live: the message was not waiting at the broker or retained, so that its stamp shows the offset.
    public mutating func place(stamp: Instant?, receivedAt: Instant, live: Bool) -> Placement {
        guard let stamp else { return Placement(at: receivedAt, late: false) }
        if live { learn(receivedAt - stamp) }
        let corrected = stamp + offset
        defer { lastStamp = max(lastStamp ?? stamp, stamp) }
        guard corrected <= receivedAt + Self.tolerance, stamp >= lastStamp ?? stamp else {
            return Placement(at: receivedAt, late: true)
        }
        let at = min(corrected, receivedAt)
        return Placement(at: at, late: receivedAt - at > Self.tolerance)
    }

    public struct Placement: Hashable, Sendable {
        public var at: Instant
        /// The hub heard of it long after it happened, or cannot tell when it happened.
        public var late: Bool

        public init(at: Instant, late: Bool) {
            self.at = at
            self.late = late
        }
    }

    private mutating func learn(_ difference: Duration) {
        func agree(_ one: Duration, _ other: Duration) -> Bool {
            let gap = one - other
            return gap <= Self.tolerance && gap >= .zero - Self.tolerance
        }
        if agree(difference, offset) {
            learned = true
            suggested = nil
        } else if !learned {
            offset = difference
            learned = true
        } else if let candidate = suggested, agree(difference, candidate) {
            offset = agree(difference, .zero) ? .zero : difference
            suggested = nil
            // The old stamps were those of another clock.
            lastStamp = nil
        } else {
            suggested = difference
        }
    }

    /// Whether a message with this counter has been seen before. A counter that starts anew is a device that did.
    public mutating func isRepeat(sequence: UInt64) -> Bool {
        guard let highest else {
            self.highest = sequence
            seen = 1
            return false
        }
        if sequence > highest {
            let step = sequence - highest
            seen = step >= 64 ? 1 : seen << step | 1
            self.highest = sequence
            return false
        }
        let back = highest - sequence
        guard back < 64 else {
            self.highest = sequence
            seen = 1
            return false
        }
        if seen & (1 << back) != 0 { return true }
        seen |= 1 << back
        return false
    }
}
