import Foundation

/// A place in a JSON text whose members, their order and their spelling are known beforehand, for it was written by
/// this program. Whatever is spelt otherwise is not read at all: the text is then one for a reader of any JSON.
struct WrittenJSON {
    private var position = 0

    func isAtEnd(of bytes: Span<UInt8>) -> Bool { position == bytes.count }

    /// Goes past a piece of the text.
    ///
    /// - Returns: whether it is there.
    mutating func take(_ piece: StaticString, _ bytes: Span<UInt8>) -> Bool {
        let count = piece.utf8CodeUnitCount
        guard count <= bytes.count - position else { return false }
        let start = position
        let isThere = piece.withUTF8Buffer { piece in
            for offset in 0..<count where piece[offset] != bytes[start + offset] { return false }
            return true
        }
        if isThere { position += count }
        return isThere
    }

    mutating func flag(_ bytes: Span<UInt8>) -> Bool? {
        if take("false", bytes) { return false }
        return take("true", bytes) ? true : nil
    }

    /// A whole number of up to 18 digits.
    mutating func number(_ bytes: Span<UInt8>) -> Int64? {
        let isNegative = take("-", bytes)
        let start = position
        var value: Int64 = 0
        while position < bytes.count, (48...57).contains(bytes[position]) {
            guard position - start < 18 else { return nil }
            value = value * 10 + Int64(bytes[position] - 48)
            position += 1
        }
        guard position > start, bytes[start] != 48 || (position == start + 1 && !isNegative) else { return nil }
        return isNegative ? -value : value
    }

    /// A text in quotes in which nothing is escaped but slashes.
    mutating func text(_ bytes: Span<UInt8>) -> String? {
        guard let (range, slashes) = quoted(bytes) else { return nil }
        var units: [UInt8] = []
        units.reserveCapacity(range.count - slashes)
        for index in range where bytes[index] != Self.backslash { units.append(bytes[index]) }
        return String(validating: units, as: UTF8.self)
    }

    /// Bytes as they stand in a text in quotes: RFC 4648, section 4, padded.
    mutating func base64(_ bytes: Span<UInt8>) -> Data? {
        guard let (range, slashes) = quoted(bytes), (range.count - slashes).isMultiple(of: 4) else { return nil }
        guard !range.isEmpty else { return Data() }
        let end = range.upperBound
        let padding = bytes[end - 1] != Self.equals ? 0 : bytes[end - 2] != Self.equals ? 1 : 2
        var data = Data(count: (range.count - slashes) / 4 * 3 - padding)
        let isRead = data.withUnsafeMutableBytes { target in
            var bits: UInt32 = 0
            var bitCount: UInt32 = 0
            var next = 0
            for index in range.lowerBound..<end - padding where bytes[index] != Self.backslash {
                let digit = Self.digits[Int(bytes[index])]
                guard digit < 64 else { return false }
                bits = bits << 6 | UInt32(digit)
                bitCount += 6
                guard bitCount >= 8 else { continue }
                bitCount -= 8
                target[next] = UInt8(truncatingIfNeeded: bits >> bitCount)
                next += 1
            }
            // What the last digit says beyond the last byte is nothing.
            return next == target.count && bits & (1 << bitCount - 1) == 0
        }
        return isRead ? data : nil
    }

    /// Goes past a text in quotes.
    ///
    /// - Returns: where it is, without them, and how many slashes are escaped in it; `nil` if anything else is.
    private mutating func quoted(_ bytes: Span<UInt8>) -> (range: Range<Int>, slashes: Int)? {
        guard take("\"", bytes) else { return nil }
        let start = position
        var slashes = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return (start..<position - 1, slashes)
            case Self.backslash:
                guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "/") else { return nil }
                slashes += 1
                position += 2
            case 0..<0x20: return nil
            default: position += 1
            }
        }
        return nil
    }

    private static let backslash = UInt8(ascii: "\\")
    private static let equals = UInt8(ascii: "=")

    /// What each byte stands for; 64 for no digit.
    private static let digits: [UInt8] = {
        var digits = [UInt8](repeating: 64, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, byte) in alphabet.utf8.enumerated() { digits[Int(byte)] = UInt8(value) }
        return digits
    }()
}
