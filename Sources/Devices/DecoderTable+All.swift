public import Registry

extension DecoderTable {
    /// The decoders of every ecosystem that the hub understands; the one place that lists them.
    ///
    /// - Parameters:
    ///   - registry: whose devices to hear: its estate's native ones, Zigbee2MQTT's, and those of the other ecosystems
    ///     of which it has at least one. `nil` for everything that anybody may send.
    ///   - zigbee2MQTTBases: the base topic of each Zigbee2MQTT.
    ///   - models: what the fields of the devices' models mean.
    ///   - devices: whose models `devices.csv` names, where everybody is heard; `nil` for those of `registry`.
    /// - Throws: ``InvalidTopicFilter`` if a base topic is no topic.
    public static func all(
        hearing registry: EstateRegistry? = nil, zigbee2MQTTBases: [String] = ["zigbee2mqtt"],
        models: DeviceModels = .builtIn, of devices: EstateRegistry? = nil
    ) throws(InvalidTopicFilter) -> DecoderTable {
        let heard = registry.map { Set($0.devices.lazy.map(\.ecosystem)) }
        let registered = RegisteredModels(models, of: devices ?? registry)
        var others: [any Decoder] = [
            try ChirpStackDecoder(prefix: "application", models: registered),
            try TheThingsStackDecoder(prefix: "v3", models: registered), ShellyGen1Decoder(), TasmotaDecoder(),
            ZWaveJSDecoder(), try RTL433Decoder(prefix: "rtl_433", models: models),
            try OpenMQTTGatewayDecoder(prefix: "home", models: models), DomoticzDecoder(), ParadoxDecoder(),
            DSCDecoder(),
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
        return try DecoderTable(
            [NativeDecoder(estate: registry?.estate.id), try Zigbee2MQTTDecoder(bases: zigbee2MQTTBases)]
                + others.filter { heard?.contains($0.ecosystem) ?? true }, models: registered)
    }
}
