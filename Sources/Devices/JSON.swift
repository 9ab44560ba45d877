/// A JSON text (RFC 8259), read once and strictly into a flat list of its values, in the order of the text.
///
/// Nothing is converted before it is asked for: names and texts stay where they are in `bytes`. Names that occur twice
/// are both kept, for each reader to decide which of them counts.
package struct JSON: Sendable {
    /// How many arrays and objects may be open at once. Device messages need 2 or 3.
    package static let depthMax = 32

    let bytes: [UInt8]
    /// Each value before the values inside it; the first is the whole text.
    let nodes: [Node]

    /// - Throws: ``Malformed`` with the byte offset, counted from 0, if this is not one JSON value in UTF-8.
    package init(_ bytes: [UInt8]) throws(Malformed) {
        var parser = JSONParser(bytes)
        try parser.parse()
        self.bytes = bytes
        nodes = parser.nodes
    }

    /// A text that stands alone, without quotes, such as `online`.
    init(bareText bytes: [UInt8]) {
        self.bytes = bytes
        nodes = [Node(kind: .text, isEscaped: false, text: 0..<bytes.count, name: 0..<0, childrenStart: 1, end: 1)]
    }

    /// A value as some devices send it alone: as JSON if it is, else as a text without quotes.
    init(orBareText bytes: [UInt8]) {
        do throws(Malformed) {
            try self.init(bytes)
        } catch {
            // Nothing is lost: whoever asks finds a text, and refuses it if it should be something else.
            self.init(bareText: bytes)
        }
    }

    package var root: Node { nodes[0] }

    /// One value, and its name where it is a member of an object.
    package struct Node: Sendable {
        package enum Kind: UInt8, Sendable { case null, no, yes, number, text, array, object }

        package var kind: Kind
        /// Set for a text with a backslash in it.
        var isEscaped: Bool
        var nameIsEscaped = false
        /// Where the value is in the bytes; for a text without its quotes.
        var text: Range<Int>
        var name: Range<Int>
        /// The values inside: the indices `childrenStart..<end`.
        var childrenStart: Int
        var end: Int
    }

    /// The elements or members directly inside a value.
    package func children(of node: Node) -> Children {
        Children(nodes: nodes, index: node.childrenStart, end: node.end)
    }

    package struct Children: Sequence, IteratorProtocol {
        let nodes: [Node]
        var index: Int
        let end: Int

        package mutating func next() -> Node? {
            guard index < end else { return nil }
            defer { index = nodes[index].end }
            return nodes[index]
        }
    }

    /// The first member of that name.
    package func member(_ name: String, of node: Node) -> Node? {
        guard node.kind == .object else { return nil }
        return children(of: node).first { self.name(of: $0) == name }
    }

    package func name(of node: Node) -> String {
        string(node.name, isEscaped: node.nameIsEscaped)
    }

    /// The text without its escapes; `nil` if the value is not a text.
    package func text(of node: Node) -> String? {
        node.kind == .text ? string(node.text, isEscaped: node.isEscaped) : nil
    }

    /// A text's own bytes without its escapes; any other value as it is written.
    package func bytes(of node: Node) -> [UInt8] {
        node.kind == .text && node.isEscaped ? unescaped(node.text) : Array(bytes[node.text])
    }

    /// The text for people, cut after 200 characters.
    func words(of node: Node) -> String? {
        guard let text = text(of: node) else { return nil }
        let start = text.prefix(200)
        return start.endIndex == text.endIndex ? text : "\(start)…"
    }

    private func string(_ range: Range<Int>, isEscaped: Bool) -> String {
        String(decoding: isEscaped ? unescaped(range)[...] : bytes[range], as: UTF8.self)
    }

    /// What the table says of a member's name.
    func find<Value>(name node: Node, in table: KeyTable<Value>) -> Value? {
        node.nameIsEscaped ? table[unescaped(node.name).span] : table[bytes.span.extracting(node.name)]
    }

    /// What the table says of a text; `nil` also if the value is not a text.
    func find<Value>(text node: Node, in table: KeyTable<Value>) -> Value? {
        guard node.kind == .text else { return nil }
        return node.isEscaped ? table[unescaped(node.text).span] : table[bytes.span.extracting(node.text)]
    }

    /// The value as it is written, cut after 40 bytes: for messages.
    func excerpt(_ node: Node) -> String {
        let start = String(decoding: bytes[node.text].prefix(40), as: UTF8.self) + (node.text.count > 40 ? "…" : "")
        return node.kind == .text ? "\"\(start)\"" : start
    }

    /// The bytes of a text with its escapes resolved. Half a surrogate pair becomes U+FFFD.
    private func unescaped(_ range: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                position += 1
                continue
            }
            let escape = bytes[position + 1]
            position += 2
            guard escape == UInt8(ascii: "u") else {
                result.append(Self.control(escape))
                continue
            }
            var unit = hexadecimal(at: position)
            position += 4
            if (0xD800..<0xDC00).contains(unit), position + 6 <= range.upperBound,
                bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u"),
                (0xDC00..<0xE000).contains(hexadecimal(at: position + 2))
            {
                unit = 0x10000 + (unit - 0xD800) << 10 + hexadecimal(at: position + 2) - 0xDC00
                position += 6
            }
            if unit < 0x80 {
                result.append(UInt8(unit))
            } else {
                result += Array(String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8)
            }
        }
        return result
    }

    private static func control(_ escape: UInt8) -> UInt8 {
        switch escape {
        case UInt8(ascii: "b"): 8
        case UInt8(ascii: "t"): 9
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "f"): 12
        case UInt8(ascii: "r"): 13
        default: escape
        }
    }

    private func hexadecimal(at position: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in position..<position + 4 { value = value << 4 + UInt32(Self.digit(bytes[index]) ?? 0) }
        return value
    }

    /// The value of a hexadecimal digit.
    static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
