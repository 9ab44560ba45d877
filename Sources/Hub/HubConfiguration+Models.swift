public import Devices
public import Registry

extension HubConfiguration {
    /// The decoders of what this configuration hears, with what `models.yaml` says of its devices.
    ///
    /// - Parameter devices: whom to hear; `nil` for everything that anybody may send.
    /// - Throws: ``InvalidTopicFilter`` if a prefix in the settings is no topic.
    public func decoders(hearing devices: EstateRegistry?) throws(InvalidTopicFilter) -> DecoderTable {
        try DecoderTable.all(hearing: devices, topics: settings.ecosystems, models: models, of: registry)
    }
}
