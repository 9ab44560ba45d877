public import Registry

/// Devices that announce themselves by Home Assistant's MQTT discovery: ``DiscoveryConfig`` has the format.
///
/// | topic | content |
/// | --- | --- |
/// | `<prefix>/<platform>/[<node>/]<object>/config` | an announcement; an empty payload withdraws it |
/// | whatever it names as state topic | the state of its entities, together one report |
/// | whatever it names as availability topic | `online` or `offline`, or what it says instead |
/// | `<prefix>/status` | Home Assistant's own |
///
/// A device is addressed by the first of its `identifiers`; without, by the `unique_id` of its entity. An availability
/// topic that several devices share is their gateway's, which is addressed by that topic, or as it announces itself.
/// Nothing is trusted for being announced: ``DiscoveryTable`` says who may announce what, and devices that are not in
/// the registry stay strangers.
///
/// What is announced on topics of an ecosystem that the hub understands by itself is left to that: Zigbee2MQTT, Z-Wave
/// JS UI, ESPHome and Tasmota announce their devices, too. A hazard whose `value_template` is not understood is
/// reported as unmapped, at once and with every message; a member of a payload that nobody announced is, if it looks
/// like a hazard.
public struct HomeAssistantDecoder: LearningDecoder {
    public let ecosystem = Device.Ecosystem.homeAssistant
    public var topicFilters: [String] { DiscoveryTopic.filters(prefixes) }
    private let prefixes: [TopicPrefix]
    private var table: DiscoveryTable
    /// Topics that other decoders listen to.
    private var elsewhere = TopicTrie<Void>()

    /// With the default prefix, `homeassistant`.
    public init() {
        prefixes = [TopicPrefix(known: Self.defaultPrefix)]
        table = DiscoveryTable(registered: [])
    }

    /// - Parameters:
    ///   - prefixes: Home Assistant's `discovery_prefix`, of each.
    ///   - registered: the addresses of the registry: strangers cannot crowd them out.
    ///   - nodes: which node of the discovery topic alone may announce a device, by the device's address.
    ///   - elsewhere: the topic filters of the decoders that are asked before this one.
    /// - Throws: ``InvalidTopicFilter`` if a prefix is no topic, or a filter is none.
    public init(
        prefixes: [String] = ["homeassistant"], registered: some Sequence<String>, nodes: [String: String] = [:],
        elsewhere: [String] = []
    ) throws(InvalidTopicFilter) {
        self.prefixes = try TopicPrefix.all(prefixes)
        table = DiscoveryTable(registered: Set(registered), nodes: nodes)
        for filter in elsewhere { try self.elsewhere.insert(filter, ()) }
    }

    static let defaultPrefix = "homeassistant"

    public mutating func learn(_ message: Message) throws(Malformed) -> Lesson {
        guard let topic = DiscoveryTopic(message.topic, prefixes) else { return table.hear(message) }
        guard !message.payload.isEmpty else { return table.withdraw(message.topic) }
        let config = try DiscoveryConfig(message.payload, at: topic)
        let entities = config.entities.filter(isHeard)
        guard !entities.isEmpty else { return table.withdraw(message.topic) }
        var lesson = try table.take(DiscoveryTable.Announcement(config, entities, at: topic), at: message.topic)
        if lesson.isKept { lesson.siren = entities.lazy.compactMap(\.siren).first }
        return lesson
    }

    /// Whether an entity says anything that a hub needs, on a topic that is no other ecosystem's.
    private func isHeard(_ entity: DiscoveryEntity) -> Bool {
        guard entity.meaning != .nothing else { return false }
        let said = entity.stateTopic ?? entity.availability.topics.first?.topic
        // One that only takes commands says nothing, and still has to be known.
        let topics = [said ?? entity.siren?.topic].compactMap { $0 }
        return !topics.isEmpty
            && topics.allSatisfy { elsewhere.match($0).isEmpty && DiscoveryTopic($0, prefixes) == nil }
    }

    public func report(_ message: Message) throws(Malformed) -> Report? {
        // An empty payload only removes what was retained.
        guard !message.payload.isEmpty else { return nil }
        let reach = table.reach(of: message.topic)
        if let (identity, entities) = table.state(on: message.topic) {
            // A stranger that announces the last will of a registered device as its own state does not silence it.
            guard case .device(let device)? = reach, table.isRegistered(device), !table.isRegistered(identity) else {
                return try state(message, identity, entities, reach)
            }
        }
        if let reach { return availability(message, reach) }
        return announcement(message)
    }

    private func state(
        _ message: Message, _ identity: String, _ entities: [DiscoveryEntity], _ reach: DiscoveryTable.Reach?
    ) throws(Malformed) -> Report {
        let json = JSON(orBareText: message.payload)
        var gathering = Gathering(json)
        for entity in entities { entity.take(json, into: &gathering) }
        takeUnannounced(json, entities, &gathering)
        var report = try gathering.report(ecosystem, identity)
        if let gateway = table.gateway(of: identity) { report = report.through(gateway) }
        guard let reach else { return report }
        let device =
            switch reach {
            case .device(let device), .gateway(let device): device
            }
        if device != identity { report = report.through(identity) }
        if let isOnline = table.isOnline(device, by: message) {
            report.readings.removeAll { $0.kind == .availability && !isOnline }
            if !report.readings.contains(where: { $0.kind == .availability }) {
                report.readings.append(.availability(online: isOnline))
            }
        }
        return report
    }

    /// Members beside those that are announced, if they look like a hazard.
    private func takeUnannounced(_ json: JSON, _ entities: [DiscoveryEntity], _ gathering: inout Gathering) {
        guard json.root.kind == .object, !entities.contains(where: { $0.template?.isWholePayload ?? true }) else {
            return
        }
        let announced = entities.compactMap(\.template?.member)
        for member in json.children(of: json.root)
        where !announced.contains(where: { json.isName(of: member, $0) }) && member.name.count <= 100 {
            gathering.takeUnknown(member, json.name(of: member))
        }
    }

    private func availability(_ message: Message, _ reach: DiscoveryTable.Reach) -> Report? {
        let (device, gateway): (String, String?) =
            switch reach {
            case .device(let device): (device, table.gateway(of: device))
            case .gateway(let device): (device, message.topic)
            }
        let isOnline = table.isOnline(device, by: message)
        let address = if case .device = reach { device } else { message.topic }
        return Report(
            ecosystem: ecosystem, address: address,
            readings: isOnline.map { [.availability(online: $0)] } ?? [], gateway: gateway)
    }

    /// What is announced and will not be understood: said at once, for its first message may be a fire.
    private func announcement(_ message: Message) -> Report? {
        guard let known = table.announcement(at: message.topic) else { return nil }
        let problems = known.entities.compactMap(\.problem)
        guard !problems.isEmpty else { return nil }
        return Report(
            ecosystem: ecosystem, address: known.identity, readings: [],
            unmapped: problems.prefix(Gathering.unmappedMax).map { UnmappedField($0, "", isRaised: false) })
    }
}
