public import Registry

/// Shelly devices of the first generation. Sources: shelly-api-docs, Gen1; `src/lib/devices/gen1/` and
/// `src/lib/protocol/mqtt.ts` of iobroker-community-adapters/ioBroker.shelly; `src/mock/` of Luligu/matterbridge-shelly.
///
/// | topic | content |
/// | --- | --- |
/// | `shellies/<id>/sensor/<field>` | one value: ``ShellyGen1Decoder`` table `sensors` |
/// | `shellies/<id>/info` | a JSON object with the same in other names |
/// | `shellies/<id>/online` | `true` or `false`, the device's last will: false also while it sleeps |
/// | `shellies/<id>/input/<n>` | a switch input: only the operator knows what hangs on it |
/// | `shellies/<id>/…` | outputs and their meters; a sign of life |
/// | `shellies/announce`, `shellies/command`, `shellies/<id>/announce`, `…/command` | inventory and commands |
///
/// A device is addressed by its id, `shellysmoke-9A1B2C`. `sensor/temperature` is in °C or °F by a setting that nothing
/// tells; it is taken for °C. 999 and -1 mean that a value is not known. Default topic: `shellies/…`.
public struct ShellyGen1Decoder: Decoder {
    public let ecosystem = Device.Ecosystem.shellyGen1
    public var topicFilters: [String] { ["\(prefix.text)/#"] }
    private let prefix: TopicPrefix

    public init() { prefix = TopicPrefix(known: "shellies") }

    /// - Parameter prefix: what stands before the device's id.
    /// - Throws: ``InvalidTopicFilter`` if the prefix is no topic.
    public init(prefix: String) throws(InvalidTopicFilter) { self.prefix = try TopicPrefix(prefix) }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        // An empty payload only removes what was retained.
        guard let levels = prefix.rest(of: message.topic), levels.count >= 2, !levels.isEmpty(0),
            !message.payload.isEmpty, levels.find(levels.count - 1, in: Self.notOfDevices) == nil
        else { return nil }
        let address = levels[0]
        do {
            if levels.count == 2, levels.level(1, is: "info") {
                return try info(try JSON(object: message.payload), address)
            }
            let json = JSON(orBareText: message.payload)
            var gathering = Gathering(json)
            let name = levels.joined(1..<levels.count)
            if levels.count == 3, levels.level(1, is: "sensor") {
                gathering.take(levels.find(2, in: Self.sensors), json.root, name: name)
            } else if levels.count == 3, levels.level(1, is: "input") {
                gathering.take(.unmapped, json.root, name: name)
            } else if levels.count == 2, levels.level(1, is: "online") {
                gathering.take(Self.online, json.root, name: name)
            } else {
                gathering.takeUnknown(json.root, name)
            }
            return try gathering.report(ecosystem, address)
        } catch {
            throw Malformed(error.description, address: address)
        }
    }

    private func info(_ json: JSON, _ address: String) throws(Malformed) -> Report {
        var gathering = Gathering(json)
        // A reading that the device itself does not believe can raise an alarm, but not end one.
        let isValid = json.field("is_valid", of: json.root)?.kind != .no
        for member in json.children(of: json.root) {
            if !isValid, json.flag(of: member) == .value(false) { continue }
            gathering.take(json.find(name: member, in: Self.infoFields), member)
        }
        return try gathering.report(ecosystem, address)
    }

    private static let notOfDevices = KeyTable([("announce", ()), ("command", ()), ("set", ())])
    private static let online = Field.choice([
        ("true", [.availability(online: true)]), ("false", [.availability(online: false)]),
    ])

    private static let sensors = KeyTable<Field>([
        ("smoke", .flag(.smoke)), ("flood", .flag(.waterLeak)), ("battery", .number(.battery)),
        ("temperature", .number(.temperature)), ("humidity", .number(.humidity)), ("error", .fault),
        ("motion", .flag(.motion)), ("vibration", .flag(.vibration)),
        ("state", .choice([("open", [.flag(.contact, false)]), ("close", [.flag(.contact, true)])])),
        ("gas", gas), ("operation", operation), ("concentration", .nothing), ("self_test", .nothing),
        ("act_reasons", .nothing), ("lux", .nothing), ("tilt", .nothing), ("charger", .nothing),
    ])
    /// Of Shelly Gas, from Gen1's `Shelly Gas: MQTT`.
    private static let gas = Field.choice([
        ("none", [.flag(.gas, false), .flag(.test, false)]), ("mild", [.flag(.gas, true)]),
        ("heavy", [.flag(.gas, true)]), ("test", [.flag(.test, true)]), ("unknown", []),
    ])
    private static let operation = Field.choice([
        ("normal", [.flag(.fault, false)]), ("fault", [.flag(.fault, true, detail: "operation")]), ("warmup", []),
        ("unknown", []),
    ])

    private static let infoFields = KeyTable<Field>([
        ("smoke", .flag(.smoke)), ("flood", .flag(.waterLeak)), ("sensor_error", .fault),
        ("tmp", .object([("tC", .number(.temperature))])), ("hum", .object([("value", .number(.humidity))])),
        ("bat", .object([("value", .number(.battery)), ("voltage", .number(.batteryVoltage))])),
        ("gas_sensor", .object([("alarm_state", gas), ("sensor_state", operation), ("self_test_state", .nothing)])),
        ("wifi_sta", .object([("rssi", .number(.signal, unit: "dBm"))])), ("rain_sensor", .nothing),
    ])
}
