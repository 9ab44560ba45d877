/// One language of a ``ShutdownNotice``, and how much of the page it takes.
struct NoticeSection {
    /// Of its tag.
    var language: String
    var title: String
    var facts: [(name: String, value: String)]
    /// What to do, the first the most important.
    var advice: [String]

    var html: String {
        let rows = facts.map { "<tr><th>\($0.name.escaped)</th><td>\($0.value.escaped)</td></tr>" }
        let items = advice.map { "<li>\($0.escaped)</li>" }
        return """
            <section lang="\(language)">
            <h1>\(title.escaped)</h1>
            <table>
            \(rows.joined(separator: "\n"))
            </table>
            <ul>
            \(items.joined(separator: "\n"))
            </ul>
            </section>
            """
    }

    /// The largest size, in points, in which all sections fit one A4 page: a notice is read from a step away, and its second
    /// page stays in the printer.
    ///
    /// The fonts of whoever prints it are not known, so this counts with wide ones, those of DejaVu Sans, and with a
    /// twelfth of each line lost to words that do not fit.
    static func points(fitting sections: [NoticeSection]) -> Int {
        let sizes = (pointsMin...pointsMax).reversed()
        return sizes.first { size in
            let heights = sections.map { $0.height(em: Double(size) * 0.3528) }
            return heights.reduce(gap * Double(sections.count - 1), +) <= pageHeight
        } ?? pointsMin
    }

    static let pointsMax = 17
    /// The smallest that is read without a magnifier.
    static let pointsMin = 8
    /// In millimetres, as the rest: an A4 page less its margins, and a little for what nobody can know of a printer.
    private static let pageHeight = 297.0 - 2 * 12 - 3
    private static let width = 210.0 - 2 * 12 - 2 * (1.5 + 6)
    private static let gap = 5.0

    private func height(em: Double) -> Double {
        let row = 1.3 * em
        let frame = 2 * (1.5 + 4.0)
        let head = 2 + 1.15 * 1.8 * em * Self.lines(title, ems: Self.width / (1.8 * em), isBold: true)
        let table = facts.map { 0.4 + row * Self.lines($0.value, ems: Self.width / em - 7.5, isBold: true) }
        let list = advice.enumerated().map { index, text in
            row * Self.lines(text, ems: Self.width / em - 1.3, isBold: index == 0)
        }
        return frame + head + table.reduce(0, +) + 2 + list.reduce(0, +)
    }

    /// In how many lines of that many em a text is set.
    private static func lines(_ text: String, ems: Double, isBold: Bool) -> Double {
        // From U+2E80 on there are ideographs and full-width punctuation.
        let wide = text.unicodeScalars.count { $0.value >= 0x2E80 }
        let latin = text.unicodeScalars.count - wide
        return max(1, ((1.02 * Double(wide) + (isBold ? 0.73 : 0.66) * Double(latin)) / ems).rounded(.up))
    }
}

extension String {
    /// Names and reasons are what somebody has typed: none of it may become a tag, or a line of its own.
    package var escaped: String {
        var escaped = ""
        for character in self {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case _ where character.isNewline: escaped += " "
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
