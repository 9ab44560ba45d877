public import Registry

extension DecoderTable {
    /// The decoders of every ecosystem that the hub understands; the one place that lists them.
    ///
    /// - Parameters:
    ///   - registry: whose devices to hear: its estate's native ones, Zigbee2MQTT's, and those of the other ecosystems
    ///     of which it has at least one. `nil` for everything that anybody may send.
    ///   - zigbee2MQTTBases: the base topic of each Zigbee2MQTT.
    /// - Throws: ``InvalidTopicFilter`` if a base topic is no topic.
    public static func all(
        hearing registry: EstateRegistry? = nil, zigbee2MQTTBases: [String] = ["zigbee2mqtt"]
    ) throws(InvalidTopicFilter) -> DecoderTable {
        let heard = registry.map { Set($0.devices.lazy.map(\.ecosystem)) }
        var others: [any Decoder] = [
            ChirpStackDecoder(), TheThingsStackDecoder(), ShellyGen1Decoder(), TasmotaDecoder(), ZWaveJSDecoder(),
            RTL433Decoder(), OpenMQTTGatewayDecoder(), DomoticzDecoder(), ParadoxDecoder(), DSCDecoder(),
        ]
        // Those that could listen to every topic come last: what is another's by its topic is left to that one.
        if let registry {
            // A device's address is the prefix of its topics, unless somebody has changed that. One that can be no
            // topic must not keep the hub from hearing the others.
            func prefixes(_ ecosystem: Device.Ecosystem) -> [String] {
                registry.devices.filter { $0.ecosystem == ecosystem && (try? TopicPrefix($0.address)) != nil }
                    .map(\.address)
            }
            others.append(try ShellyGen2Decoder(prefixes: prefixes(.shellyGen2)))
            others.append(try ESPHomeDecoder(prefixes: prefixes(.esphome)))
        } else {
            others += [ShellyGen2Decoder(), ESPHomeDecoder()]
        }
        var decoders: [any Decoder] = [
            NativeDecoder(estate: registry?.estate.id), try Zigbee2MQTTDecoder(bases: zigbee2MQTTBases),
        ]
        decoders += others.filter { heard?.contains($0.ecosystem) ?? true }
        if heard?.contains(.homeAssistant) ?? true { decoders.append(try homeAssistant(registry, beside: decoders)) }
        return try DecoderTable(decoders)
    }

    /// Last of all: what is another's by its topic is left to that one, whoever announces it.
    private static func homeAssistant(
        _ registry: EstateRegistry?, beside others: [any Decoder]
    ) throws(InvalidTopicFilter) -> HomeAssistantDecoder {
        let registered = registry?.devices.filter { $0.ecosystem == .homeAssistant }.map(\.address) ?? []
        // Those of announcements are its own, too.
        let discovery = HomeAssistantDecoder().topicFilters
        let elsewhere = others.flatMap(\.topicFilters).filter { $0 != "#" && !discovery.contains($0) }
        return try HomeAssistantDecoder(registered: registered, elsewhere: elsewhere)
    }
}
