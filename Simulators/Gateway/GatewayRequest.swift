/// One HTTP request as it came.
public struct GatewayRequest: Sendable {
    /// The request line and the headers, with their line ends.
    public var head: [UInt8]
    public var body: [UInt8]

    public var method: String { line(0) }

    /// The path with its query.
    public var path: String { line(1) }

    private func line(_ part: Int) -> String {
        let parts = head.prefix { $0 != UInt8(ascii: "\r") }.split(separator: UInt8(ascii: " "))
        return parts.count > part ? String(decoding: parts[part], as: UTF8.self) : ""
    }

    /// - Parameter name: in small letters.
    public func header(_ name: String) -> String? {
        Self.value(of: Array(name.utf8), in: head[...]).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What stands behind a text in the body, up to the next quotation mark.
    public func quoted(after text: String) -> String? {
        let wanted = Array(text.utf8)
        guard let first = wanted.first else { return nil }
        var start = body.startIndex
        while let found = body[start...].firstIndex(of: first) {
            if body[found...].starts(with: wanted) {
                let value = body[(found + wanted.count)...].prefix { $0 != UInt8(ascii: "\"") }
                return String(decoding: value, as: UTF8.self)
            }
            start = found + 1
        }
        return nil
    }

    /// Takes the first whole request out of what has come; `nil` if there is none yet.
    init?(takenFrom bytes: inout [UInt8]) {
        guard let end = Self.headEnd(in: bytes) else { return nil }
        let length =
            Self.value(of: Array("content-length".utf8), in: bytes[..<end])
            .flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
        guard bytes.count >= end + length else { return nil }
        head = Array(bytes[..<end])
        body = Array(bytes[end..<end + length])
        bytes.removeFirst(end + length)
    }

    /// Behind the empty line.
    private static func headEnd(in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            var index = 3
            while index < bytes.count {
                if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10 { return index + 1 }
                index += 1
            }
            return nil
        }
    }

    private static func value(of name: [UInt8], in head: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var line = head.startIndex
        while line < head.endIndex {
            let end = head[line...].firstIndex(of: 10) ?? head.endIndex
            let isNamed =
                line + name.count < end && head[line + name.count] == UInt8(ascii: ":")
                && zip(head[line...], name).allSatisfy { $0 | 0x20 == $1 }
            if isNamed {
                let value = head[(line + name.count + 1)..<end].drop { $0 == 32 }
                return value.last == 13 ? value.dropLast() : value
            }
            line = end + 1
        }
        return nil
    }
}
