import Devices
import Registry
import Rules

/// What devices put on the wire, in their ecosystems' own formats, as text, for JSON encoders cost more than the hub.
enum Voice {
    static func topic(of device: Device, estate: String, status: Bool = false) -> String {
        switch device.ecosystem {
        case .zigbee2mqtt: return "zigbee2mqtt/\(device.address)" + (status ? "/availability" : "")
        case .native:
            let place = device.place
            var topic = "estate/\(estate)/block/\(place.block)"
            if let floor = place.floor { topic += "/floor/\(floor)" }
            if let flat = place.flat { topic += "/flat/\(flat)" }
            if let area = place.area { topic += "/area/\(area)" }
            return topic + "/device/\(device.address)/" + (status ? "status" : "event")
        default: preconditionFailure("the simulated estate has no \(device.ecosystem.rawValue) devices")
        }
    }

    /// - Parameter state: one of alarm, clear, test, ok.
    static func payload(_ device: Device, _ state: String, lowBattery: Bool, sequence: UInt64?, stamp: Instant?)
        -> [UInt8]
    {
        let isButton = device.kind == .button || device.kind == .help
        switch device.ecosystem {
        case .native:
            let type = device.kind == .help ? Device.Kind.button.rawValue : device.kind.rawValue
            var text = "{\"type\":\"\(type)\",\"state\":\"\(state)\",\"battery_low\":\(lowBattery)"
            if let sequence { text += ",\"seq\":\(sequence)" }
            if let stamp { text += ",\"ts\":\"\(stamp)\"" }
            return Array((text + "}").utf8)
        case .zigbee2mqtt:
            let alarms = state == "alarm" || state == "test"
            var text = "{"
            if isButton {
                text += "\"action\":\"\(alarms ? "emergency" : "")\""
            } else {
                text += "\"\(property(of: device.kind))\":\(alarms),\"test\":\(state == "test")"
            }
            text += ",\"battery_low\":\(lowBattery)"
            if let stamp { text += ",\"last_seen\":\"\(stamp)\"" }
            return Array((text + "}").utf8)
        default: preconditionFailure("the simulated estate has no \(device.ecosystem.rawValue) devices")
        }
    }

    private static func property(of kind: Device.Kind) -> String {
        switch kind {
        case .co: "carbon_monoxide"
        case .gas: "gas"
        case .waterLeak: "water_leak"
        case .smoke, .heat, .flame, .button, .help, .siren, .buildingAlarm, .gateway, .sensor: "smoke"
        }
    }
}
