/// The model that a message names, where one does: ChirpStack's device profile, The Things Stack's model id,
/// Zigbee2MQTT's `device` (if `include_device_information` is on), rtl_433's `model`, Tasmota's and Shelly's own names.
///
/// Sources: those of the decoders.
enum ModelName {
    private static let paths: [[String]] = [
        ["deviceInfo", "deviceProfileName"], ["uplink_message", "version_ids", "model_id"], ["device", "model"],
        ["model_id"], ["model"], ["ModelId"],
    ]

    /// - Returns: `nil` if the payload is no JSON object, or names none.
    static func read(_ payload: [UInt8]) -> String? {
        guard let json = try? JSON(payload) else { return nil }
        for path in paths {
            var node: JSON.Node? = json.root
            for name in path { node = node.flatMap { json.member(name, of: $0) } }
            guard let text = node.flatMap({ json.text(of: $0) }), !text.isEmpty else { continue }
            return text.cut(toBytes: QuarantinedDevice.modelBytesMax)
        }
        return nil
    }
}
