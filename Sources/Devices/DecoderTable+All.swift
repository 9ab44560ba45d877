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
        let others: [any Decoder] = [
            ChirpStackDecoder(), TheThingsStackDecoder(), ShellyGen1Decoder(),
        ]
        return try DecoderTable(
            [NativeDecoder(estate: registry?.estate.id), try Zigbee2MQTTDecoder(bases: zigbee2MQTTBases)]
                + others.filter { heard?.contains($0.ecosystem) ?? true })
    }
}
