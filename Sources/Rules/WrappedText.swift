extension String {
    /// Cut into lines of a width in columns: between words, and between wide characters, but never so that a line begins
    /// with a closing mark.
    package func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for piece in pieces {
            let bare = piece.trimmedEnd
            if !line.isEmpty, line.columns + bare.columns > width {
                lines.append(line.trimmedEnd)
                line = ""
            }
            line += line.isEmpty ? String(piece.drop { $0 == " " }) : piece
        }
        if !line.trimmedEnd.isEmpty { lines.append(line.trimmedEnd) }
        return lines
    }

    package var trimmedEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }

    /// What stays together: a word with the space behind it, or a wide character with the marks behind it.
    private var pieces: [String] {
        var pieces: [String] = []
        var piece = ""
        for character in self {
            let isWide = String(character).columns > 1
            let before = piece.last
            let mayBreak =
                before == " " || (isWide && !piece.isEmpty) || (before.map { String($0).columns > 1 } ?? false)
            if mayBreak, character != " ", !Self.closing.contains(character),
                !(before.map { Self.opening.contains($0) } ?? false)
            {
                pieces.append(piece)
                piece = ""
            }
            piece.append(character)
        }
        return piece.isEmpty ? pieces : pieces + [piece]
    }

    private static let closing: Set<Character> = ["，", "。", "、", "；", "：", "）", "」", ",", ".", ";", ":", ")"]
    private static let opening: Set<Character> = ["（", "「", "("]
}
