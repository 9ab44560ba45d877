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
}

/// What a message changed in what a decoder knows.
public struct Lesson: Hashable, Sendable {
    /// The message is to be kept under its topic, in place of what was kept there.
    public var isKept: Bool
    /// Topics whose kept messages teach nothing any more: withdrawn, dead, or given up for newer ones.
    public var forgotten: [String]
    /// Topic filters that have to be heard from now on, beside those of ``Decoder/topicFilters``.
    public var heard: [String]
    /// What has to be asked of a device or gateway, such as to say again what it is.
    public var request: Request?

    public static let nothing = Lesson()

    public init(isKept: Bool = false, forgotten: [String] = [], heard: [String] = [], request: Request? = nil) {
        self.isKept = isKept
        self.forgotten = forgotten
        self.heard = heard
        self.request = request
    }

    /// A message to be published, QoS 0 and not retained. The hub sends one to the same topic at most every 30 s.
    public struct Request: Hashable, Sendable {
        public var topic: String
        public var payload: [UInt8]

        public init(topic: String, payload: [UInt8]) {
            self.topic = topic
            self.payload = payload
        }
    }
}
