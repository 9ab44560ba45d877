/// A phone number in international form (ITU-T E.164): `+`, the country's code, and no more than 15 digits in all.
///
/// It is personal: printed, it is masked; only ``text`` and ``digits`` tell it.
public struct PhoneNumber: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// `+85291234567`
    public let text: String

    /// What keeps a text from being one.
    public enum Mistake: Error, Hashable, Sendable {
        case withoutPlus
        /// Something else than digits behind the `+`.
        case otherCharacters
        /// No country's code begins with 0.
        case leadingZero
        case digits(Int)
    }

    /// How many digits there may be: E.164 allows 15, and no country's numbers are shorter than 7 with its code.
    public static let digitsAllowed = 7...15

    public init(_ text: String) throws(Mistake) {
        guard text.first == "+" else { throw .withoutPlus }
        let digits = text.utf8.dropFirst()
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw .otherCharacters
        }
        guard digits.first != UInt8(ascii: "0") else { throw .leadingZero }
        guard Self.digitsAllowed.contains(digits.count) else { throw .digits(digits.count) }
        self.text = text
    }

    /// A sender as gateways write it: `+852…`, `00852…`, `852…`, or as inside a country if that is given: `9123 4567`,
    /// `091234567`.
    ///
    /// - Parameter country: its code, `852`.
    /// - Returns: `nil` if it is no number, such as a company's name.
    public init?(sender: String, country: String?) {
        let written = sender.filter { !" -().".contains($0) }
        let international: String
        if written.hasPrefix("+") {
            international = written
        } else if written.hasPrefix("00") {
            international = "+\(written.dropFirst(2))"
        } else if let country, !(written.hasPrefix(country) && written.count >= country.count + 7) {
            international = "+\(country)\(written.hasPrefix("0") ? written.dropFirst() : Substring(written))"
        } else {
            international = "+\(written)"
        }
        guard let number = try? PhoneNumber(international) else { return nil }
        self = number
    }

    /// Without the `+`: `85291234567`.
    public var digits: String { String(text.dropFirst()) }

    public var description: String { Self.masked(text) }
    public var customMirror: Mirror { Mirror(self, children: ["masked": description]) }

    /// `+852******67`: what may be shown of a number, or of what was meant to be one.
    public static func masked(_ text: String) -> String {
        guard text.count > 7 else { return String(repeating: "*", count: text.count) }
        return text.prefix(4) + String(repeating: "*", count: text.count - 6) + text.suffix(2)
    }
}
