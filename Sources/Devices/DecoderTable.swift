/// The decoders of an installation, found by topic.
public struct DecoderTable: Sendable {
    public let decoders: [any Decoder]
    private var trie = TopicTrie<Int>()

    /// - Throws: ``InvalidTopicFilter`` if a decoder asks for a filter that MQTT does not allow.
    public init(_ decoders: [any Decoder]) throws(InvalidTopicFilter) {
        self.decoders = decoders
        for (index, decoder) in decoders.enumerated() {
            for filter in decoder.topicFilters { try trie.insert(filter, index) }
        }
    }

    /// The topic filters of all decoders, to subscribe to. Exercises are not among them: ``DrillTopic/filter``.
    public var topicFilters: [String] { decoders.flatMap(\.topicFilters) }

    /// What a real message says, by the first decoder that can say it.
    ///
    /// - Returns: `nil` if it speaks of no device, if no decoder knows its topic, or if it belongs to an exercise.
    /// - Throws: ``Malformed`` if it cannot be understood.
    public func report(_ message: Message) throws(Malformed) -> Report? {
        // There are decoders that listen to every topic.
        guard DrillTopic(message.topic) == nil else { return nil }
        var firstMalformed: Malformed?
        for index in trie.match(message.topic) {
            do {
                if let report = try decoders[index].report(message) { return report }
            } catch {
                if firstMalformed == nil { firstMalformed = error }
            }
        }
        if let firstMalformed { throw firstMalformed }
        return nil
    }

    /// What a message of an exercise says, as if the device had published it to its own topic.
    ///
    /// This is a question of its own so that nobody takes an exercise for real by forgetting to look.
    public func report(_ message: Message, in drill: DrillTopic) throws(Malformed) -> Report? {
        guard case .device(let topic) = drill.content else { return nil }
        return try report(Message(topic: topic, payload: message.payload, retained: message.retained))
    }
}
