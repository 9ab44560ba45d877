public import Registry

/// Domoticz. Source: a public walk-through of `domoticz/out` and `domoticz/in` (sigmdel.ca), and Domoticz's own names of
/// switch types.
///
/// `domoticz/out`, or with another publish scheme `domoticz/out/<idx>` and the like: a JSON object for each change of
/// any device. `domoticz/in`: commands.
///
/// | key | what it says |
/// | --- | --- |
/// | `idx` | the device; its address |
/// | `switchType` | what kind of switch it is: table `switches` |
/// | `nvalue` | 0 or 1, for a switch |
/// | `dtype` | what kind of sensor it is: table `sensors` |
/// | `svalue1` … | the sensor's values, as texts |
/// | `Battery` | %, 255 for none |
/// | `RSSI` | 0 to 10, 12 for none: no unit, so no reading |
///
/// A switch of another type, whose name speaks of a hazard, is unmapped, and so is a device of the type `Security` or
/// `Alert` that is not at 0: what its numbers mean depends on the device behind it. Default topic: `domoticz/out`.
public struct DomoticzDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.domoticz
    public var topicFilters: [String] { ["\(prefix.text)/out/#"] }
    private let prefix: TopicPrefix

    public init() { prefix = TopicPrefix(known: "domoticz") }

    /// - Parameter prefix: what stands before `/out`.
    /// - Throws: ``InvalidTopicFilter`` if the prefix is no topic.
    public init(prefix: String) throws(InvalidTopicFilter) { self.prefix = try TopicPrefix(prefix) }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        guard let levels = prefix.rest(of: message.topic), levels.level(0, is: "out"), !message.payload.isEmpty else {
            return nil
        }
        let json = try JSON(object: message.payload)
        guard let index = json.field("idx", of: json.root).flatMap({ json.wholeNumber(of: $0) }) else {
            throw Malformed("idx is missing: expected a device's number")
        }
        var gathering = Gathering(json)
        takeValue(json, &gathering)
        if let battery = json.field("Battery", of: json.root) { gathering.take(.number(.battery), battery) }
        return try gathering.report(ecosystem, "\(index)")
    }

    private func takeValue(_ json: JSON, _ gathering: inout Gathering) {
        let value = json.field("nvalue", of: json.root)
        let type = json.field("dtype", of: json.root)
        if let fields = type.flatMap({ json.find(text: $0, in: Self.sensors) }) {
            return gathering.take(membersOf: json.root, fields)
        }
        guard let value else { return }
        if let field = json.field("switchType", of: json.root).flatMap({ json.find(text: $0, in: Self.switches) }) {
            return gathering.take(field, value, name: "nvalue")
        }
        let name = json.field("name", of: json.root).flatMap { json.words(of: $0) } ?? ""
        let subtype = json.field("stype", of: json.root).flatMap { json.words(of: $0) } ?? ""
        let isSecurity = type.flatMap { json.find(text: $0, in: Self.security) } != nil || subtype == "Alert"
        guard isSecurity || HazardWords.words(of: name.utf8).contains(where: { HazardWords.hazards[$0.span] != nil })
        else { return }
        // 0 is normal, or off.
        if !json.isUnknown(value) {
            gathering.note(unmapped: UnmappedField("nvalue", value, in: json, isState: true))
        }
    }

    private static let switches = KeyTable<Field>([
        ("Smoke Detector", .flag(.smoke)), ("CO Detector", .flag(.co)), ("Motion Sensor", .flag(.motion)),
        // 1 is open.
        ("Door Contact", .inverted(.contact)), ("Contact", .inverted(.contact)),
        // Outputs.
        ("Dimmer", .nothing), ("Blinds", .nothing), ("Media Player", .nothing), ("X10 Siren", .nothing),
        ("Selector", .nothing), ("Dusk Sensor", .nothing), ("Doorbell", .nothing),
    ])
    private static let sensors = KeyTable<KeyTable<Field>>([
        ("Temp", KeyTable([("svalue1", .number(.temperature))])),
        ("Humidity", KeyTable([("nvalue", .number(.humidity))])),
        ("Temp + Humidity", temperatureAndHumidity), ("Temp + Humidity + Baro", temperatureAndHumidity),
    ])
    private static let temperatureAndHumidity = KeyTable<Field>([
        ("svalue1", .number(.temperature)), ("svalue2", .number(.humidity)), ("name", .nothing), ("stype", .nothing),
    ])
    private static let security = KeyTable([("Security", ())])
}
