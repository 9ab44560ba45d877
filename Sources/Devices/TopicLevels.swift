/// The levels of a topic, between its slashes, as they are.
struct TopicLevels: Sendable {
    let topic: String
    private let ranges: [Range<Int>]

    init(_ topic: String) {
        self.topic = topic
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(12)
        let bytes = topic.utf8.span
        var start = 0
        for index in 0..<bytes.count where bytes[index] == UInt8(ascii: "/") {
            ranges.append(start..<index)
            start = index + 1
        }
        ranges.append(start..<bytes.count)
        self.ranges = ranges
    }

    var count: Int { ranges.count }

    subscript(index: Int) -> String { text(ranges[index]) }

    func isEmpty(_ index: Int) -> Bool { ranges[index].isEmpty }

    /// Whether the level is exactly this word.
    func level(_ index: Int, is word: StaticString) -> Bool {
        guard index >= 0, index < count, ranges[index].count == word.utf8CodeUnitCount else { return false }
        let bytes = topic.utf8.span.extracting(ranges[index])
        for offset in 0..<bytes.count where bytes[offset] != word.utf8Start[offset] { return false }
        return true
    }

    /// The levels of a range with their slashes: `flat-12/hall_smoke`.
    func joined(_ range: Range<Int>) -> String {
        range.isEmpty ? "" : text(ranges[range.lowerBound].lowerBound..<ranges[range.upperBound - 1].upperBound)
    }

    /// What a table says of one level.
    func find<Value>(_ index: Int, in table: KeyTable<Value>) -> Value? {
        table[topic.utf8.span.extracting(ranges[index])]
    }

    /// What a table says of the levels of a range with their slashes.
    func find<Value>(_ range: Range<Int>, in table: KeyTable<Value>) -> Value? {
        guard !range.isEmpty else { return nil }
        return table[
            topic.utf8.span.extracting(ranges[range.lowerBound].lowerBound..<ranges[range.upperBound - 1].upperBound)]
    }

    private func text(_ range: Range<Int>) -> String {
        topic.utf8.span.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
