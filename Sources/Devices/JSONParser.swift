/// Reads the bytes of a JSON text once, from the front, and lists its values.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var nodes: [JSON.Node] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // A heartbeat has 9 values, a Zigbee2MQTT message 10 to 20.
        nodes.reserveCapacity(16)
    }

    mutating func parse() throws(Malformed) {
        try parseValue(named: Name(range: 0..<0, isEscaped: false), depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw unexpected("the end of the payload") }
    }

    private struct Name {
        var range: Range<Int>
        var isEscaped: Bool
    }

    private mutating func parseValue(named name: Name, depth: Int) throws(Malformed) {
        skipBlanks()
        let start = position
        guard start < bytes.count else { throw unexpected("a value") }
        switch bytes[start] {
        case UInt8(ascii: "\""):
            let text = try scanText()
            append(.text, isEscaped: text.isEscaped, text.range, named: name)
        case UInt8(ascii: "{"): try parseObject(named: name, depth: depth + 1)
        case UInt8(ascii: "["): try parseArray(named: name, depth: depth + 1)
        case UInt8(ascii: "t"):
            try skip("true")
            append(.yes, start..<position, named: name)
        case UInt8(ascii: "f"):
            try skip("false")
            append(.no, start..<position, named: name)
        case UInt8(ascii: "n"):
            try skip("null")
            append(.null, start..<position, named: name)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            guard let end = JSON.endOfNumber(in: bytes.span, from: start) else {
                throw Malformed("byte \(start): expected a number such as 12 or -0.5")
            }
            position = end
            append(.number, start..<end, named: name)
        default: throw unexpected("a value")
        }
    }

    private mutating func parseObject(named name: Name, depth: Int) throws(Malformed) {
        let index = try open(.object, named: name, depth: depth)
        skipBlanks()
        if !take("}") {
            repeat {
                skipBlanks()
                guard peek == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
                let memberName = try scanText()
                skipBlanks()
                guard take(":") else { throw unexpected("':'") }
                try parseValue(named: memberName, depth: depth)
                skipBlanks()
            } while take(",")
            guard take("}") else { throw unexpected("',' or '}'") }
        }
        close(index)
    }

    private mutating func parseArray(named name: Name, depth: Int) throws(Malformed) {
        let index = try open(.array, named: name, depth: depth)
        skipBlanks()
        if !take("]") {
            repeat {
                try parseValue(named: Name(range: 0..<0, isEscaped: false), depth: depth)
                skipBlanks()
            } while take(",")
            guard take("]") else { throw unexpected("',' or ']'") }
        }
        close(index)
    }

    private mutating func open(_ kind: JSON.Node.Kind, named name: Name, depth: Int) throws(Malformed) -> Int {
        guard depth <= JSON.depthMax else {
            throw Malformed("byte \(position): nested deeper than \(JSON.depthMax) levels")
        }
        append(kind, position..<position + 1, named: name)
        position += 1
        return nodes.count - 1
    }

    private mutating func close(_ index: Int) {
        nodes[index].text = nodes[index].text.lowerBound..<position
        nodes[index].end = nodes.count
    }

    private mutating func append(
        _ kind: JSON.Node.Kind, isEscaped: Bool = false, _ text: Range<Int>, named name: Name
    ) {
        let next = nodes.count + 1
        nodes.append(
            JSON.Node(
                kind: kind, isEscaped: isEscaped, nameIsEscaped: name.isEscaped, text: text, name: name.range,
                childrenStart: next, end: next))
    }

    /// Goes past a text in quotes and returns where it is without them.
    private mutating func scanText() throws(Malformed) -> Name {
        position += 1
        let start = position
        var isEscaped = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return Name(range: start..<position - 1, isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                try skipEscape()
            case 0..<0x20:
                throw Malformed("byte \(position): a control character inside a text; expected an escape such as \\n")
            case 0x80...:
                guard let length = UTF8Sequence.length(in: bytes.span, at: position) else {
                    throw Malformed("byte \(position): not UTF-8")
                }
                position += length
            default: position += 1
            }
        }
        throw unexpected("'\"'")
    }

    private mutating func skipEscape() throws(Malformed) {
        position += 1
        switch peek {
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                position += 1
                guard let byte = peek, JSON.digit(byte) != nil else { throw unexpected("a hexadecimal digit") }
            }
            position += 1
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        default: throw unexpected("one of \" \\ / b f n r t u after the backslash")
        }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private mutating func skip(_ word: StaticString) throws(Malformed) {
        for offset in 0..<word.utf8CodeUnitCount {
            guard peek == word.utf8Start[offset] else { throw unexpected(String(describing: word)) }
            position += 1
        }
    }

    private func unexpected(_ expected: String) -> Malformed {
        guard let byte = peek else {
            return Malformed("byte \(position): the payload ends here; expected \(expected)")
        }
        let found = (0x21..<0x7F).contains(byte) ? "'\(Unicode.Scalar(byte))'" : "0x" + String(byte, radix: 16)
        return Malformed("byte \(position): found \(found); expected \(expected)")
    }
}

/// The shape of one character in UTF-8, as RFC 3629 allows it.
enum UTF8Sequence {
    /// How many bytes the character at a position takes; `nil` if there is none.
    static func length(in bytes: Span<UInt8>, at position: Int) -> Int? {
        let second: ClosedRange<UInt8>
        let length: Int
        switch bytes[position] {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)
        case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        default: return nil
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]) else { return nil }
        for offset in 2..<max(length, 2) where bytes[position + offset] & 0xC0 != 0x80 { return nil }
        return length
    }
}
