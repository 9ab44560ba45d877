/// `<prefix>/<platform>/[<node>/]<object>/config`, where a device announces itself.
struct DiscoveryTopic {
    var platform: String
    var node: String?
    var object: String

    /// `nil` for every other topic, and for one of a platform that says nothing of a hazard.
    init?(_ topic: String, _ prefix: TopicPrefix) {
        guard topic.utf8.count <= Self.bytesMax, let levels = prefix.rest(of: topic), (3...4).contains(levels.count),
            levels.level(levels.count - 1, is: "config"), !(0..<levels.count).contains(where: levels.isEmpty),
            levels[0] == "device" || DiscoveryMeaning.platforms.contains(levels[0])
        else { return nil }
        platform = levels[0]
        node = levels.count == 4 ? levels[1] : nil
        object = levels[levels.count - 2]
    }

    /// Filters for all of them.
    static func filters(_ prefix: TopicPrefix) -> [String] {
        ["\(prefix.text)/+/+/config", "\(prefix.text)/+/+/+/config"]
    }

    /// No topic of a device that speaks of itself is longer.
    static let bytesMax = 250
}
