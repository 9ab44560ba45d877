/// A topic of an exercise: `drill/<drill id>/` before a device's own topic, or the exercise's control topic.
///
/// ```swift
/// if let drill = DrillTopic(message.topic) { … } else { /* it is real */ }
/// ```
public struct DrillTopic: Hashable, Sendable {
    /// The exercise.
    public var drill: String
    public var content: Content

    public enum Content: Hashable, Sendable {
        /// What the device would have published to.
        case device(topic: String)
        /// `drill/<drill id>/$control`: how the player tells that the exercise begins and ends.
        case control
    }

    /// All topics of exercises.
    public static let filter = "drill/+/#"

    public init(drill: String, content: Content) {
        self.drill = drill
        self.content = content
    }

    /// `nil` for every topic that is not one of an exercise.
    public init?(_ topic: String) {
        let prefix = "drill/"
        guard topic.utf8.starts(with: prefix.utf8) else { return nil }
        let rest = topic.utf8.dropFirst(prefix.utf8.count)
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")), slash > rest.startIndex else { return nil }
        let own = topic[topic.utf8.index(after: slash)...]
        guard !own.isEmpty else { return nil }
        drill = String(topic[rest.startIndex..<slash])
        content = own == "$control" ? .control : .device(topic: String(own))
    }

    /// The whole topic, prefix and all.
    public var topic: String {
        switch content {
        case .device(let topic): "drill/\(drill)/\(topic)"
        case .control: "drill/\(drill)/$control"
        }
    }
}
