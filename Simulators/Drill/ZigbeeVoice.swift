import Registry

/// Zigbee2MQTT: `<base>/<friendly name>`, one JSON object of everything that it knows of the device, QoS 0.
///
/// Source: zigbee2mqtt.io, "MQTT Topics and Messages"; the properties are those of zigbee-herdsman-converters for
/// Heiman detectors, Develco heat detectors and Tuya SOS buttons. `last_seen` is `advanced.last_seen: ISO_8601`.
enum ZigbeeVoice {
    static func message(
        _ says: Utterance, _ detects: Device.Kind, device: Device, state: DeviceState, base: String
    ) throws -> DeviceMessage {
        var properties: [String: Property] = [
            "battery": .number(96), "battery_low": .flag(false), "linkquality": .number(112),
            "last_seen": .text(state.stamp.description),
        ]
        if detects == .button {
            properties["action"] = .text(says == .alarm ? "emergency" : "")
        } else if let name = property(of: detects) {
            // A detector under test sounds, and most say so in both fields.
            properties[name] = .flag(state.alarms || says == .test)
            properties["test"] = .flag(says == .test)
            properties["tamper"] = .flag(false)
        }
        properties["trouble"] = .flag(state.hasFault)
        if let value = state.value, let name = measurement(of: detects) { properties[name] = .number(value) }
        return DeviceMessage(topic: "\(base)/\(device.address)", payload: try JSONBytes.encode(properties), qos: 0)
    }

    private static func property(of kind: Device.Kind) -> String? {
        switch kind {
        // There is no property for heat: heat detectors report smoke.
        case .smoke, .heat: "smoke"
        case .co: "carbon_monoxide"
        case .gas: "gas"
        case .waterLeak: "water_leak"
        case .flame, .button, .help, .siren, .buildingAlarm, .gateway, .sensor: nil
        }
    }

    private static func measurement(of kind: Device.Kind) -> String? {
        switch kind {
        case .smoke: "smoke_density_dbm"
        case .heat: "temperature"
        case .co: "co"
        default: nil
        }
    }

    private enum Property: Encodable {
        case flag(Bool), number(Double), text(String)

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .flag(let flag): try container.encode(flag)
            case .number(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            }
        }
    }
}
