public import Registry

/// What devices have announced to Home Assistant and the broker keeps: ``DiscoveryConfig`` has the format.
///
/// Zigbee2MQTT, Z-Wave JS UI, Tasmota and ESPHome announce their devices, too. Those are offered under their own
/// ecosystem, with the address that they have there, so that a device never stands in the registry twice.
public struct HomeAssistantInventory: Sendable {
    /// The devices that could be for an estate, in the order of their discovery topics.
    public private(set) var offers: [DeviceOffer] = []
    /// What cannot be understood, or announces what another has announced: the topic, and why.
    public private(set) var problems: [String] = []

    private let decoders: [any Decoder]
    private let prefixes: [TopicPrefix]

    /// - Parameters:
    ///   - announcements: the retained messages on the discovery topics.
    ///   - prefix: Home Assistant's `discovery_prefix`.
    ///   - zigbee2MQTTBases: the base topic of each Zigbee2MQTT.
    /// - Throws: ``InvalidTopicFilter`` if the prefix or a base is no topic.
    public init(
        _ announcements: [Message], prefix: String = "homeassistant", zigbee2MQTTBases: [String] = ["zigbee2mqtt"]
    ) throws(InvalidTopicFilter) {
        prefixes = try TopicPrefix.all([prefix])
        decoders = [
            try Zigbee2MQTTDecoder(bases: zigbee2MQTTBases), ZWaveJSDecoder(), TasmotaDecoder(), ESPHomeDecoder(),
        ]
        let configs = read(announcements.sorted { $0.topic < $1.topic })
        // Nobody is a stranger to an import: an operator looks at all of them.
        var table = DiscoveryTable(registered: Set(configs.map(\.config.identity)))
        var found: [Found] = []
        for (message, topic, config) in configs where !config.entities.isEmpty {
            do throws(Malformed) {
                let announced = DiscoveryTable.Announcement(config, config.entities, at: topic)
                _ = try table.take(announced, at: message.topic)
            } catch {
                problems.append(error.description)
                continue
            }
            take(config, topic, &found)
        }
        offers = found.filter(\.isDevice).map(\.offer)
    }

    private mutating func read(
        _ announcements: [Message]
    ) -> [(message: Message, topic: DiscoveryTopic, config: DiscoveryConfig)] {
        announcements.compactMap { message in
            guard let topic = DiscoveryTopic(message.topic, prefixes), !message.payload.isEmpty else { return nil }
            do throws(Malformed) {
                var config = try DiscoveryConfig(message.payload, at: topic)
                config.entities.removeAll { $0.meaning == .nothing }
                return (message, topic, config)
            } catch {
                problems.append("\(message.topic.prefixed(120)): \(error)")
                return nil
            }
        }
    }

    /// A device, as far as its announcements tell.
    private struct Found {
        var offer: DeviceOffer
        var meanings: Set<DiscoveryMeaning> = []

        /// A Zigbee2MQTT is no device of an estate, and has none to be placed.
        var isDevice: Bool { offer.ecosystem != .zigbee2mqtt || offer.address.split(separator: "/").last != "bridge" }
    }

    private func take(_ config: DiscoveryConfig, _ topic: DiscoveryTopic, _ found: inout [Found]) {
        let homes = config.entities.compactMap { home(of: $0, config, topic) }
        let (ecosystem, address) = homes.first ?? (Device.Ecosystem.homeAssistant, config.identity)
        let known = found.firstIndex { $0.offer.ecosystem == ecosystem && $0.offer.address == address }
        let index = known ?? found.count
        if known == nil {
            found.append(
                Found(
                    offer: DeviceOffer(
                        ecosystem: ecosystem, address: address, name: config.name ?? address, kind: nil,
                        model: config.model.map { Self.model($0, ecosystem) }, area: config.area)))
        }
        found[index].meanings.formUnion(config.entities.map(\.meaning))
        found[index].offer.kind = Self.kind(found[index].meanings, found[index].offer)
    }

    /// The ecosystem of its own that understands an entity's topic, and the device's address in it: asked of its
    /// decoder, with payloads that say nothing.
    private func home(
        of entity: DiscoveryEntity, _ config: DiscoveryConfig, _ topic: DiscoveryTopic
    ) -> (Device.Ecosystem, String)? {
        guard let state = entity.stateTopic, !prefixes.contains(where: { $0.rest(of: state) != nil }) else {
            return nil
        }
        for decoder in decoders {
            for payload in ["{}", "0"] {
                guard let address = address(decoder, Message(topic: state, payload: Array(payload.utf8))) else {
                    continue
                }
                if decoder.ecosystem == .esphome {
                    // Others have topics of that shape, too.
                    let isOwn = address.split(separator: "/").last.map(String.init) == topic.node
                    guard isOwn || config.software?.lowercased().contains("esphome") == true else { continue }
                }
                return (decoder.ecosystem, address)
            }
        }
        return nil
    }

    private func address(_ decoder: any Decoder, _ message: Message) -> String? {
        do { return try decoder.report(message)?.address } catch { return error.address }
    }

    /// Zigbee2MQTT's older versions announce `Smoke detector (SMSZB-120)`, where others have the model alone.
    private static func model(_ text: String, _ ecosystem: Device.Ecosystem) -> String {
        guard ecosystem == .zigbee2mqtt, text.hasSuffix(")"), let open = text.lastIndex(of: "(") else { return text }
        return String(text[text.index(after: open)...].dropLast())
    }

    private static func kind(_ meanings: Set<DiscoveryMeaning>, _ offer: DeviceOffer) -> Device.Kind? {
        let kind = kinds.first { meanings.contains($0.meaning) }?.kind
        // A heat detector, a keypad or a siren may announce smoke.
        guard offer.ecosystem == .zigbee2mqtt, kind == .smoke else { return kind }
        return Zigbee2MQTTInventory.kind(model: offer.model, ["smoke"])
    }

    private static let kinds: [(meaning: DiscoveryMeaning, kind: Device.Kind)] = [
        (.flag(.smoke, whenOn: true), .smoke), (.flag(.heat, whenOn: true), .heat), (.flag(.co, whenOn: true), .co),
        (.number(.coPPM, unit: nil), .co), (.flag(.gas, whenOn: true), .gas),
        (.flag(.waterLeak, whenOn: true), .waterLeak), (.siren, .siren), (.number(.temperature, unit: nil), .sensor),
        (.fahrenheit, .sensor), (.number(.humidity, unit: nil), .sensor), (.flag(.contact, whenOn: false), .sensor),
        (.flag(.motion, whenOn: true), .sensor), (.flag(.vibration, whenOn: true), .sensor),
    ]
}
