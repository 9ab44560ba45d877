import Foundation
public import Registry
public import Store

/// The words that people answer with, in every language there is a file for.
///
///     catalogue.answers.read("安全！👍")    // .safe
///
/// `1`, `2` and `3` mean safe, need help and false alarm in all of them, `stop` and `start` what gateways expect. What says more than such words is left to a
/// person to read, for "not safe" holds "safe" as well.
public struct AnswerWords: Sendable {
    private var meanings: [[String]: Meaning] = [
        ["1"]: .answer(.safe), ["2"]: .answer(.needHelp), ["3"]: .answer(.falseAlarm),
        ["stop"]: .wish(.stop), ["start"]: .wish(.start),
    ]

    /// What a word may say.
    enum Meaning: Hashable, Sendable {
        case answer(Answer)
        case wish(Wish)

        var name: String {
            switch self {
            case .answer(let answer): answer.rawValue
            case .wish(let wish): wish.rawValue
            }
        }
    }

    /// The words of one language.
    struct Vocabulary: Sendable {
        var meaning: Meaning
        /// The first is shown; the others are understood as well.
        var words: [YAMLNode]
        var shown: String
    }

    /// - Parameter mistakes: gets the words that mean two things.
    init(_ vocabularies: [Vocabulary], _ mistakes: inout Mistakes) {
        for vocabulary in vocabularies {
            for node in vocabulary.words {
                mistakes.reading { () throws(ConfigError) in try add(node, vocabulary.meaning) }
            }
        }
    }

    private mutating func add(_ node: YAMLNode, _ meaning: Meaning) throws(ConfigError) {
        let text = try node.text()
        let words = Self.words(in: text)
        guard !words.isEmpty else {
            throw node.mistake("there is no word in '\(text)'", mend: "write what a person would answer")
        }
        if let other = meanings[words], other != meaning {
            throw node.mistake(
                "'\(text)' means '\(other.name)' already, here or in another language",
                mend: "leave it out of one of them, for nobody could tell which is meant")
        }
        meanings[words] = meaning
    }

    /// What a person has answered, whatever its case and whatever punctuation, spaces and emoji stand around; `nil` if
    /// it is none of the words, or several that mean different things.
    public func read(_ text: String) -> Answer? {
        if case .answer(let answer) = meaning(of: text) { answer } else { nil }
    }

    /// What a person wishes for themselves, read as an answer is.
    public func wish(in text: String) -> Wish? {
        if case .wish(let wish) = meaning(of: text) { wish } else { nil }
    }

    private func meaning(of text: String) -> Meaning? {
        var rest = Self.words(in: text)[...]
        var meant: Meaning?
        while !rest.isEmpty {
            let lengths = (1...min(rest.count, Self.wordsMax)).reversed()
            guard let length = lengths.first(where: { meanings[Array(rest.prefix($0))] != nil }),
                let meaning = meanings[Array(rest.prefix(length))], meant == nil || meant == meaning
            else { return nil }
            meant = meaning
            rest = rest.dropFirst(length)
        }
        return meant
    }

    /// No answer is longer.
    private static let wordsMax = 8

    /// Letters and digits, as all spell them alike; what stands between is forgotten, and so is a message's id.
    private static func words(in text: String) -> [String] {
        text.prefix(500).split(whereSeparator: \.isWhitespace)
            .filter { !($0.first == "#" && $0.contains(where: \.isLetter)) }
            .flatMap { piece in
                String(String.UnicodeScalarView(spelling(of: String(piece)))).split(separator: " ").map(String.init)
            }
    }

    /// One space for whatever is neither letter nor digit.
    private static func spelling(of text: String) -> [Unicode.Scalar] {
        text.precomposedStringWithCompatibilityMapping.lowercased().unicodeScalars.compactMap { scalar in
            if let same = alike[scalar] { return same }
            if let digit = scalar.properties.numericType == .decimal ? scalar.properties.numericValue : nil {
                return Unicode.Scalar(UInt8(ascii: "0") + UInt8(digit))
            }
            switch scalar.properties.generalCategory {
            case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .spacingMark:
                return scalar
            case .nonspacingMark:
                return isSilent(scalar) ? nil : scalar
            case .enclosingMark, .format:
                return nil
            default:
                // "I'm safe" is "im safe".
                return ["'", "’", "`"].contains(scalar) ? nil : " "
            }
        }
    }

    /// Variation selectors of emoji, and the vowel signs of Arabic script, which are mostly left out.
    private static func isSilent(_ scalar: Unicode.Scalar) -> Bool {
        (0xFE00...0xFE0F).contains(scalar.value) || (0x064B...0x0652).contains(scalar.value)
    }

    /// Letters that an Arabic keyboard has and an Urdu text has not.
    private static let alike: [Unicode.Scalar: Unicode.Scalar] = [
        "\u{064A}": "\u{06CC}", "\u{0649}": "\u{06CC}", "\u{0643}": "\u{06A9}", "\u{0647}": "\u{06C1}",
        "\u{0629}": "\u{06C1}",
    ]
}

extension AnswerWords.Vocabulary {
    /// What `answers` of a language's file says.
    static func read(_ node: YAMLNode, _ mistakes: inout Mistakes) -> [AnswerWords.Vocabulary] {
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return [] }
        let keys = Answer.allCases.map(\.rawValue)
        // What staff answer has a default.
        mapping.checkKeys(keys, required: keys.filter { $0 != Answer.onIt.rawValue }, &mistakes)
        return Answer.allCases.compactMap { answer in
            mapping[answer.rawValue].flatMap { read($0, .answer(answer), &mistakes) }
        }
    }

    /// The words that mean one thing.
    static func read(
        _ node: YAMLNode, _ meaning: AnswerWords.Meaning, _ mistakes: inout Mistakes
    ) -> AnswerWords.Vocabulary? {
        mistakes.reading { () throws(ConfigError) in
            let words = try node.list()
            guard let first = words.first else {
                throw node.mistake("there is no word", mend: "write the word that is shown, then others")
            }
            return AnswerWords.Vocabulary(meaning: meaning, words: words, shown: try first.text())
        }
    }
}
