extension Language {
    /// A tag of the shape that BCP 47 gives to language, script and region: `en`, `zh-Hant`, `zh-Hant-HK`.
    ///
    /// `nil` for anything else, for a slip here would leave a resident with a text they cannot read.
    public init?(checking tag: String) {
        let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
        guard let language = parts.first, (2...3).contains(language.count), Self.isLetters(language, upper: 0)
        else { return nil }
        var rest = parts.dropFirst()
        if let script = rest.first, script.count == 4 {
            guard Self.isLetters(script, upper: 1) else { return nil }
            rest = rest.dropFirst()
        }
        if let region = rest.first {
            let isLetters = region.count == 2 && Self.isLetters(region, upper: 2)
            let isNumber = region.count == 3 && region.utf8.allSatisfy { (48...57).contains($0) }
            guard isLetters || isNumber else { return nil }
            rest = rest.dropFirst()
        }
        guard rest.isEmpty else { return nil }
        self.init(tag)
    }

    /// The language itself, or the one of a list that somebody who asked for it can read: of the same script, if
    /// there is one, and else of the same first subtag. Somebody who reads `zh-HK` reads `zh-Hant`.
    public func nearest(in languages: [Language]) -> Language? {
        if languages.contains(self) { return self }
        let relatives = languages.filter { $0.primary == primary }
        return relatives.first { $0.script == script } ?? relatives.first
    }

    /// Whether it is written from right to left: Arabic, Persian, Hebrew, Urdu.
    public var isRightToLeft: Bool { ["ar", "fa", "he", "ur"].contains(primary) }

    /// The first subtag; Tagalog is what Filipino is called as well.
    private var primary: Substring {
        let first = tag.prefix { $0 != "-" }
        return first == "tl" ? "fil" : first
    }

    /// The script, also where Chinese is told by its region alone.
    private var script: Substring? {
        let rest = tag.split(separator: "-").dropFirst()
        if let script = rest.first(where: { $0.count == 4 }) { return script }
        guard primary == "zh" else { return nil }
        return rest.contains { ["CN", "SG", "MY"].contains($0) } ? "Hans" : "Hant"
    }

    /// What a mistake about a tag says to write.
    static let mend = "write a tag such as en, zh-Hant, id or tl"

    /// ASCII letters only, the first `upper` of them capitals.
    private static func isLetters(_ part: Substring, upper: Int) -> Bool {
        part.utf8.enumerated().allSatisfy { index, byte in
            index < upper ? (65...90).contains(byte) : (97...122).contains(byte)
        }
    }
}
