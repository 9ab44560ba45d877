import Crypto
import FoundationEssentials

/// How a line is bound to the one before it.
///
/// A line ends with `,"hash":"<64 lower-case hex digits>"}`. Its hash is the SHA-256 of the line's bytes with
/// `,"hash":"…"` taken out, so of everything from `{` to the quote that closes `prev`, followed by `}`. In a shell:
/// `sed 's/,"hash":"[0-9a-f]*"}$/}/' | tr -d '\n' | sha256sum`. The newline belongs to no line.
enum LogSeal {
    /// What the first line names as the hash before it.
    static let genesis = String(repeating: "0", count: 64)

    private static let opening = Array(#","hash":""#.utf8)
    private static let closing = Array(#""}"#.utf8)
    private static let suffixBytes = opening.count + 64 + closing.count

    /// Closes an object that lacks its last brace with the hash of itself.
    static func seal(_ open: [UInt8]) -> (line: [UInt8], hash: String) {
        let hash = hash(of: open[...])
        return (open + opening + Array(hash.utf8) + closing, hash)
    }

    /// Whether a line is what its hash was made of; `nil` if it does not end in a hash at all.
    static func isIntact(_ line: [UInt8]) -> Bool? {
        guard let stated = statedHash(line) else { return nil }
        return stated == hash(of: line.dropLast(suffixBytes))
    }

    /// The hash with which a line ends; `nil` if it ends otherwise.
    static func statedHash(_ line: [UInt8]) -> String? {
        let suffix = line.suffix(suffixBytes)
        guard suffix.count == suffixBytes, suffix.starts(with: opening), suffix.suffix(closing.count) == closing[...]
        else { return nil }
        let digits = suffix.dropFirst(opening.count).dropLast(closing.count)
        guard digits.allSatisfy({ hexDigits.contains($0) }) else { return nil }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func hash(of open: ArraySlice<UInt8>) -> String {
        var digest = SHA256()
        digest.update(data: open)
        digest.update(data: [UInt8(ascii: "}")])
        var hex: [UInt8] = []
        for byte in digest.finalize() {
            hex.append(hexDigits[Int(byte >> 4)])
            hex.append(hexDigits[Int(byte & 15)])
        }
        return String(decoding: hex, as: UTF8.self)
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}
