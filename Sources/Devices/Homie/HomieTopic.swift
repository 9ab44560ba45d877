/// A topic of Homie, taken apart: `<domain>/5/<device>/…` of version 5, `<domain>/<device>/…` of those before.
struct HomieTopic {
    enum Tail {
        case state, description
        case alert(String)
        /// `$log`, `$stats`, `$name` and the like.
        case ofDevice
        /// With the node's id: `detector/smoke`.
        case property(String)
        /// Of version 4: what a property is.
        case datatype(String)
        case unit(String)
    }

    var isVersion5: Bool
    /// The topic up to the device's id, by which it is known.
    var base: String
    var id: String
    var tail: Tail

    /// `nil` for commands, broadcasts and topics that Homie does not have.
    init?(_ levels: TopicLevels, domain: String) {
        isVersion5 = levels.level(0, is: "5") && levels.count > 2
        let first = isVersion5 ? 1 : 0
        let count = levels.count - first
        guard count >= 2, !levels.isEmpty(first), !levels.level(first, is: "$broadcast"),
            let tail = Self.tail(levels, first + 1, isVersion5: isVersion5)
        else { return nil }
        id = levels[first]
        base = "\(domain)/\(levels.joined(0..<first + 1))"
        self.tail = tail
    }

    private static func tail(_ levels: TopicLevels, _ start: Int, isVersion5: Bool) -> Tail? {
        let count = levels.count - start
        if isAttribute(levels, start) {
            if count == 1, levels.level(start, is: "$state") { return .state }
            if isVersion5, count == 1, levels.level(start, is: "$description") { return .description }
            if isVersion5, count == 2, levels.level(start, is: "$alert") { return .alert(levels[start + 1]) }
            return .ofDevice
        }
        switch count {
        case 2 where !isAttribute(levels, start + 1): return .property(levels.joined(start..<start + 2))
        case 3 where !isVersion5 && !isAttribute(levels, start + 1):
            let property = levels.joined(start..<start + 2)
            if levels.level(start + 2, is: "$datatype") { return .datatype(property) }
            return levels.level(start + 2, is: "$unit") ? .unit(property) : nil
        default: return nil
        }
    }

    private static func isAttribute(_ levels: TopicLevels, _ index: Int) -> Bool { levels[index].hasPrefix("$") }
}
