public import Registry

/// ESPHome. Sources: `components/mqtt/*.cpp` of esphome/esphome; `components/mqtt.rst` of esphome/esphome-docs.
///
/// | topic | content |
/// | --- | --- |
/// | `<prefix>/binary_sensor/<object id>/state` | `ON` or `OFF` |
/// | `<prefix>/sensor/<object id>/state` | a plain number, `nan` if it could not be measured |
/// | `<prefix>/text_sensor/<object id>/state`, `event`, `alarm_control_panel` | a text; unmapped if it looks like a hazard |
/// | `<prefix>/<other component>/<object id>/state` | outputs and settings; a sign of life |
/// | `<prefix>/status` | `online` or `offline`: birth and last will |
/// | `<prefix>/debug`, `<prefix>/…/command`, `esphome/discover/…` | log, commands, inventory |
///
/// What an entity is says only Home Assistant's discovery, or else its object id: ``ESPHomeEntity``. A device is
/// addressed by its prefix. States are retained by default.
///
/// The prefix is the device's name unless its firmware has another, so there is no default: unless prefixes are named,
/// this listens to every topic. The hub names the addresses of the devices that it has.
public struct ESPHomeDecoder: Decoder {
    public let ecosystem = Device.Ecosystem.esphome
    public var topicFilters: [String] { prefixes.filters }
    private let prefixes: TopicPrefixes

    /// Listens to every topic.
    public init() {
        prefixes = .any
    }

    /// - Parameters:
    ///   - prefixes: the `topic_prefix` of each device.
    ///   - others: whether to hear unknown prefixes of one level, too.
    /// - Throws: ``InvalidTopicFilter`` if a prefix is no topic.
    public init(
        prefixes: some Collection<String>, andOthers others: Bool = false
    ) throws(InvalidTopicFilter) {
        self.prefixes = try TopicPrefixes(prefixes, tails: ["+/+/state", "status"], andOthers: others)
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        let levels = TopicLevels(message.topic)
        let last = levels.count - 1
        // An empty payload only removes what was retained.
        guard !message.payload.isEmpty else { return nil }
        if levels.level(last, is: "status") {
            guard let isOnline = availabilityTexts[message.payload.span],
                let address = prefixes.prefix(levels, before: last)
            else {
                return nil
            }
            return Report(ecosystem: ecosystem, address: address, readings: [.availability(online: isOnline)])
        }
        guard levels.level(last, is: "state"), last >= 3, let component = levels.find(last - 2, in: Self.components),
            let address = prefixes.prefix(levels, before: last - 2)
        else { return nil }
        let json = JSON(orBareText: message.payload)
        var gathering = Gathering(json)
        let name = levels[last - 1]
        switch component {
        case .binarySensor: gathering.take(ESPHomeEntity.binarySensor(name), json.root, name: name)
        case .sensor: gathering.take(ESPHomeEntity.sensor(name), json.root, name: name)
        case .text: gathering.takeUnknown(json.root, name)
        case .panel: gathering.take(Self.panel, json.root, name: name)
        case .output: break
        }
        return try gathering.report(ecosystem, address)
    }

    private enum Component { case binarySensor, sensor, text, panel, output }

    private static let components = KeyTable<Component>(
        [
            ("binary_sensor", .binarySensor), ("sensor", .sensor), ("text_sensor", .text), ("event", .text),
            ("alarm_control_panel", .panel),
        ]
            + [
                "switch", "light", "fan", "cover", "climate", "number", "select", "lock", "valve", "text", "date",
                "time", "datetime", "update", "button",
            ].map { ($0, .output) })
    /// An intruder alarm's zones can be fire zones: anything but its quiet states is for the operator to map.
    private static let panel = Field.choice(
        [
            "disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass", "arming",
            "disarming", "pending",
        ].map { ($0, []) })
}
