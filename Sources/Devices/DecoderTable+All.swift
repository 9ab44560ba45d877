public import Registry

extension DecoderTable {
    /// The decoders of every ecosystem that the hub understands; the one place that lists them.
    ///
    /// - Parameters:
    ///   - registry: whose devices to hear: its estate's native ones, Zigbee2MQTT's, and those of the other ecosystems
    ///     of which it has at least one. `nil` for everything that anybody may send.
    ///   - topics: where the ecosystems speak, and which others to hear.
    ///   - models: what the fields of the devices' models mean.
    ///   - devices: whose models `devices.csv` names, where everybody is heard; `nil` for those of `registry`.
    /// - Throws: ``InvalidTopicFilter`` if a prefix is no topic.
    public static func all(
        hearing registry: EstateRegistry? = nil, topics: EcosystemTopics = EcosystemTopics(),
        models: DeviceModels = .builtIn, of devices: EstateRegistry? = nil
    ) throws(InvalidTopicFilter) -> DecoderTable {
        let registered = RegisteredModels(models, of: devices ?? registry)
        let heard = registry.map { Set($0.devices.lazy.map(\.ecosystem)).union(topics.listening) }
        var others: [any Decoder] = []
        for prefix in topics.prefixes(of: .chirpstack) {
            others.append(try ChirpStackDecoder(prefix: prefix, models: registered))
        }
        for prefix in topics.prefixes(of: .thethingsstack) {
            others.append(try TheThingsStackDecoder(prefix: prefix, models: registered))
        }
        for prefix in topics.prefixes(of: .shellyGen1) { others.append(try ShellyGen1Decoder(prefix: prefix)) }
        others.append(
            try TasmotaDecoder(
                telemetry: topics.tasmotaTelemetry, state: topics.tasmotaState,
                addresses: addresses(.tasmota, registry)))
        others += try local(topics.prefixes(of: .zwavejs)) { (prefix) throws(InvalidTopicFilter) in
            try ZWaveJSDecoder(prefix: prefix)
        }
        for prefix in topics.prefixes(of: .rtl433) {
            others.append(try RTL433Decoder(prefix: prefix, models: models))
        }
        for prefix in topics.prefixes(of: .openmqttgateway) {
            others.append(try OpenMQTTGatewayDecoder(prefix: prefix, models: models))
        }
        others += try local(topics.prefixes(of: .domoticz)) { (prefix) throws(InvalidTopicFilter) in
            try DomoticzDecoder(prefix: prefix)
        }
        others += try local(topics.paradox) { (prefix) throws(InvalidTopicFilter) in
            try ParadoxDecoder(prefix: prefix)
        }
        for panel in topics.dsc { others.append(try DSCDecoder(panel: panel)) }
        // After the panels that use its topics in their own way.
        others.append(try HomieDecoder(domains: topics.prefixes(of: .homie), registered: addresses(.homie, registry)))
        others.append(SparkplugDecoder(registered: addresses(.sparkplug, registry)))
        // Those that could listen to every topic come last: what is another's by its topic is left to that one.
        if let registry {
            others.append(
                try ShellyGen2Decoder(
                    prefixes: ownPrefixes(.shellyGen2, registry, topics),
                    andOthers: topics.listening.contains(.shellyGen2)))
            others.append(
                try ESPHomeDecoder(
                    prefixes: ownPrefixes(.esphome, registry, topics), andOthers: topics.listening.contains(.esphome),
                    discovery: topics.prefixes(of: .homeAssistant)))
        } else {
            others += [ShellyGen2Decoder(), ESPHomeDecoder()]
        }
        var decoders: [any Decoder] = [
            NativeDecoder(estate: registry?.estate.id),
            try Zigbee2MQTTDecoder(bases: topics.prefixes(of: .zigbee2mqtt)),
        ]
        decoders += others.filter { heard?.contains($0.ecosystem) ?? true }
        if heard?.contains(.homeAssistant) ?? true {
            decoders.append(try homeAssistant(registry, topics, beside: decoders))
        }
        return try DecoderTable(decoders, models: registered)
    }

    /// Last of all: what is another's by its topic is left to that one, whoever announces it.
    private static func homeAssistant(
        _ registry: EstateRegistry?, _ topics: EcosystemTopics, beside others: [any Decoder]
    ) throws(InvalidTopicFilter) -> HomeAssistantDecoder {
        let registered = addresses(.homeAssistant, registry)
        let prefixes = topics.prefixes(of: .homeAssistant)
        // Those of announcements are its own, too; and who listens to whatever comes owns nothing.
        let discovery = Set(try HomeAssistantDecoder(prefixes: prefixes, registered: []).topicFilters)
        let elsewhere = others.flatMap(\.topicFilters)
            .filter { !$0.hasPrefix("#") && !$0.hasPrefix("+") && !discovery.contains($0) }
        return try HomeAssistantDecoder(
            prefixes: prefixes, registered: registered, nodes: topics.discoveryNodes, elsewhere: elsewhere)
    }

    private static func addresses(_ ecosystem: Device.Ecosystem, _ registry: EstateRegistry?) -> [String] {
        registry?.devices.filter { $0.ecosystem == ecosystem }.map(\.address) ?? []
    }

    /// A decoder for each prefix of an ecosystem whose addresses are only unique under one.
    private static func local(
        _ prefixes: [String], _ decoder: (String) throws(InvalidTopicFilter) -> any Decoder
    ) throws(InvalidTopicFilter) -> [any Decoder] {
        var decoders: [any Decoder] = []
        for prefix in prefixes {
            let one = try decoder(prefix)
            decoders.append(decoders.isEmpty ? one : PrefixedDecoder(inner: one, prefix: prefix))
        }
        return decoders
    }

    /// The prefixes of an ecosystem whose every device has one of its own: its address, unless somebody has changed that.
    private static func ownPrefixes(
        _ ecosystem: Device.Ecosystem, _ registry: EstateRegistry, _ topics: EcosystemTopics
    ) -> [String] {
        // One that can be no topic must not keep the hub from hearing the others.
        let addresses = registry.devices.filter { $0.ecosystem == ecosystem && (try? TopicPrefix($0.address)) != nil }
            .map(\.address)
        return addresses + topics.prefixes(of: ecosystem).filter { !addresses.contains($0) }
    }
}
