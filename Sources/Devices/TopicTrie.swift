/// Values filed under MQTT topic filters, found by topic.
///
/// A filter's level `+` stands for one level, a last `#` for any number of levels, none among them; a topic that starts
/// with `$` is found by no filter that starts with either (MQTT 5.0, section 4.7). Levels are compared byte by byte.
public struct TopicTrie<Value: Sendable>: Sendable {
    private struct Node: Sendable {
        /// In the order of their bytes.
        var children: [(level: [UInt8], node: Int)] = []
        var anyLevel: Int?
        /// Indices of `values` whose filter ends here, and whose filter ends here with `#`.
        var ending: [Int] = []
        var endingWithAnyLevels: [Int] = []
    }

    private var nodes = [Node()]
    private var values: [Value] = []

    public init() {}

    /// Files a value. A filter may have several values.
    ///
    /// - Throws: ``InvalidTopicFilter`` if the filter is empty or has a wildcard in the wrong place.
    public mutating func insert(_ filter: String, _ value: Value) throws(InvalidTopicFilter) {
        try InvalidTopicFilter.check(filter)
        var node = 0
        var endsWithAnyLevels = false
        for level in filter.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            if level.elementsEqual("#".utf8) { endsWithAnyLevels = true } else { node = child(of: node, Array(level)) }
        }
        if endsWithAnyLevels {
            nodes[node].endingWithAnyLevels.append(values.count)
        } else {
            nodes[node].ending.append(values.count)
        }
        values.append(value)
    }

    private mutating func child(of parent: Int, _ level: [UInt8]) -> Int {
        if level == [UInt8(ascii: "+")] {
            if let node = nodes[parent].anyLevel { return node }
            nodes[parent].anyLevel = nodes.count
        } else {
            let place = search(nodes[parent].children, level.span)
            if place.isFound { return nodes[parent].children[place.index].node }
            nodes[parent].children.insert((level, nodes.count), at: place.index)
        }
        nodes.append(Node())
        return nodes.count - 1
    }

    /// The values of all filters that match the topic, in the order in which they were filed.
    public func match(_ topic: String) -> [Value] {
        let bytes = topic.utf8.span
        var found: [Int] = []
        collect(bytes, from: 0, node: 0, into: &found)
        if found.count > 1 { found.sort() }
        return found.map { values[$0] }
    }

    /// Walks on from a node with the levels from `start`; past the last level `start` is beyond the end.
    private func collect(_ topic: Span<UInt8>, from start: Int, node: Int, into found: inout [Int]) {
        let mayBeWildcard = start > 0 || topic.isEmpty || topic[0] != UInt8(ascii: "$")
        if mayBeWildcard { found += nodes[node].endingWithAnyLevels }
        guard start <= topic.count else {
            found += nodes[node].ending
            return
        }
        var end = start
        while end < topic.count, topic[end] != UInt8(ascii: "/") { end += 1 }
        let place = search(nodes[node].children, topic.extracting(start..<end))
        if place.isFound {
            collect(topic, from: end + 1, node: nodes[node].children[place.index].node, into: &found)
        }
        if mayBeWildcard, let next = nodes[node].anyLevel { collect(topic, from: end + 1, node: next, into: &found) }
    }

    private func search(
        _ children: [(level: [UInt8], node: Int)], _ level: Span<UInt8>
    ) -> (index: Int, isFound: Bool) {
        var low = 0
        var high = children.count
        while low < high {
            let middle = (low + high) / 2
            switch compare(children[middle].level, level) {
            case 0: return (middle, true)
            case ..<0: low = middle + 1
            default: high = middle
            }
        }
        return (low, false)
    }

    /// By length first, then by bytes: any fixed order will do.
    private func compare(_ left: [UInt8], _ right: Span<UInt8>) -> Int {
        guard left.count == right.count else { return left.count - right.count }
        for index in 0..<left.count where left[index] != right[index] {
            return Int(left[index]) - Int(right[index])
        }
        return 0
    }
}

/// A topic filter that MQTT does not allow.
public struct InvalidTopicFilter: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was written, what is wrong with it and what to write instead.
    public var description: String

    /// - Throws: if the filter is empty or has a wildcard in the wrong place.
    static func check(_ filter: String) throws(InvalidTopicFilter) {
        func refuse(_ why: String) -> InvalidTopicFilter { InvalidTopicFilter(description: "'\(filter)': \(why)") }
        guard !filter.isEmpty else { throw refuse("a topic filter has at least one character") }
        let levels = filter.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, level) in levels.enumerated() {
            if level.contains(UInt8(ascii: "#")), index != levels.count - 1 || level.count != 1 {
                throw refuse("write '#' alone and as the last level, as in 'estate/#'")
            }
            if level.contains(UInt8(ascii: "+")), level.count != 1 {
                throw refuse("write '+' alone in its level, as in 'estate/+/block'")
            }
            if level.contains(0) { throw refuse("a topic filter has no NUL character") }
        }
    }
}
