public import Devices
public import Registry

extension HubConfiguration {
    /// Rows of `models.yaml` that no device uses, and devices that need one and have none.
    static func unmodelled(_ registry: EstateRegistry, _ models: DeviceModels) -> [ConfigError] {
        models.unused(by: registry.devices)
            + registry.devices.filter(models.leavesUnmapped).map { device in
                registry.mistake(
                    device: device.id, "nothing says what the code of '\(device.id)' means",
                    mend: "map it in models.yaml, as its example of a code does, and name that model here")
            }
    }

    /// The decoders of what this configuration hears, with what `models.yaml` says of its devices.
    ///
    /// - Parameter devices: whom to hear; `nil` for everything that anybody may send.
    /// - Throws: ``InvalidTopicFilter`` if a prefix in the settings is no topic.
    public func decoders(hearing devices: EstateRegistry?) throws(InvalidTopicFilter) -> DecoderTable {
        try DecoderTable.all(hearing: devices, topics: settings.ecosystems, models: models, of: registry)
    }
}
