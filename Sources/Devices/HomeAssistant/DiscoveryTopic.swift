/// `<prefix>/<platform>/[<node>/]<object>/config`, where a device announces itself.
struct DiscoveryTopic {
    var platform: String
    var node: String?
    var object: String

    /// `nil` for every other topic, and for one of a platform that says nothing of a hazard.
    init?(_ topic: String, _ prefixes: [TopicPrefix]) {
        guard topic.utf8.count <= Self.bytesMax, let levels = prefixes.lazy.compactMap({ $0.rest(of: topic) }).first,
            (3...4).contains(levels.count),
            levels.level(levels.count - 1, is: "config"), !(0..<levels.count).contains(where: levels.isEmpty),
            levels[0] == "device" || DiscoveryMeaning.platforms.contains(levels[0])
        else { return nil }
        platform = levels[0]
        node = levels.count == 4 ? levels[1] : nil
        object = levels[levels.count - 2]
    }

    /// Filters for all of them.
    static func filters(_ prefixes: [TopicPrefix]) -> [String] {
        prefixes.flatMap { ["\($0.text)/+/+/config", "\($0.text)/+/+/+/config"] }
    }

    /// No topic of a device that speaks of itself is longer.
    static let bytesMax = 250
}

extension TopicPrefix {
    /// - Throws: ``InvalidTopicFilter`` if one of them is no topic.
    static func all(_ texts: [String]) throws(InvalidTopicFilter) -> [TopicPrefix] {
        var prefixes: [TopicPrefix] = []
        for text in texts { prefixes.append(try TopicPrefix(text)) }
        return prefixes
    }
}
