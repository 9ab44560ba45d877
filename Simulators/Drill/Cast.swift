public import Registry

/// Who may play: the estate and its devices.
public struct Cast: Sendable {
    public var estate: Estate
    public var devices: [Device.ID: Device]
    /// The first level of Zigbee2MQTT's topics: its `mqtt.base_topic`.
    public var zigbeeBase: String

    public init(estate: Estate, devices: [Device], zigbeeBase: String = "zigbee2mqtt") {
        self.estate = estate
        self.devices = Dictionary(devices.map { ($0.id, $0) }) { first, _ in first }
        self.zigbeeBase = zigbeeBase
    }
}
