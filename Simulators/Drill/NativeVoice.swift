import Foundation
import Registry

/// Native devices: `estate/<estate>/block/<block>/…/device/<device>/event`, one JSON object.
enum NativeVoice {
    static func message(
        _ says: Utterance, _ detects: Device.Kind, device: Device, state: DeviceState, estate: String
    ) throws -> DeviceMessage {
        let event = Event(
            type: type(of: detects), state: stateName(says, state), value: state.value,
            unit: state.value == nil ? nil : DeviceVoice.unit(of: detects), battery: 87, seq: state.sequence,
            ts: state.stamp.description)
        return DeviceMessage(topic: topic(of: device, estate: estate), payload: try JSONBytes.encode(event), qos: 1)
    }

    static func topic(of device: Device, estate: String) -> String {
        let place = device.place
        let levels = [
            ("estate", estate), ("block", place.block), ("floor", place.floor), ("flat", place.flat),
            ("area", place.area), ("device", device.address),
        ]
        return levels.compactMap { name, value in value.map { "\(name)/\($0)" } }.joined(separator: "/") + "/event"
    }

    /// Devices that detect nothing speak of their faults only.
    private static func type(of kind: Device.Kind) -> String {
        switch kind {
        case .smoke, .heat, .flame, .co, .gas, .waterLeak, .button: kind.rawValue
        case .help: Device.Kind.button.rawValue
        case .siren, .buildingAlarm, .gateway, .sensor: "fault"
        }
    }

    private static func stateName(_ says: Utterance, _ state: DeviceState) -> String {
        switch says {
        case .alarm, .clear, .test, .fault, .ok: says.rawValue
        case .heartbeat: state.hasFault ? "fault" : state.alarms ? "alarm" : "clear"
        }
    }

    private struct Event: Encodable {
        var type: String
        var state: String
        var value: Double?
        var unit: String?
        /// In percent.
        var battery: Int
        var seq: UInt64
        var ts: String
    }
}

/// JSON as devices and the hub exchange it.
enum JSONBytes {
    /// Keys sorted, so that the same message is the same bytes.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}
