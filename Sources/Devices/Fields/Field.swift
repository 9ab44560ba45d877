import Registry

/// What one field of a message says: a row of a decoder's table.
enum Field: Sendable {
    /// Raised while the field is true.
    case flag(Reading.Kind)
    /// Raised while the field is false.
    case inverted(Reading.Kind)
    case number(Reading.Kind, unit: String?)
    /// A number that raises a flag while it is greater, such as a current loop's milliamperes; where it is smaller than
    /// the second limit, the loop itself is broken, and says nothing of the flag.
    case threshold(Reading.Kind, above: Double, faultBelow: Double?)
    /// A temperature in °F.
    case fahrenheit
    /// A flag, or a number of which 0 means that there is none. The field's name is the fault's detail.
    case fault
    /// A battery's volts as a number. One above 100 is in millivolts: no battery here has so many volts, and some codecs
    /// give now the one, now the other.
    case batteryVoltage
    /// The same, or a text such as `2.4(low battery)`: low, or not, besides.
    case lowBatteryVolts
    /// What each value of an enumeration says. A value that is not among them is unmapped.
    case choice(KeyTable<[Reading]>)
    /// An object whose members have a table of their own.
    case object(KeyTable<Field>)
    /// A hazard, or nothing, as only the operator knows. Raised while it is true, or a number that is not 0.
    case unmapped
    /// An output, a setting, a counter, a measure without a unit, something of the past.
    case nothing

    static func number(_ kind: Reading.Kind) -> Field { .number(kind, unit: nil) }

    /// - Parameter values: texts as they are, numbers as digits (`2` is `2.0`, too), and `true` and `false`.
    static func choice(_ values: [(String, [Reading])]) -> Field { .choice(KeyTable(values)) }

    static func object(_ members: [(String, Field)]) -> Field { .object(KeyTable(members)) }
}

extension JSON {
    /// - Throws: ``Malformed`` if this is not one JSON object.
    init(object bytes: [UInt8]) throws(Malformed) {
        try self.init(bytes)
        guard root.kind == .object else { throw Malformed("\(excerpt(root)): expected a JSON object") }
    }

    /// The first member of that name, found without making texts of the names before it.
    func field(_ name: StaticString, of node: Node) -> Node? {
        guard node.kind == .object else { return nil }
        return children(of: node).first { isName(of: $0, name) }
    }

    /// What the table says of a value: a text, a whole number, `true` or `false`.
    func find<Value>(value node: Node, in table: KeyTable<Value>) -> Value? {
        switch node.kind {
        case .text: return find(text: node, in: table)
        case .yes, .no: return table[bytes.span.extracting(node.text)]
        case .number:
            guard let number = number(of: node), let whole = Int(exactly: number) else { return nil }
            return table[Array(String(whole).utf8).span]
        case .null, .array, .object: return nil
        }
    }

    /// A moment that a text gives by RFC 3339, with a zone.
    func instant(of node: Node) -> Instant? {
        node.kind == .text ? Instant(rfc3339Bytes: bytes[node.text]) : nil
    }

    /// Whether a value only says that nothing is known: `null`, `""`, `"nan"`, or a marker instead of a state.
    func isUnknown(_ node: Node) -> Bool {
        if flag(of: node) == .unknown { return true }
        guard node.kind == .number else { return false }
        let number = number(of: node)
        return number == -1 || number == 999
    }

    private func isName(of node: Node, _ name: StaticString) -> Bool {
        if node.nameIsEscaped { return self.name(of: node) == String(describing: name) }
        guard node.name.count == name.utf8CodeUnitCount else { return false }
        for offset in 0..<node.name.count where bytes[node.name.lowerBound + offset] != name.utf8Start[offset] {
            return false
        }
        return true
    }
}
