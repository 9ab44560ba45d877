/// A `value_template`: where in a payload an entity's value stands. Source: `source/_docs/configuration/templating` and
/// `source/_integrations/mqtt.markdown` of home-assistant/home-assistant.io.
///
/// Read are `{{ value }}` and `{{ value_json.a.b }}`, also written `value_json['a']["b"][0]`, with filters that do not
/// change what a value means: `default`, `d`, `is_defined`, `float`, `int`, `round`, `string`, `trim`, `lower`, `upper`.
/// A value that is missing says nothing, whatever its default is, unless that is `value`, the whole payload. Anything
/// else, a condition or a calculation, is not understood.
struct DiscoveryTemplate: Hashable, Sendable {
    private enum Step: Hashable, Sendable {
        case member([UInt8])
        case element(Int)
    }

    /// None for the whole payload.
    private var steps: [Step] = []
    private var defaultsToPayload = false
    /// Whether letters are compared without their case.
    private(set) var ignoresCase = false

    /// `{{ value }}`, as is also meant where there is no template.
    static let payload = DiscoveryTemplate()

    private init() {}

    /// `nil` if it is not understood.
    init?(_ text: String) {
        var reader = Reader(bytes: Array(text.utf8))
        guard text.utf8.count <= 500, reader.take("{{") else { return nil }
        if reader.take("value_json") {
            while let step = reader.step() { steps.append(step) }
        } else if !reader.take("value") {
            return nil
        }
        while reader.take("|") {
            guard let filter = reader.name(), let arguments = reader.arguments() else { return nil }
            switch String(decoding: filter, as: UTF8.self) {
            case "default", "d": if arguments == "value" { defaultsToPayload = true }
            case "lower", "upper": ignoresCase = true
            case "is_defined", "float", "int", "round", "string", "trim": break
            default: return nil
            }
        }
        guard reader.take("}}"), reader.isAtEnd else { return nil }
    }

    var isWholePayload: Bool { steps.isEmpty }

    /// The member of the payload that it reads, or reads in.
    var member: [UInt8]? {
        if case .member(let name)? = steps.first { name } else { nil }
    }

    /// The values there: several if a name occurs twice, none if it is missing.
    func values(in json: JSON) -> [JSON.Node] {
        var nodes = [json.root]
        for step in steps {
            switch step {
            case .member(let name): nodes = nodes.flatMap { json.members(name, of: $0) }
            case .element(let index):
                nodes = nodes.filter { $0.kind == .array }
                    .flatMap { json.children(of: $0).dropFirst(index).prefix(1) }
            }
        }
        return nodes.isEmpty && defaultsToPayload ? [json.root] : nodes
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == bytes.count }

        private var next: UInt8? { isAtEnd ? nil : bytes[position] }

        private mutating func skipBlanks() {
            while let byte = next, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") { position += 1 }
        }

        /// Takes these characters and the blanks around them.
        mutating func take(_ word: String) -> Bool {
            skipBlanks()
            guard bytes[position...].starts(with: word.utf8) else { return false }
            position += word.utf8.count
            skipBlanks()
            return true
        }

        mutating func name() -> [UInt8]? {
            let start = position
            while let byte = next, byte == UInt8(ascii: "_") || Self.isAlphanumeric(byte) { position += 1 }
            return position > start ? Array(bytes[start..<position]) : nil
        }

        /// `.name`, `['name']`, `["name"]` or `[0]`.
        mutating func step() -> Step? {
            if take(".") { return name().map(Step.member) }
            guard take("[") else { return nil }
            let step: Step?
            if let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") {
                step = quoted(quote).map(Step.member)
            } else {
                step = name().flatMap { Int(String(decoding: $0, as: UTF8.self)) }.map(Step.element)
            }
            return take("]") ? step : nil
        }

        private mutating func quoted(_ quote: UInt8) -> [UInt8]? {
            position += 1
            let start = position
            while let byte = next, byte != quote, byte != UInt8(ascii: "\\") { position += 1 }
            guard next == quote else { return nil }
            position += 1
            return Array(bytes[start..<position - 1])
        }

        /// What stands in parentheses; `""` if there are none, `nil` if they are not closed.
        mutating func arguments() -> String? {
            guard take("(") else { return "" }
            let start = position
            while let byte = next, byte != UInt8(ascii: ")") {
                if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                    guard quoted(byte) != nil else { return nil }
                } else {
                    guard byte != UInt8(ascii: "(") else { return nil }
                    position += 1
                }
            }
            let arguments = String(decoding: bytes[start..<position], as: UTF8.self)
            return take(")") ? arguments : nil
        }

        private static func isAlphanumeric(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }
}

extension JSON {
    /// The members of that name, mostly one.
    fileprivate func members(_ name: [UInt8], of node: Node) -> [Node] {
        guard node.kind == .object else { return [] }
        return children(of: node).filter { isName(of: $0, name) }
    }

    func isName(of node: Node, _ name: [UInt8]) -> Bool {
        if node.nameIsEscaped { return Array(self.name(of: node).utf8) == name }
        guard node.name.count == name.count else { return false }
        for offset in 0..<name.count where bytes[node.name.lowerBound + offset] != name[offset] { return false }
        return true
    }
}
