import Registry

/// A word of a table's line, and where it stands.
struct TableWord: Hashable {
    var text: String
    /// From 1, in characters.
    var column: Int
}

/// A line of a table: its words before the bar, and those behind it. A `#` after a space or at the beginning starts a
/// comment; within a word it counts devices: `a/12/C#2`.
struct TableLine {
    let file: String
    let number: Int
    private(set) var words: [TableWord] = []
    /// `nil` if there is no bar.
    private(set) var expected: [TableWord]?
    /// Just behind the last character that counts.
    private(set) var end = 1

    init(_ text: Substring, file: String, number: Int) {
        self.file = file
        self.number = number
        var word = TableWord(text: "", column: 0)
        var column = 0
        for character in text {
            column += 1
            if word.text.isEmpty, character == "#" { break }
            if character.isWhitespace || character == "|" {
                take(&word)
                if character == "|", expected == nil { expected = [] } else if character == "|" { add("|", column) }
            } else {
                if word.text.isEmpty { word.column = column }
                word.text.append(character)
            }
            if !character.isWhitespace { end = column + 1 }
        }
        take(&word)
    }

    var isEmpty: Bool { words.isEmpty && expected == nil }

    /// The words before the bar, their gaps closed.
    var written: String { words.map(\.text).joined(separator: " ") }

    func mistake(at column: Int, _ problem: String, mend: String) -> ConfigError {
        ConfigError(file: file, line: number, column: column, problem: problem, mend: mend)
    }

    func mistake(_ word: TableWord, _ problem: String, mend: String) -> ConfigError {
        mistake(at: word.column, problem, mend: mend)
    }

    private mutating func take(_ word: inout TableWord) {
        if !word.text.isEmpty { add(word.text, word.column) }
        word = TableWord(text: "", column: 0)
    }

    private mutating func add(_ text: String, _ column: Int) {
        if expected == nil {
            words.append(TableWord(text: text, column: column))
        } else {
            expected?.append(TableWord(text: text, column: column))
        }
    }
}
