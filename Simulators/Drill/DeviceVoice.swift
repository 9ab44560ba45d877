public import Registry

/// What a device publishes: its own topic, in its own format.
public struct DeviceMessage: Hashable, Sendable {
    public var topic: String
    public var payload: [UInt8]
    public var qos: Int
}

/// The simulated devices of one drill, each speaking as its ecosystem does.
///
/// It remembers what each has said, because heartbeats repeat that.
public struct DeviceVoice: Sendable {
    private let cast: Cast
    private var states: [Device.ID: DeviceState] = [:]

    public init(cast: Cast) { self.cast = cast }

    /// What the device publishes next, on its own topic.
    ///
    /// - Parameter stamp: the device's time.
    /// - Throws: ``DrillError/unknownDevice(_:)`` or ``DrillError/speechless(_:_:)``.
    public mutating func speak(_ message: PlannedMessage, stamp: Instant) throws -> DeviceMessage {
        guard let device = cast.registry.device(message.device) else { throw DrillError.unknownDevice(message.device) }
        guard let detects = Self.detected(by: device, as: message.type) ?? Self.harmless(message, device) else {
            throw DrillError.speechless(message.device, message.says)
        }
        var state = states[device.id] ?? DeviceState()
        state.hear(message, stamp: stamp)
        states[device.id] = state
        return switch device.ecosystem {
        case .native:
            try NativeVoice.message(message.says, detects, device: device, state: state, estate: cast.estate.id)
        case .zigbee2mqtt:
            try ZigbeeVoice.message(message.says, detects, device: device, state: state, base: cast.zigbeeBase)
        default: throw DrillError.speechless(message.device, message.says)
        }
    }

    /// The unit in which a value of this kind is given; `nil` if the kind measures nothing.
    public static func unit(of kind: Device.Kind) -> String? {
        switch kind {
        case .smoke: "dB/m"
        case .heat: "°C"
        case .co: "ppm"
        case .gas: "%LEL"
        default: nil
        }
    }

    /// What an alarm of the device is about; `nil` if it raises none of its own.
    static func detected(by device: Device, as type: Device.Kind?) -> Device.Kind? {
        // Drills speak these two only.
        guard [.native, .zigbee2mqtt].contains(device.ecosystem) else { return nil }
        return switch type ?? device.kind {
        case .smoke, .heat, .co, .gas, .waterLeak, .button: type ?? device.kind
        case .help: .button
        case .flame: device.ecosystem == .native ? .flame : nil
        case .siren, .buildingAlarm, .gateway, .sensor: nil
        }
    }

    private static func harmless(_ message: PlannedMessage, _ device: Device) -> Device.Kind? {
        [.fault, .ok, .heartbeat].contains(message.says) ? device.kind : nil
    }
}

/// What a device has said last.
struct DeviceState: Sendable {
    /// Counts the device's messages, from 1.
    var sequence: UInt64 = 0
    var stamp = Instant(milliseconds: 0)
    var alarms = false
    var hasFault = false
    var value: Double?

    mutating func hear(_ message: PlannedMessage, stamp: Instant) {
        // A real message must not look like a repeat of one that the hub had from the same device earlier.
        sequence = message.isReal ? UInt64(clamping: stamp.milliseconds) : sequence + 1
        self.stamp = stamp
        switch message.says {
        case .alarm: alarms = true
        case .clear: alarms = false
        case .fault: hasFault = true
        case .ok: hasFault = false
        case .test, .heartbeat: break
        }
        value = message.value
    }
}
