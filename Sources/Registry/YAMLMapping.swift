/// The `key: value` pairs of a YAML mapping, each key once.
public struct YAMLMapping: Sendable {
    public let node: YAMLNode
    /// In the order of the file.
    public let entries: [Entry]

    public struct Entry: Sendable {
        public let key: String
        /// The key itself, for mistakes that are about it.
        public let keyNode: YAMLNode
        public let value: YAMLNode
    }

    init(node: YAMLNode, entries pairs: [(key: YAMLNode, value: YAMLNode)]) throws(ConfigError) {
        self.node = node
        var entries: [Entry] = []
        var lines: [String: Int] = [:]
        for (keyNode, value) in pairs {
            let key = try keyNode.text()
            // `12` and `"12"` are two keys to YAML, but not to the reader of the file.
            if let first = lines.updateValue(keyNode.line, forKey: key) {
                throw keyNode.mistake("key '\(key)' stands in line \(first) already", mend: "keep one of them")
            }
            entries.append(Entry(key: key, keyNode: keyNode, value: value))
        }
        self.entries = entries
    }

    /// `nil` if the key is not there. A key with nothing after it is there: reading its value then fails.
    public subscript(key: String) -> YAMLNode? {
        entries.first { $0.key == key }?.value
    }

    /// - Throws: if the key is not there.
    public func required(_ key: String) throws(ConfigError) -> YAMLNode {
        guard let value = self[key] else {
            throw node.mistake("the key '\(key)' is missing", mend: "add '\(key):' here")
        }
        return value
    }

    /// Notes every key that is none of `known`, and every one of `required` that is missing.
    ///
    /// - Parameter known: all keys that may stand here, the required ones included.
    public func checkKeys(_ known: [String], required: [String] = [], _ mistakes: inout Mistakes) {
        for entry in entries where !known.contains(entry.key) {
            mistakes.note(
                entry.keyNode.mistake("unknown key '\(entry.key)'", mend: Spelling.mend(entry.key, known: known)))
        }
        for key in required {
            _ = mistakes.reading { () throws(ConfigError) in try self.required(key) }
        }
    }
}
