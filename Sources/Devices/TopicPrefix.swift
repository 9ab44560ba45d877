/// What all topics of an ecosystem begin with on a broker: `tele`, or `building/tele`.
struct TopicPrefix: Sendable {
    let text: String
    private let start: [UInt8]

    /// - Throws: ``InvalidTopicFilter`` if it is empty, has a wildcard, or begins or ends with a slash.
    init(_ text: String) throws(InvalidTopicFilter) {
        guard !text.isEmpty, !text.hasPrefix("/"), !text.hasSuffix("/"), !text.contains("+"), !text.contains("#"),
            !text.utf8.contains(0)
        else {
            throw InvalidTopicFilter(
                description: "topic prefix '\(text)': write the topic alone, as in 'home' or 'building/tele'")
        }
        self.init(known: text)
    }

    /// One that is known to be right: a default.
    init(known text: String) {
        self.text = text
        start = Array("\(text)/".utf8)
    }

    /// The levels after the prefix; `nil` for any other topic.
    func rest(of topic: String) -> TopicLevels? {
        let bytes = topic.utf8
        guard bytes.starts(with: start) else { return nil }
        return TopicLevels(String(topic[bytes.index(bytes.startIndex, offsetBy: start.count)...]))
    }
}

/// The prefixes of devices each of which has one of its own, which can be any topic.
struct TopicPrefixes: Sendable {
    let filters: [String]
    private let known: Set<String>?

    /// Every topic may be one of theirs.
    static let any = TopicPrefixes(filters: ["#"], known: nil)

    private init(filters: [String], known: Set<String>?) {
        self.filters = filters
        self.known = known
    }

    /// - Parameters:
    ///   - tails: what follows a prefix in the topics to subscribe to.
    ///   - others: whether to hear unknown prefixes of one level, too.
    /// - Throws: ``InvalidTopicFilter`` if a prefix is no topic.
    init(
        _ prefixes: some Collection<String>, tails: [String], andOthers others: Bool
    ) throws(InvalidTopicFilter) {
        var filters: [String] = []
        for prefix in prefixes {
            let text = try TopicPrefix(prefix).text
            if !others || text.contains("/") { filters += tails.map { "\(text)/\($0)" } }
        }
        if others { filters += tails.map { "+/\($0)" } }
        self.init(filters: filters, known: others ? nil : Set(prefixes))
    }

    var areAny: Bool { known == nil }

    /// The levels before one, if they are a prefix to listen to.
    func prefix(_ levels: TopicLevels, before end: Int) -> String? {
        guard end > 0 else { return nil }
        let prefix = levels.joined(0..<end)
        return prefix.isEmpty || known?.contains(prefix) == false ? nil : prefix
    }
}
