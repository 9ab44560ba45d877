import Foundation

/// Looks for a person's contacts (`r-a-12c/1`) in the bytes of a file, whatever a database says is in it.
struct ByteSearch {
    private let wanted: Data
    /// Other people whose ids end in this one: where one of these stands, it is theirs.
    private let others: [Data]

    /// - Parameter others: everybody who is known.
    init(for person: String, besides others: some Sequence<String>) {
        wanted = Data("\(person)/".utf8)
        self.others = others.filter { $0 != person && $0.hasSuffix(person) }.map { Data("\($0)/".utf8) }
    }

    /// How often; 0 of a file that is not there.
    func count(in path: String) -> Int {
        // Not mapped: the hub may cut it meanwhile.
        guard let bytes = FileManager.default.contents(atPath: path) else { return 0 }
        var count = 0
        var rest = bytes[...]
        while let found = rest.range(of: wanted) {
            let isAnothers = others.contains { bytes[..<found.upperBound].suffix($0.count) == $0 }
            if !isAnothers { count += 1 }
            rest = bytes[found.upperBound...]
        }
        return count
    }
}
