import Registry

/// The words behind a line's verb: one that stands by itself, flags, and `key=value`. Whoever reads the line takes what
/// it knows; what is left is a mistake.
struct TableArguments {
    private let line: TableLine
    private var words: [TableWord]
    private var asked: [String] = []

    /// - Throws: if one of the keys stands twice.
    init(_ line: TableLine, after count: Int) throws(ConfigError) {
        self.line = line
        words = Array(line.words.dropFirst(count))
        var keys: [String] = []
        for word in words {
            let key = Self.key(word)
            guard !keys.contains(key) else {
                throw line.mistake(word, "'\(key)' stands twice", mend: "keep one of them")
            }
            keys.append(key)
        }
    }

    /// The first word if it is no `key=value` and no flag.
    mutating func takeFirst() -> TableWord? {
        guard let first = words.first, !first.text.contains("="), !Self.flags.contains(first.text) else { return nil }
        return words.removeFirst()
    }

    /// The value of a key, at its own column.
    mutating func take(_ key: String) -> TableWord? {
        asked.append("\(key)=…")
        guard let position = words.firstIndex(where: { $0.text.hasPrefix(key + "=") }) else { return nil }
        let word = words.remove(at: position)
        return TableWord(text: String(word.text.dropFirst(key.count + 1)), column: word.column + key.count + 1)
    }

    mutating func takeFlag(_ name: String) -> Bool {
        asked.append(name)
        guard let position = words.firstIndex(where: { $0.text == name }) else { return false }
        words.remove(at: position)
        return true
    }

    /// - Throws: if a word is left.
    func refuseRest() throws(ConfigError) {
        guard let word = words.first else { return }
        let verb = line.words.count > 1 ? line.words[1].text : ""
        throw line.mistake(
            word, "'\(verb)' takes no '\(Self.key(word))'",
            mend: asked.isEmpty
                ? "remove it, or write '|' before a decision" : Spelling.mend(Self.key(word), known: asked)
        )
    }

    private static let flags = ["test", "retained", "backlog", "force"]

    private static func key(_ word: TableWord) -> String {
        word.text.firstIndex(of: "=").map { String(word.text[..<$0]) } ?? word.text
    }
}
