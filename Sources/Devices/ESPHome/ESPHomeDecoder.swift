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
/// What an entity is says Home Assistant's discovery, on `homeassistant/<component>/<node>/<object id>/config`
/// (``DiscoveryConfig``), or else its object id: ``ESPHomeEntity``. The class that is announced wins over the name; one
/// node may speak of a prefix, the first that does (``DiscoveryTable``). A device is addressed by its prefix. States are
/// retained by default.
///
/// The prefix is the device's name unless its firmware has another, so there is no default: unless prefixes are named,
/// this listens to every topic. The hub names the addresses of the devices that it has.
public struct ESPHomeDecoder: LearningDecoder {
    public let ecosystem = Device.Ecosystem.esphome
    public let topicFilters: [String]
    private let prefixes: TopicPrefixes
    private let discovery: [TopicPrefix]
    private var table: DiscoveryTable

    /// Listens to every topic.
    public init() {
        prefixes = .any
        topicFilters = prefixes.filters
        discovery = [TopicPrefix(known: HomeAssistantDecoder.defaultPrefix)]
        table = DiscoveryTable(registered: [])
    }

    /// - Parameters:
    ///   - prefixes: the `topic_prefix` of each device.
    ///   - others: whether to hear unknown prefixes of one level, too.
    ///   - discovery: under which of Home Assistant's prefixes they announce themselves.
    /// - Throws: ``InvalidTopicFilter`` if a prefix is no topic.
    public init(
        prefixes: some Collection<String>, andOthers others: Bool = false, discovery: [String] = ["homeassistant"]
    ) throws(InvalidTopicFilter) {
        self.prefixes = try TopicPrefixes(prefixes, tails: ["+/+/state", "status"], andOthers: others)
        self.discovery = try TopicPrefix.all(discovery)
        topicFilters =
            self.prefixes.filters + (self.prefixes.filters.isEmpty ? [] : DiscoveryTopic.filters(self.discovery))
        table = DiscoveryTable(registered: Set(prefixes))
    }

    public mutating func learn(_ message: Message) throws(Malformed) -> Lesson {
        guard let topic = DiscoveryTopic(message.topic, discovery) else { return .nothing }
        let isKnown = table.announcement(at: message.topic) != nil
        let config: DiscoveryConfig?
        do throws(Malformed) {
            config = message.payload.isEmpty ? nil : try DiscoveryConfig(message.payload, at: topic)
        } catch {
            // Most announcements are of other ecosystems; what is wrong with those is not for this one to say.
            guard isKnown else { return .nothing }
            throw error
        }
        guard let config, let (prefix, entities) = own(config.entities) else {
            return table.withdraw(message.topic)
        }
        var announcement = DiscoveryTable.Announcement(config, entities, at: topic)
        announcement.identity = prefix
        var lesson = try table.take(announcement, at: message.topic)
        lesson.heard = []
        return lesson
    }

    /// The entities whose state is one of a device's own, and that device; `nil` if there is none.
    private func own(_ entities: [DiscoveryEntity]) -> (prefix: String, [DiscoveryEntity])? {
        let own = entities.compactMap { entity -> (prefix: String, entity: DiscoveryEntity)? in
            guard entity.isClassed, let state = entity.stateTopic else { return nil }
            let levels = TopicLevels(state)
            let last = levels.count - 1
            guard levels.level(last, is: "state"), last >= 3, levels.find(last - 2, in: Self.components) != nil,
                let prefix = prefix(levels, before: last - 2)
            else { return nil }
            return (prefix, entity)
        }
        guard let first = own.first else { return nil }
        return (first.prefix, own.filter { $0.prefix == first.prefix }.map(\.entity))
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        let levels = TopicLevels(message.topic)
        let last = levels.count - 1
        // An empty payload only removes what was retained.
        guard !message.payload.isEmpty else { return nil }
        if levels.level(last, is: "status") {
            guard let isOnline = availabilityTexts[message.payload.span],
                let address = prefix(levels, before: last)
            else {
                return nil
            }
            return Report(ecosystem: ecosystem, address: address, readings: [.availability(online: isOnline)])
        }
        guard levels.level(last, is: "state"), last >= 3, let component = levels.find(last - 2, in: Self.components),
            let address = prefix(levels, before: last - 2)
        else { return nil }
        let json = JSON(orBareText: message.payload)
        var gathering = Gathering(json)
        let name = levels[last - 1]
        if let (_, entities) = table.state(on: message.topic) {
            for entity in entities { entity.take(json, into: &gathering) }
            return try gathering.report(ecosystem, address)
        }
        switch component {
        case .binarySensor: gathering.take(ESPHomeEntity.binarySensor(name), json.root, name: name)
        case .sensor: gathering.take(ESPHomeEntity.sensor(name), json.root, name: name)
        case .text: gathering.takeUnknown(json.root, name)
        case .panel: gathering.take(.intruderAlarm, json.root, name: name)
        case .output: break
        }
        return try gathering.report(ecosystem, address)
    }

    /// The device's prefix; what stands under that of discovery is Home Assistant's own, or others'.
    private func prefix(_ levels: TopicLevels, before end: Int) -> String? {
        prefixes.prefix(levels, before: end).flatMap { prefix in
            discovery.contains { $0.text == prefix } ? nil : prefix
        }
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
}
