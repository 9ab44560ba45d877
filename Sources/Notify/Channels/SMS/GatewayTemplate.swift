/// A text with `{{variables}}`, each escaped for where it stands.
public struct GatewayTemplate: Hashable, Sendable {
    private let pieces: [Piece]

    private enum Piece: Hashable {
        case text(String)
        case variable(String)
    }

    public enum Escaping: Hashable, Sendable {
        case none
        /// RFC 3986: for a URL's query, and for forms.
        case percent
        /// What may stand between the quotes of a JSON string.
        case json
    }

    /// What is no pair of braces stays as it is.
    public init(_ text: String) {
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
            if start.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<start.lowerBound]))) }
            let name = rest[start.upperBound..<end.lowerBound].filter { $0 != " " }
            pieces.append(.variable(name))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        self.pieces = pieces
    }

    public var variables: [String] {
        pieces.compactMap { if case .variable(let name) = $0 { name } else { nil } }
    }

    /// A variable without a value is left out.
    func render(_ values: [String: String], _ escaping: Escaping) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .variable(let name): Self.escaped(values[name] ?? "", escaping)
            }
        }.joined()
    }

    static func escaped(_ text: String, _ escaping: Escaping) -> String {
        switch escaping {
        case .none: text
        case .percent: percentEncoded(text)
        case .json: jsonEscaped(text)
        }
    }

    /// Everything but what RFC 3986 calls unreserved.
    static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                encoded += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return encoded
    }

    private static func jsonEscaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case let control where control.value < 0x20:
                let hex = String(control.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
