public import Devices

/// What is followed from day to day: one kind of reading in one unit, for 20 dBm and 20 lqi cannot be compared.
///
/// The numbers are stored: a new series gets the next one.
public enum Series: UInt8, Hashable, Sendable, CaseIterable {
    /// In percent.
    case battery
    /// In °C.
    case temperature
    /// In percent relative humidity.
    case humidity
    /// Smoke density in dB/m.
    case smokeDecibels
    /// Smoke density in ppm.
    case smokePPM
    /// Smoke density in any other unit, or in none.
    case smokeOther
    case signalDBm
    /// Link quality, `0...255`.
    case signalLQI
    /// Each time that something began to vibrate.
    case vibration
    /// In volts.
    case batteryVolts

    /// - Returns: `nil` for what is not followed.
    public init?(_ kind: Reading.Kind, unit: String?) {
        switch kind {
        case .battery: self = .battery
        case .batteryVoltage: self = .batteryVolts
        case .temperature: self = .temperature
        case .humidity: self = .humidity
        case .smokeDensity: self = unit == "dB/m" ? .smokeDecibels : unit == "ppm" ? .smokePPM : .smokeOther
        case .signal:
            switch unit {
            case "dBm": self = .signalDBm
            case "lqi": self = .signalLQI
            default: return nil
            }
        case .smoke, .heat, .co, .gas, .flame, .button, .waterLeak, .tamper, .fault, .test, .batteryLow, .power,
            .coPPM, .contact, .motion, .vibration, .tilt, .availability:
            return nil
        }
    }

    public static let smokes: [Series] = [.smokeDecibels, .smokePPM, .smokeOther]
    public static let signals: [Series] = [.signalDBm, .signalLQI]

    public static let batteries: [Series] = [.battery, .batteryVolts]

    /// For people and files: `battery`, `smoke_density`.
    public var name: String {
        switch self {
        case .battery: "battery"
        case .batteryVolts: "battery_voltage"
        case .temperature: "temperature"
        case .humidity: "humidity"
        case .smokeDecibels, .smokePPM, .smokeOther: "smoke_density"
        case .signalDBm, .signalLQI: "signal"
        case .vibration: "vibration"
        }
    }

    /// `nil` where nobody knows it.
    public var unit: String? {
        switch self {
        case .battery, .humidity: "%"
        case .batteryVolts: "V"
        case .temperature: "°C"
        case .smokeDecibels: "dB/m"
        case .smokePPM: "ppm"
        case .smokeOther: nil
        case .signalDBm: "dBm"
        case .signalLQI: "lqi"
        case .vibration: "times"
        }
    }
}
