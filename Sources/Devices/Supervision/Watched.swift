import Registry

/// What supervision knows of one device: 64 bytes, for there may be a million, in random order. What a heartbeat asks
/// lies in the last 48, which a large array's header of 32 bytes, on memory that begins 16 bytes into a page, makes one
/// cache line.
struct Watched {
    /// In ``Supervisor/floors``; -1 for one that watches no floor.
    var floor: Int32 = -1
    var block: Int32 = -1
    /// Messages that it sent and that never came, by its own counter.
    var missed: UInt32 = 0
    /// In milliseconds since 1970; the lowest number for never.
    var heardAt = Int64.min
    /// The device's own counter in its last message.
    var sequence = UInt64.max
    var gateway: Int32 = -1
    var messages: UInt32 = 0
    /// The gap, in seconds, that nine of ten of its silences do not exceed; 0 while unknown.
    var usual: Float = 0
    /// Messages that it may still send at once.
    var tokens: Float
    var gaps: UInt16 = 0
    var contract: UInt16 = 0
    var longGaps: UInt8 = 0
    var flags: Flags = []
    /// Up to the cache line's end.
    private var room: Int64 = 0

    struct Flags: OptionSet {
        let rawValue: UInt8
        /// Overdue by its usual time, though not yet silent.
        static let missing = Flags(rawValue: 1)
        static let silent = Flags(rawValue: 2)
        /// Somebody says that it is gone.
        static let offline = Flags(rawValue: 4)
        static let fault = Flags(rawValue: 8)
        /// Its gateway is gone.
        static let hidden = Flags(rawValue: 16)
        static let drifts = Flags(rawValue: 32)
        /// Filed in the wheel.
        static let filed = Flags(rawValue: 64)

        static let down: Flags = [.silent, .offline, .fault, .hidden]
    }

    init(tokens: Float) { self.tokens = tokens }

    var wasHeard: Bool { heardAt != .min }
}

/// What supervision has learnt of a device and a restart must not forget.
public struct SupervisionRecord: Hashable, Sendable {
    /// The gap, in seconds, that nine of ten of its silences do not exceed; 0 while unknown.
    public var usual: Float
    /// From how many gaps that was learnt, up to 65,535.
    public var gaps: Int
    public var messages: Int
    /// Messages that it sent and that never came, by its own counter.
    public var missed: Int
    /// Its own counter in its last message.
    public var sequence: UInt64?
    /// The gateway that it spoke through last.
    public var gateway: String?

    public init(usual: Float, gaps: Int, messages: Int, missed: Int, sequence: UInt64?, gateway: String?) {
        self.usual = usual
        self.gaps = gaps
        self.messages = messages
        self.missed = missed
        self.sequence = sequence
        self.gateway = gateway
    }
}
