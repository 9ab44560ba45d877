/// A text as phones get it: in which alphabet, and in how many segments, each of which is paid for and may be lost.
///
/// The GSM 7-bit default alphabet with its extension table holds English and most of Western Europe's letters: 160
/// septets in one segment, 153 in each of several. One character outside of it, and all of the text is UCS-2: 70 units
/// in one segment, 67 in each of several (3GPP TS 23.038 clause 6.2.1 and 6.2.3; TS 23.040 clause 9.2.3.24.1 for the
/// header of six octets that joins several). An escape and its character, or the two halves of a surrogate pair, are
/// never parted.
public struct SMSText: Hashable, Sendable {
    public let text: String
    public let alphabet: Alphabet
    /// How many SMS it takes; 0 of an empty text.
    public let segments: Int
    /// Septets in GSM-7, UTF-16 units in UCS-2.
    public let units: Int

    public enum Alphabet: String, Hashable, Sendable, Codable {
        case gsm7 = "GSM-7"
        case ucs2 = "UCS-2"

        /// What fits one SMS.
        public var unitsInOne: Int { self == .gsm7 ? 160 : 70 }
        /// What fits each of several.
        public var unitsInEach: Int { self == .gsm7 ? 153 : 67 }
    }

    public init(_ text: String) {
        self.text = text
        let scalars = Array(text.unicodeScalars)
        alphabet = scalars.allSatisfy { Self.septets($0) != nil } ? .gsm7 : .ucs2
        let widths = scalars.map { [alphabet] in
            alphabet == .gsm7 ? Self.septets($0) ?? 1 : UTF16.width($0)
        }
        units = widths.reduce(0, +)
        guard units > alphabet.unitsInOne else {
            segments = units == 0 ? 0 : 1
            return
        }
        segments = Self.ends(of: widths, unitsInEach: alphabet.unitsInEach).count
    }

    /// What stands in each of its segments.
    public var parts: [String] {
        guard segments > 1 else { return [text] }
        let scalars = Array(text.unicodeScalars)
        let widths = scalars.map { alphabet == .gsm7 ? Self.septets($0) ?? 1 : UTF16.width($0) }
        var start = 0
        return Self.ends(of: widths, unitsInEach: alphabet.unitsInEach).map { end in
            defer { start = end }
            return String(String.UnicodeScalarView(scalars[start..<end]))
        }
    }

    /// Behind which character each of several segments ends.
    private static func ends(of widths: [Int], unitsInEach: Int) -> [Int] {
        var ends: [Int] = []
        var used = 0
        for (index, width) in widths.enumerated() {
            if used + width > unitsInEach {
                ends.append(index)
                used = 0
            }
            used += width
        }
        return ends + [widths.count]
    }

    /// The characters by which a text is no GSM-7, each once, in their order.
    public static func outsideGSM7(_ text: String) -> [Character] {
        var found: [Character] = []
        for character in text where !found.contains(character) {
            if !character.unicodeScalars.allSatisfy({ septets($0) != nil }) { found.append(character) }
        }
        return found
    }

    /// How many septets a character takes; `nil` if the alphabet does not have it.
    private static func septets(_ scalar: Unicode.Scalar) -> Int? {
        basic.contains(scalar) ? 1 : extended.contains(scalar) ? 2 : nil
    }

    /// TS 23.038 clause 6.2.1, without the escape itself.
    private static let basic = Set(
        ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
            + "abcdefghijklmnopqrstuvwxyzäöñüà").unicodeScalars)

    /// TS 23.038 clause 6.2.1.1.
    private static let extended = Set("\u{C}^{}\\[~]|€".unicodeScalars)
}
