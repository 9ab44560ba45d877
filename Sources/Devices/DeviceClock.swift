public import Registry

/// Places what a device says in time, and recognises what it has said before.
///
/// A device's stamp is plausible when it lies after its previous one and at most 5 s in the future, once the offset of
/// its clock, learned from its live messages, is taken off. Anything else is placed at its receipt.
public struct DeviceClock: Hashable, Sendable, Codable {
    /// Receipt minus stamp of the device's live messages; 0 while they agree within ``tolerance``.
    public var offset: Duration { .milliseconds(learnedOffset) }
    /// In milliseconds, for a duration is twice as large.
    private var learnedOffset: Int64 = 0
    /// Whether ``offset`` rests on at least one live message.
    private var learned = false
    /// An offset in milliseconds that one message suggested; the second that agrees makes it the ``offset``.
    private var suggested: Int64?
    private var lastStamp: Instant?
    /// The highest of its counters since it began to count.
    private var lastSequence: UInt32?
    /// What it said of late, oldest first: see ``isRepeat(sequence:stamp:readings:receivedAt:)``. For most devices one
    /// message, for a broker delivers again only what the hub has not acknowledged, and that is heard before anything new.
    private var lately: [Heard] = []

    static let tolerance = Duration.seconds(5)
    /// An acknowledgement that left so long ago has arrived, or the connection is dead: what is heard after it cannot
    /// come again. The default keep-alive is as long.
    static let repeatWindow = Duration.seconds(60)
    /// How many messages of one device are told apart at most within that.
    static let repeatsMax = 128

    public init() {}

    /// When a message's content happened.
    ///
    /// - Parameter live: the message was not waiting at the broker or retained, so that its stamp shows the offset.
    public mutating func place(
        stamp: Instant?, sequence: UInt64? = nil, receivedAt: Instant, live: Bool
    ) -> Placement {
        let countsBack = isOvertaken(sequence)
        guard let stamp, stamp.isWritable else {
            return Placement(at: receivedAt, late: false, overtaken: countsBack)
        }
        if live { learn((receivedAt - stamp).wholeMilliseconds) }
        let corrected = stamp + offset
        let last = lastStamp ?? stamp
        guard corrected <= receivedAt + Self.tolerance, stamp >= last else {
            let isOlder = stamp < last && last - stamp <= Self.repeatWindow
            return Placement(at: receivedAt, late: true, overtaken: sequence == nil ? isOlder : countsBack)
        }
        // A stamp of the same clock that goes on says that the counter has begun anew.
        let overtaken = countsBack && lastStamp == nil
        if countsBack, !overtaken { lastSequence = sequence.map { UInt32(truncatingIfNeeded: $0) } }
        lastStamp = stamp
        let at = min(corrected, receivedAt)
        return Placement(at: at, late: receivedAt - at > Self.tolerance, overtaken: overtaken)
    }

    /// Whether a counter stands a little below the highest: a device that starts anew begins far below, or with 0 or 1.
    private mutating func isOvertaken(_ sequence: UInt64?) -> Bool {
        guard let sequence = sequence.map({ UInt32(truncatingIfNeeded: $0) }) else { return false }
        guard let last = lastSequence, sequence < last, last - sequence <= UInt32(Self.repeatsMax) else {
            lastSequence = sequence
            return false
        }
        // One that is delivered again, long after it was first heard, must not hide that the next is as old.
        if sequence <= 1 { lastSequence = sequence }
        return true
    }

    public struct Placement: Hashable, Sendable {
        public var at: Instant
        /// The hub heard of it long after it happened, or cannot tell when it happened.
        public var late: Bool
        /// A message that the device sent later, at most a minute, was heard before it: what this one says to be over
        /// may have begun again.
        public var overtaken: Bool

        public init(at: Instant, late: Bool, overtaken: Bool = false) {
            self.at = at
            self.late = late
            self.overtaken = overtaken
        }
    }

    private mutating func learn(_ difference: Int64) {
        func agree(_ one: Int64, _ other: Int64) -> Bool {
            let tolerance = Self.tolerance.wholeMilliseconds
            let (gap, overflows) = one.subtractingReportingOverflow(other)
            return !overflows && (-tolerance...tolerance).contains(gap)
        }
        if agree(difference, learnedOffset) {
            learned = true
            suggested = nil
        } else if !learned {
            learnedOffset = difference
            learned = true
        } else if let candidate = suggested, agree(difference, candidate) {
            learnedOffset = agree(difference, 0) ? 0 : difference
            suggested = nil
            // The old stamps were those of another clock.
            lastStamp = nil
        } else {
            suggested = difference
        }
    }

    /// Whether a message has been heard before: it has the counter or stamp of one heard of late, *and* says the same.
    ///
    /// The counter alone proves nothing: a device that starts anew counts anew, and its alarm must not be taken for an
    /// old heartbeat. A message with neither counter nor stamp never is a repeat.
    public mutating func isRepeat(
        sequence: UInt64?, stamp: Instant?, readings: [Reading], receivedAt: Instant
    ) -> Bool {
        guard sequence != nil || stamp != nil else { return false }
        var digest = Digest()
        digest.add(sequence ?? .max)
        digest.add(UInt64(bitPattern: stamp?.milliseconds ?? .max))
        for reading in readings { digest.add(reading) }
        let heard = Heard(digest.folded, at: receivedAt)
        if lately.contains(where: { $0.digest == heard.digest }) { return true }
        if let oldest = lately.first, oldest.isPast(at: heard) || lately.count == Self.repeatsMax {
            // A new array, so that a device that was busy once does not keep the room for it.
            lately = lately.dropFirst().filter { !$0.isPast(at: heard) } + [heard]
        } else {
            lately.append(heard)
        }
        return false
    }

    /// A message, in eight bytes: there are as many of these as devices.
    private struct Heard: RawRepresentable, Hashable, Sendable, Codable {
        /// The digest, and below it the second of the receipt.
        var rawValue: UInt64

        init(rawValue: UInt64) { self.rawValue = rawValue }

        init(_ digest: UInt32, at moment: Instant) {
            rawValue = UInt64(digest) << 32 | UInt64(UInt32(truncatingIfNeeded: moment.milliseconds / 1000))
        }

        var digest: UInt32 { UInt32(rawValue >> 32) }

        private var second: UInt32 { UInt32(truncatingIfNeeded: rawValue) }

        func isPast(at later: Heard) -> Bool {
            Int64(later.second) - Int64(second) > DeviceClock.repeatWindow.components.seconds
        }
    }

    /// FNV-1a, 64 bits (draft-eastlake-fnv): the same in every process, which Swift's own hashes are not.
    private struct Digest {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325

        /// Of two different messages, one in four thousand million is taken for the other.
        var folded: UInt32 { UInt32(truncatingIfNeeded: value ^ value >> 32) }

        mutating func mix(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }

        mutating func add(_ word: UInt64) {
            for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
        }

        mutating func add(_ reading: Reading) {
            for byte in reading.kind.rawValue.utf8 { mix(byte) }
            switch reading.value {
            case .flag(let flag): mix(flag ? 1 : 2)
            case .number(let number): add(number.bitPattern)
            case .text(let text): for byte in text.utf8 { mix(byte) }
            }
        }
    }
}
