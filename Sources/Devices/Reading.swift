/// One thing that a device said. A message gives at most one reading of each kind; what it does not carry is unknown,
/// neither alarm nor clear.
public struct Reading: Hashable, Sendable, Codable {
    public var kind: Kind
    public var value: Value
    /// As the device gives it: `dB/m`, `ppm`, `lqi`, `dBm`; `nil` where the kind has a unit of its own.
    public var unit: String?
    /// Words that come with it, such as the name of a fault. Informative only.
    public var detail: String?

    public init(_ kind: Kind, _ value: Value, unit: String? = nil, detail: String? = nil) {
        self.kind = kind
        self.value = value
        self.unit = unit
        self.detail = detail
    }

    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Hazards, as a flag: true is alarm, false is clear.
        case smoke, heat, co, gas, flame
        /// A manual call point or panic button: true is pressed.
        case button
        case waterLeak = "water_leak"
        /// Conditions of the device, as a flag.
        case tamper, fault, test
        case batteryLow = "battery_low"
        /// As a flag: true is mains power *lost*.
        case power
        /// Remaining charge in percent, `0...100`.
        case battery
        /// Of the battery, in volts: never of the mains. What a ``battery`` of a percentage is made of.
        case batteryVoltage = "battery_voltage"
        /// In °C.
        case temperature
        /// In percent relative humidity.
        case humidity
        case smokeDensity = "smoke_density"
        /// Carbon monoxide in ppm.
        case coPPM = "co_ppm"
        /// As a flag: true is closed.
        case contact
        case motion, vibration, tilt
        /// As a text: `online` or `offline`.
        case availability
        case signal
    }

    public enum Value: Hashable, Sendable, Codable {
        case flag(Bool)
        case number(Double)
        case text(String)
    }

    public static func flag(_ kind: Kind, _ value: Bool, detail: String? = nil) -> Reading {
        Reading(kind, .flag(value), detail: detail)
    }

    public static func number(_ kind: Kind, _ value: Double, unit: String? = nil) -> Reading {
        Reading(kind, .number(value), unit: unit)
    }

    public static func availability(online: Bool) -> Reading {
        Reading(.availability, .text(online ? "online" : "offline"))
    }
}
