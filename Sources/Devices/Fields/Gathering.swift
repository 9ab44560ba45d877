import Registry

/// The fields of one message, gathered one after the other.
///
/// A flag that makes no sense is ``Malformed``, but never if the same message raises a hazard: then the rest counts. A
/// field that is missing, `null`, empty or a marker such as -1 says nothing; a measurement that makes no sense is left
/// out. If a field occurs twice, the more dangerous flag or the first number counts. A field that no table knows is
/// noted as unmapped if it looks like a hazard: ``HazardWords``.
struct Gathering {
    var readings = Readings()
    private(set) var unmapped: [UnmappedField] = []
    /// The first flag that makes no sense.
    private(set) var problem: Malformed?
    let json: JSON

    init(_ json: JSON) {
        self.json = json
    }

    /// - Throws: the first problem, unless there is a hazard beside it.
    func report(
        _ ecosystem: Device.Ecosystem, _ address: String, deviceTime: Instant? = nil, sequence: UInt64? = nil,
        model: String? = nil
    ) throws(Malformed) -> Report {
        if let problem, !readings.hasAlarm { throw Malformed(problem.description, address: address) }
        return Report(
            ecosystem: ecosystem, address: address, readings: readings.list, deviceTime: deviceTime,
            sequence: sequence, unmapped: unmapped, model: model)
    }

    /// Takes all members of an object, each by its row of the table.
    ///
    /// - Parameter path: the names of the objects around it, with dots.
    mutating func take(membersOf object: JSON.Node, _ table: KeyTable<Field>, path: String? = nil) {
        guard object.kind == .object else {
            if !json.isUnknown(object) { note(object, path, "expected an object") }
            return
        }
        for member in json.children(of: object) {
            take(json.find(name: member, in: table), member, path: path)
        }
    }

    /// - Parameters:
    ///   - name: the field's name where it is not the node's own.
    ///   - path: the names of the objects around it, with dots.
    mutating func take(_ field: Field?, _ node: JSON.Node, name: String? = nil, path: String? = nil) {
        switch field {
        case .flag(let kind): if let value = flag(node, name) { readings.flag(kind, value) }
        case .inverted(let kind): if let value = flag(node, name) { readings.flag(kind, !value) }
        case .number(let kind, let unit):
            let number = json.number(of: node)
            readings.number(kind, number, unit: unit)
            if number == nil { takeUnknown(node, name ?? label(node, path)) }
        case .threshold(let kind, let above, let faultBelow):
            take(node, kind, above: above, faultBelow: faultBelow, name: name ?? label(node, path))
        case .fahrenheit: readings.number(.temperature, json.number(of: node).map(Self.celsius))
        case .fault: takeFault(node, name)
        case .batteryVoltage: takeVoltage(json.number(of: node))
        case .lowBatteryVolts: takeVolts(node)
        case .choice(let values):
            if let said = json.find(value: node, in: values) {
                for reading in said { take(reading) }
            } else if !json.isUnknown(node) {
                note(unmapped: UnmappedField(name ?? label(node, path), node, in: json, isState: true))
            }
        case .object(let members): take(membersOf: node, members, path: label(node, path))
        case .unmapped:
            if !json.isUnknown(node) { note(unmapped: UnmappedField(name ?? label(node, path), node, in: json)) }
        case .nothing: break
        case nil: takeUnknown(node, name ?? label(node, path))
        }
    }

    /// Takes what a table says of a value.
    mutating func take(_ reading: Reading) { readings.take(reading) }

    /// Notes what no row of a table knows, and everything inside it, where it looks like a hazard.
    mutating func takeUnknown(_ node: JSON.Node, _ path: String) {
        switch node.kind {
        case .object: for child in json.children(of: node) { takeUnknown(child, label(child, path)) }
        case .array: for child in json.children(of: node) { takeUnknown(child, path) }
        case .null: break
        case .yes, .no, .number, .text:
            if unmapped.count < Self.unmappedMax, HazardWords.isHazard(node, in: json, named: path) {
                note(unmapped: UnmappedField(path, node, in: json))
            }
        }
    }

    /// If a field occurs twice, the raised one counts.
    mutating func note(unmapped field: UnmappedField) {
        if let index = unmapped.firstIndex(where: { $0.name == field.name }) {
            if field.isRaised, !unmapped[index].isRaised { unmapped[index] = field }
        } else if unmapped.count < Self.unmappedMax {
            // Real devices have one or two; a hostile one must not fill the memory.
            unmapped.append(field)
        }
    }

    /// Notes that a payload names another device than the topic, which alone the broker binds to who speaks.
    ///
    /// - Parameters:
    ///   - claim: where the payload names a device; `nil` if it does not.
    ///   - address: what the topic names. Case makes no difference.
    mutating func note(claim: JSON.Node?, _ name: String, on address: String) {
        guard problem == nil, let claim, claim.kind == .text, !claim.text.isEmpty,
            json.text(of: claim)?.lowercased() != address.lowercased()
        else { return }
        problem = Malformed(
            "\(name) \(json.excerpt(claim)) on the topic of \(address.prefix(200)): expected the same device")
    }

    static func celsius(_ fahrenheit: Double) -> Double {
        // Devices give one or two decimals; the conversion must not add sixteen.
        ((fahrenheit - 32) / 1.8 * 100).rounded() / 100
    }

    static let unmappedMax = 16
    private static let low = Array("low".utf8)

    /// The field's name with those around it, which may be left out where they are too long.
    private func label(_ node: JSON.Node, _ path: String?) -> String {
        guard node.name.count <= 100 else { return path ?? "…" }
        let name = json.name(of: node)
        guard let path, path.utf8.count <= 100 else { return name }
        return "\(path).\(name)"
    }

    private mutating func flag(_ node: JSON.Node, _ name: String?) -> Bool? {
        switch json.flag(of: node) {
        case .value(let value): return value
        case .unknown: return nil
        case .notUnderstood:
            if !json.isUnknown(node) { note(node, name, "expected true or false") }
            return nil
        }
    }

    private mutating func take(
        _ node: JSON.Node, _ kind: Reading.Kind, above: Double, faultBelow: Double?, name: String
    ) {
        guard let number = json.number(of: node) else {
            if json.flag(of: node) != .unknown { note(unmapped: UnmappedField(name, node, in: json, isState: true)) }
            return
        }
        if let faultBelow {
            let isBroken = number < faultBelow
            readings.flag(.fault, isBroken, detail: isBroken ? "\(name) \(number)" : nil)
            if isBroken { return }
        }
        readings.flag(kind, number > above)
    }

    private mutating func takeVolts(_ node: JSON.Node) {
        var number = json.number(of: node)
        if node.kind == .text, !node.text.isEmpty {
            let text = json.bytes(of: node).prefix(100)
            readings.flag(.batteryLow, HazardWords.words(of: text).contains(Self.low))
            let digits = text.prefix { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            number = Double(String(decoding: digits, as: UTF8.self))
        } else if node.kind == .number {
            readings.flag(.batteryLow, false)
        }
        takeVoltage(number)
    }

    private mutating func takeVoltage(_ number: Double?) {
        readings.number(.batteryVoltage, number.map { $0 > 100 ? $0 / 1000 : $0 })
    }

    private mutating func takeFault(_ node: JSON.Node, _ name: String?) {
        switch json.flag(of: node) {
        case .value(let isFault): readings.flag(.fault, isFault, detail: isFault ? name ?? label(node, nil) : nil)
        case .unknown: break
        case .notUnderstood:
            if json.isUnknown(node) { break }
            let words = json.words(of: node) ?? json.excerpt(node)
            readings.flag(.fault, true, detail: "\(name ?? label(node, nil)) \(words)")
        }
    }

    private mutating func note(_ node: JSON.Node, _ name: String?, _ expected: String) {
        guard problem == nil else { return }
        problem = Malformed("\(name ?? label(node, nil)) \(json.excerpt(node)): \(expected)")
    }
}
