public import Registry

/// Who may play: the estate and its devices.
public struct Cast: Sendable {
    public var registry: EstateRegistry
    /// The first level of Zigbee2MQTT's topics: its `mqtt.base_topic`.
    public var zigbeeBase: String

    public init(_ registry: EstateRegistry, zigbeeBase: String = "zigbee2mqtt") {
        self.registry = registry
        self.zigbeeBase = zigbeeBase
    }

    var estate: Estate { registry.estate }
}
