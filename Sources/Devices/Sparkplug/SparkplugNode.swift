internal import Registry
internal import Sparkplug

/// What is known of an edge node: its session, and what it and its devices have announced.
struct SparkplugNode: Sized {
    /// Of the session, as the birth gave it; `nil` if it gave none, or was not heard.
    var bdSeq: UInt64?
    var isBorn = false
    /// What the node itself has announced.
    private(set) var metrics: SparkplugMetrics?
    private(set) var devices: [String: SparkplugMetrics] = [:]
    /// Grows whenever messages may have been missed, a birth with other aliases among them: only what was announced in
    /// the present era is certain.
    private(set) var era = 0
    /// The counter of its last message; `nil` while none is known.
    private var lastSequence: UInt8?
    private var lastDigest: UInt64 = 0
    /// When it last spoke, by its own clock, in milliseconds.
    var time: UInt64 = 0
    /// About how much memory it takes.
    private(set) var bytes = 256

    static let devicesMax = 1024
    static let bytesMax = 4 << 20

    mutating func missed() {
        era += 1
        lastSequence = nil
    }

    /// Takes a message's counter.
    ///
    /// - Returns: how many messages were lost just before it; 0 for one that is delivered again.
    mutating func count(_ payload: SparkplugPayload, _ bytes: [UInt8]) -> Int {
        // Those whose library leaves zeros out, and those that go on counting, are no worse for it.
        let sequence = UInt8(truncatingIfNeeded: payload.seq)
        let digest = ByteDigest.of(bytes)
        defer {
            lastSequence = sequence
            lastDigest = digest
        }
        guard let lastSequence, lastSequence &+ 1 != sequence, digest != lastDigest || sequence != lastSequence else {
            return 0
        }
        era += 1
        return Int(sequence &- lastSequence &- 1)
    }

    /// Takes in its birth; a node of its own, for a birth begins everything anew: its devices are born after it.
    mutating func beBorn(_ payload: SparkplugPayload, _ message: [UInt8]) throws(Malformed) {
        let metrics = try SparkplugMetrics(birth: payload)
        guard metrics.bytes <= Self.bytesMax else { throw Malformed(Self.tooLarge) }
        bytes += metrics.bytes
        self.metrics = metrics
        isBorn = true
        bdSeq = payload.bdSeq
        time = payload.timestamp
        _ = count(payload, message)
    }

    /// A birth of one of its devices, which leaves the others as they are.
    ///
    /// - Returns: how many messages were lost just before it.
    mutating func bear(_ device: String, _ payload: SparkplugPayload, _ message: [UInt8]) throws(Malformed) -> Int {
        var metrics = try SparkplugMetrics(birth: payload)
        let grown = size(metrics, device) - (devices[device].map { size($0, device) } ?? 0)
        guard devices.count < Self.devicesMax || devices[device] != nil else {
            throw Malformed("more than \(Self.devicesMax) devices of one edge node")
        }
        guard bytes + grown <= Self.bytesMax else { throw Malformed(Self.tooLarge) }
        let lost = count(payload, message)
        metrics.era = era
        devices[device] = metrics
        bytes += grown
        time = payload.timestamp
        return lost
    }

    /// - Returns: whether it was there.
    mutating func bury(_ device: String) -> Bool {
        guard let metrics = devices.removeValue(forKey: device) else { return false }
        bytes -= size(metrics, device)
        return true
    }

    /// - Returns: the devices that were there.
    mutating func die() -> [String] {
        let former = devices.keys.sorted()
        let bdSeq = bdSeq
        self = SparkplugNode()
        self.bdSeq = bdSeq
        return former
    }

    /// Notes what a message says now.
    mutating func note(_ payload: SparkplugPayload, of device: String?) {
        if let device {
            devices[device]?.note(payload, era)
        } else {
            metrics?.note(payload, era)
        }
    }

    func metrics(of device: String?) -> SparkplugMetrics? { device.map { devices[$0] } ?? metrics }

    /// Whether a death is that of the present session. One of an unknown session may be.
    func isEnded(by bdSeq: UInt64?) -> Bool { bdSeq == nil || self.bdSeq == nil || bdSeq == self.bdSeq }

    private func size(_ metrics: SparkplugMetrics, _ device: String) -> Int { metrics.bytes + 2 * device.utf8.count }

    private static let tooLarge = "more metrics than \(bytesMax >> 20) MiB hold"
}

extension SparkplugMetrics {
    fileprivate mutating func note(_ payload: SparkplugPayload, _ era: Int) {
        for metric in payload.metrics {
            // A doubtful alias changes nothing.
            guard let index = index(metric), metric.hasName || era == self.era else { continue }
            note(index, metric)
        }
    }
}

extension SparkplugPayload {
    /// The session's number, by which a death is told from that of an earlier session.
    var bdSeq: UInt64? {
        switch metrics.first(where: { $0.name == "bdSeq" })?.value {
        case .intValue(let value)?: UInt64(value)
        case .longValue(let value)?: value
        case .floatValue?, .doubleValue?, .booleanValue?, .stringValue?, nil: nil
        }
    }
}
