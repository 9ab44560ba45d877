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
