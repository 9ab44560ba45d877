public import Registry

/// The decoders of an installation, found by topic.
public struct DecoderTable: Sendable {
    public private(set) var decoders: [any Decoder]
    private var trie = TopicTrie<Int>()
    /// The same, of those that learn alone: with none of them, learning costs nothing.
    private var learners = TopicTrie<Int>()
    private let learns: [Bool]
    private var heard: Set<String> = []
    private let models: RegisteredModels

    /// - Throws: ``InvalidTopicFilter`` if a decoder asks for a filter that MQTT does not allow.
    public init(_ decoders: [any Decoder]) throws(InvalidTopicFilter) {
        try self.init(decoders, models: RegisteredModels(.builtIn))
    }

    /// - Parameter models: what the fields of the registered devices mean.
    init(_ decoders: [any Decoder], models: RegisteredModels) throws(InvalidTopicFilter) {
        self.decoders = decoders
        learns = decoders.map { $0 is any LearningDecoder }
        self.models = models
        for (index, decoder) in decoders.enumerated() {
            for filter in decoder.topicFilters { try hear(filter, index) }
        }
    }

    private mutating func hear(_ filter: String, _ index: Int) throws(InvalidTopicFilter) {
        guard heard.insert("\(index) \(filter)").inserted else { return }
        try trie.insert(filter, index)
        if learns[index] { try learners.insert(filter, index) }
    }

    /// The topic filters of all decoders, each once, to subscribe to. Exercises are not among them:
    /// ``DrillTopic/filter``.
    public var topicFilters: [String] {
        var filters: Set<String> = []
        return decoders.flatMap(\.topicFilters).filter { filters.insert($0).inserted }
    }

    /// Teaches a real message to the decoders that learn, before ``report(_:)`` is asked what it says.
    ///
    /// - Parameters:
    ///   - ecosystem: to teach one decoder alone, again what it has asked to be kept.
    ///   - refused: is told of what one decoder refuses while another has learnt from it.
    /// - Returns: what changed, and in which ecosystem's decoder; empty for most messages.
    /// - Throws: ``Malformed`` if it is meant to teach something and no decoder can understand it.
    @discardableResult
    public mutating func learn(
        _ message: Message, for ecosystem: Device.Ecosystem? = nil, refused: (Malformed) -> Void = { _ in }
    ) throws(Malformed) -> [(by: Device.Ecosystem, lesson: Lesson)] {
        guard DrillTopic(message.topic) == nil else { return [] }
        var lessons: [(by: Device.Ecosystem, lesson: Lesson)] = []
        var firstMalformed: Malformed?
        for index in learners.match(message.topic) {
            if let ecosystem, decoders[index].ecosystem != ecosystem { continue }
            guard var decoder = decoders[index] as? any LearningDecoder else { continue }
            // Held once, or what it knows would be copied.
            decoders[index] = NativeDecoder()
            defer { decoders[index] = decoder }
            do throws(Malformed) {
                let lesson = try decoder.learn(message)
                guard lesson != .nothing else { continue }
                for filter in lesson.heard {
                    do { try hear(filter, index) } catch { throw Malformed(error.description) }
                }
                lessons.append((decoder.ecosystem, lesson))
            } catch {
                if firstMalformed == nil {
                    firstMalformed = error
                    firstMalformed?.ecosystem = decoder.ecosystem
                }
            }
        }
        // What one has learnt is known to it from now on, so it has to be kept, whatever another makes of the message.
        if let firstMalformed {
            if lessons.isEmpty { throw firstMalformed }
            refused(firstMalformed)
        }
        return lessons
    }

    /// Whether a topic carries what the hub does not need, however much of it: ``Decoder/isInventory(_:)``.
    public func isInventory(_ topic: String) -> Bool {
        DrillTopic(topic) == nil && trie.match(topic).contains { decoders[$0].isInventory(topic) }
    }

    /// Tells the decoders that learn that messages may have been missed: ``LearningDecoder/missed()``.
    ///
    /// - Returns: what has to be asked, a few a second.
    public mutating func missed() -> [Lesson.Request] {
        var requests: [Lesson.Request] = []
        for index in decoders.indices {
            guard var decoder = decoders[index] as? any LearningDecoder else { continue }
            decoders[index] = NativeDecoder()
            requests += decoder.missed()
            decoders[index] = decoder
        }
        return requests
    }

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
                if let report = try decoders[index].report(message) { return models.applied(to: report) }
            } catch {
                if firstMalformed == nil {
                    firstMalformed = error
                    firstMalformed?.ecosystem = decoders[index].ecosystem
                }
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
