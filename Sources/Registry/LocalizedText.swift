/// A text in several languages, by BCP 47 tag.
public struct LocalizedText: Hashable, Sendable {
    /// In the order in which the file gives them; the first is the one to fall back to.
    public var texts: [Text]

    public struct Text: Hashable, Sendable {
        public var language: Language
        public var text: String
    }

    public init(_ texts: [(Language, String)]) {
        self.texts = texts.map { Text(language: $0.0, text: $0.1) }
    }

    /// The text in a language or in its nearest relative, or in the first language there is.
    public subscript(language: Language) -> String {
        if let own = texts.first(where: { $0.language == language }) { return own.text }
        let known = texts.map(\.language)
        return (language.nearest(in: known).flatMap(known.firstIndex(of:)).map { texts[$0] } ?? texts.first)?.text ?? ""
    }
}

/// A language that residents are addressed in, by its BCP 47 tag: `en`, `zh-Hant`.
public struct Language: Hashable, Sendable, Codable, CustomStringConvertible {
    public var tag: String
    public init(_ tag: String) { self.tag = tag }

    public static let english = Language("en")
    public static let traditionalChinese = Language("zh-Hant")

    public var description: String { tag }

    public init(from decoder: any Decoder) throws {
        tag = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(tag)
    }
}
