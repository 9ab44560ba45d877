public import Registry

/// A decoder that needs earlier messages to understand later ones: discovery, descriptions, births.
///
/// What it knows is bounded, and comes from messages alone. The hub keeps those that the decoder asks it to keep, in the
/// same transaction as everything else, and teaches them again after a restart, oldest first: so what is durable needs
/// no format of its own, and a replay learns as the hub did.
public protocol LearningDecoder: Decoder {
    /// Takes in a message, before ``Decoder/report(_:)`` is asked what it says. Exercises teach nothing.
    ///
    /// - Throws: ``Malformed`` if it is meant to teach something and cannot be understood; nothing has changed then.
    mutating func learn(_ message: Message) throws(Malformed) -> Lesson

    /// Takes note that messages may have been missed: the hub has started, or was away from the broker. Called when what
    /// was kept has been taught, and before anything newer is heard.
    ///
    /// - Returns: what has to be asked to know how things are now, a message a gateway; to be sent a few a second, for
    ///   a thousand gateways that answer at once would be a storm.
    mutating func missed() -> [Lesson.Request]
}

extension LearningDecoder {
    /// Nothing, for whom what is kept or retained says all.
    public mutating func missed() -> [Lesson.Request] { [] }
}

/// What a message changed in what a decoder knows.
public struct Lesson: Hashable, Sendable {
    /// The message is to be kept under its topic, in place of what was kept there.
    public var isKept: Bool
    /// Topics whose kept messages teach nothing any more: withdrawn, dead, or given up for newer ones.
    public var forgotten: [String]
    /// Topic filters that have to be heard from now on, beside those of ``Decoder/topicFilters``.
    public var heard: [String]
    /// What has to be asked of a device or gateway, such as to say again what it is. Not when kept messages are taught:
    /// what those ask for was asked when they came.
    public var request: Request?
    /// Messages that were lost on the way, as the sender's own counter tells.
    public var gap: Gap?
    /// A siren, and how it is to be told to sound, if a kept message says so.
    public var siren: AnnouncedSiren?

    public static let nothing = Lesson()

    public init(
        isKept: Bool = false, forgotten: [String] = [], heard: [String] = [], request: Request? = nil, gap: Gap? = nil
    ) {
        self.isKept = isKept
        self.forgotten = forgotten
        self.heard = heard
        self.request = request
        self.gap = gap
    }

    /// How many messages of a device did not arrive before this one.
    public struct Gap: Hashable, Sendable {
        public var ecosystem: Device.Ecosystem
        public var address: String
        /// At least so many: a counter that begins again after 256 cannot tell 1 from 257.
        public var lost: Int

        public init(ecosystem: Device.Ecosystem, address: String, lost: Int) {
            self.ecosystem = ecosystem
            self.address = address
            self.lost = lost
        }
    }

    /// A message to be published, QoS 0 and not retained. The hub sends one to the same topic at most every 30 s.
    public struct Request: Hashable, Sendable {
        public var topic: String
        public var payload: [UInt8]
        /// A device of the registry depends on the answer: it is asked before strangers are.
        public var isRegistered: Bool

        public init(topic: String, payload: [UInt8], isRegistered: Bool = false) {
            self.topic = topic
            self.payload = payload
            self.isRegistered = isRegistered
        }
    }
}
