import Registry

/// What a JSON object of Tasmota says.
///
/// | key | content |
/// | --- | --- |
/// | `ZbReceived` | a Zigbee device's message: ``TasmotaZigbee`` |
/// | `RfReceived` | a 433 MHz code, which only the operator can map to a detector: unmapped, unless `<node>/RfReceived/<code>` is a device |
/// | `TuyaReceived` | data points of a Tuya chip: the flags and enumerations among them are unmapped |
/// | `Switch1` … | switch inputs, bare or as `{"Action":"ON"}`: unmapped |
/// | `STATE` on the topic of a switch | the same, `stat/<topic>/SWITCH1 {"STATE":"ON"}` |
/// | a sensor's name | an object with `Temperature`, `Humidity` … |
/// | `TempUnit` | `C` or `F`, of all temperatures |
struct TasmotaTelemetry {
    private let json: JSON
    private var gathering: Gathering
    private let node: String
    /// The node's, until a Zigbee device is found to speak.
    private var address: String

    /// - Parameters:
    ///   - address: the levels that name the node, and with some options a Zigbee device behind it.
    ///   - node: the first of them.
    init(_ json: JSON, address: String, node: String) {
        self.json = json
        self.address = address
        self.node = node
        gathering = Gathering(json)
    }

    func report() throws(Malformed) -> Report { try gathering.report(.tasmota, address) }

    /// - Parameters:
    ///   - zigbeeOnly: the object is what `ZbReceived` holds elsewhere.
    ///   - topic: the level of the topic before the last, which may name the Zigbee device.
    ///   - name: the last level, which may name a switch input.
    mutating func take(zigbeeOnly: Bool, topic: String, name: String) {
        if zigbeeOnly { return takeZigbee(json.root, topic) }
        if name.hasPrefix("SWITCH"), let state = json.field("STATE", of: json.root) {
            gathering.take(.unmapped, state, name: name)
        }
        let isFahrenheit = json.field("TempUnit", of: json.root).flatMap { json.text(of: $0) } == "F"
        for member in json.children(of: json.root) {
            switch json.find(name: member, in: Self.keys) {
            case .zigbee: takeZigbee(member, topic)
            case .radio:
                // Anybody's doorbell sends one, so that it looks like no alarm by itself.
                let code = json.field("Data", of: member).map { json.short($0) }
                gathering.note(unmapped: UnmappedField("RfReceived", code ?? "", isRaised: false))
            case .tuya: takeTuya(member)
            case .other: break
            case nil where member.kind == .object && isSwitch(member):
                if let action = json.field("Action", of: member) ?? json.field("STATE", of: member) {
                    gathering.take(.unmapped, action, name: path(member))
                }
            case nil where member.kind == .object:
                gathering.take(
                    membersOf: member, isFahrenheit ? Self.fahrenheitFields : Self.fields, path: path(member))
            case nil:
                gathering.take(isSwitch(member) ? .unmapped : nil, member)
            }
        }
    }

    private func isSwitch(_ member: JSON.Node) -> Bool { json.bytes[member.name].starts(with: "Switch".utf8) }

    private func path(_ member: JSON.Node) -> String? { member.name.count <= 100 ? json.name(of: member) : nil }

    private mutating func takeZigbee(_ node: JSON.Node, _ topic: String) {
        guard node.kind == .object else { return }
        let devices = json.children(of: node).filter { $0.kind == .object || $0.kind == .null }
        guard let first = devices.first else {
            // By SetOption119 the address stands in the topic alone.
            let name = json.field("Device", of: node).flatMap { json.text(of: $0) }
            address = TasmotaZigbee.address(name ?? TasmotaZigbee.address(topic: topic), behind: self.node)
            return TasmotaZigbee.take(node, in: &gathering)
        }
        let name = json.field("Device", of: first).flatMap { json.text(of: $0) } ?? json.name(of: first)
        address = TasmotaZigbee.address(name, behind: self.node)
        TasmotaZigbee.take(first, in: &gathering)
        // There never is a second one; if there were, it would not be forgotten.
        for other in devices.dropFirst() { gathering.takeUnknown(other, path(other) ?? "ZbReceived") }
    }

    private mutating func takeTuya(_ node: JSON.Node) {
        for member in json.children(of: node) {
            let name = json.bytes[member.name]
            if name.starts(with: "DpType1".utf8) || name.starts(with: "DpType4".utf8) {
                gathering.take(.unmapped, member, name: path(member))
            }
        }
    }

    private enum Key { case zigbee, radio, tuya, other }

    private static let keys = KeyTable<Key>([
        ("ZbReceived", .zigbee), ("RfReceived", .radio), ("TuyaReceived", .tuya), ("Time", .other),
        ("TempUnit", .other), ("PressureUnit", .other), ("Wifi", .other), ("ENERGY", .other), ("StatusSTS", .other),
    ])
    private static let fields = KeyTable<Field>([
        ("Temperature", .number(.temperature)), ("Humidity", .number(.humidity)), ("DewPoint", .nothing),
    ])
    private static let fahrenheitFields = KeyTable<Field>([
        ("Temperature", .fahrenheit), ("Humidity", .number(.humidity)), ("DewPoint", .nothing),
    ])
}
