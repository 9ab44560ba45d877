/// The attributes of a Zigbee device behind a Tasmota bridge; each message has those that have changed. Sources:
/// `docs/Zigbee.md` of tasmota/docs; `xdrv_23_zigbee_5_2_converters.ino` of arendst/Tasmota; Zigbee Cluster Library,
/// 8.2.2.2.1.3, for the bits.
///
/// `ZoneStatusChange` holds the bits of an IAS zone; what its alarm is about says a second key, such as `Fire`. Without
/// that, an alarm is unmapped. Old versions have the bits only in hexadecimal, `"0500!00":"010000FF0000"`, low byte
/// first: there the bits that are set count. `Contact` 1 is open. `BatteryVoltage`, once `Voltage`, is a battery's volts
/// (a plug's are `RMSVoltage`), densities have no unit.
/// Flags and enumerations of Tuya's own cluster, `EF00/0101` and `EF00/0401`, are unmapped.
enum TasmotaZigbee {
    static func take(_ device: JSON.Node, in gathering: inout Gathering) {
        let json = gathering.json
        var status: UInt64?
        var raw: UInt64?
        var isNamed = false
        for member in json.children(of: device) {
            switch json.find(name: member, in: zoneKeys) {
            case .status:
                status = (status ?? 0) | (json.wholeNumber(of: member) ?? 0)
            case .raw: raw = (raw ?? 0) | (hexadecimal(json.bytes(of: member)) ?? 0)
            case .kind:
                if json.flag(of: member) == .value(true) { isNamed = true }
                gathering.take(json.find(name: member, in: fields), member)
            case nil where isTuyaState(json.bytes[member.name]): gathering.take(.unmapped, member)
            case nil: gathering.take(json.find(name: member, in: fields), member)
            }
        }
        for bit in bits where status != nil || (raw ?? 0) & bit.mask != 0 {
            let isSet = (status ?? raw ?? 0) & bit.mask != 0
            gathering.take(.flag(bit.kind, isSet, detail: isSet ? bit.detail : nil))
        }
        if (status ?? raw ?? 0) & 3 != 0, !isNamed {
            let name = status != nil ? "ZoneStatusChange" : "0500!00"
            gathering.note(unmapped: UnmappedField(name, "alarm", isRaised: true))
        }
    }

    /// The short address as a topic has it: `8F20`, or `8F20_1` with the endpoint. A name stays as it is.
    static func address(topic: String) -> String {
        let digits = topic.utf8.prefix { JSON.digit($0) != nil }
        let rest = topic.utf8[digits.endIndex...]
        guard digits.count == 4, rest.isEmpty || rest.first == UInt8(ascii: "_") else { return topic }
        return "0x" + String(topic[..<digits.endIndex]).uppercased()
    }

    /// A short address stays alone; a name, which is the payload's to choose, is one of the node's own: nobody speaks for
    /// another node by giving a Zigbee device its name.
    static func address(_ name: String, behind node: String) -> String {
        let digits = name.utf8.dropFirst(2)
        let isShort =
            name.hasPrefix("0x") && (1...4).contains(digits.count) && digits.allSatisfy { JSON.digit($0) != nil }
        return isShort ? name : "\(node)/\(name)"
    }

    /// `EF00/0101`: a flag, or `EF00/0401`: an enumeration, of a Tuya device.
    private static func isTuyaState(_ name: ArraySlice<UInt8>) -> Bool {
        name.starts(with: "EF00/01".utf8) || name.starts(with: "EF00/04".utf8)
    }

    private static func hexadecimal(_ text: [UInt8]) -> UInt64? {
        let digits = text.prefix(4).compactMap { JSON.digit($0).map(UInt64.init) }
        return digits.count == 4 ? digits[0] << 4 | digits[1] | digits[2] << 12 | digits[3] << 8 : nil
    }

    private enum ZoneKey { case status, raw, kind }

    private static let zoneKeys = KeyTable<ZoneKey>([
        ("ZoneStatusChange", .status), ("ZoneStatus", .status), ("0500<00", .raw), ("0500!00", .raw),
        ("Fire", .kind), ("Water", .kind), ("CO", .kind), ("Contact", .kind), ("Occupancy", .kind),
        ("Movement", .kind), ("PersonalAlarm", .kind), ("Panic", .kind), ("GlassBreak", .kind), ("CIE", .kind),
    ])

    private static let bits: [(mask: UInt64, kind: Reading.Kind, detail: String?)] = [
        (1 << 2, .tamper, nil), (1 << 3, .batteryLow, nil), (1 << 6, .fault, "trouble"), (1 << 7, .power, nil),
        (1 << 8, .test, nil), (1 << 9, .fault, "battery_defect"),
    ]

    private static let fields = KeyTable<Field>([
        ("Fire", .flag(.smoke)), ("Water", .flag(.waterLeak)), ("CO", .flag(.co)), ("Contact", .inverted(.contact)),
        ("Occupancy", .flag(.motion)), ("Movement", .flag(.motion)), ("PersonalAlarm", .flag(.button)),
        ("Panic", .flag(.button)), ("GlassBreak", .nothing), ("CIE", .unmapped),
        ("Temperature", .number(.temperature)), ("Humidity", .number(.humidity)), ("Battery", .number(.battery)),
        ("BatteryPercentage", .number(.battery)), ("BatteryVoltage", .number(.batteryVoltage)),
        ("Voltage", .number(.batteryVoltage)), ("LinkQuality", .number(.signal, unit: "lqi")),
        ("SmokeDensity", .nothing), ("GasDensity", .nothing), ("ZoneStatusChangeZone", .nothing),
        ("ZoneType", .nothing), ("Device", .nothing), ("Name", .nothing),
    ])
}
