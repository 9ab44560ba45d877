public import Devices
public import Registry

/// A change that matters: the edge, not the level.
public struct Signal: Hashable, Sendable {
    public var device: Device.ID
    public var place: Place
    public var kind: Kind
    public var change: Change
    /// When it happened, as far as can be told.
    public var at: Instant
    /// When the hub heard of it.
    public var receivedAt: Instant
    /// It was the state at connect, of unknown age.
    public var retained: Bool

    public enum Change: String, Hashable, Sendable, Codable {
        case raised, cleared
        /// A live alarm while the device's stored state already says alarm.
        case repeated
    }

    /// What a rule can read: the hazard readings, with a button told apart by what it is for.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case smoke, heat, flame, co, gas
        case waterLeak = "water_leak"
        /// A manual call point.
        case button
        /// A panic or help button.
        case help

        var bit: Kinds { Kinds(rawValue: 1 << UInt16(position)) }

        /// From 0, in the order of the cases.
        var position: Int {
            switch self {
            case .smoke: 0
            case .heat: 1
            case .flame: 2
            case .co: 3
            case .gas: 4
            case .waterLeak: 5
            case .button: 6
            case .help: 7
            }
        }

        /// What a reading of a device means; `nil` if it is no hazard there: a siren that sounds detects nothing.
        public init?(_ reading: Reading.Kind, from device: Device.Kind) {
            switch device {
            case .siren, .gateway, .buildingAlarm: return nil
            case .smoke, .heat, .flame, .co, .gas, .waterLeak, .button, .help, .sensor: break
            }
            switch reading {
            // A heat detector that publishes `smoke` (Frient HESZB-120) has no smoke chamber.
            case .smoke: self = device == .heat ? .heat : .smoke
            case .heat: self = .heat
            case .flame: self = .flame
            case .co: self = .co
            case .gas: self = .gas
            case .waterLeak: self = .waterLeak
            case .button: self = device == .help ? .help : .button
            case .tamper, .fault, .test, .batteryLow, .power, .battery, .batteryVoltage, .temperature, .humidity,
                .smokeDensity, .coPPM, .contact, .motion, .vibration, .tilt, .availability, .signal:
                return nil
            }
        }

        /// The kinds that a device of a kind can raise by design, so that one which no rule reads is found at load.
        public init?(detectedBy device: Device.Kind) {
            switch device {
            case .smoke: self = .smoke
            case .heat: self = .heat
            case .flame: self = .flame
            case .co: self = .co
            case .gas: self = .gas
            case .waterLeak: self = .waterLeak
            case .button: self = .button
            case .help: self = .help
            case .siren, .buildingAlarm, .gateway, .sensor: return nil
            }
        }
    }

    /// A set of kinds, small enough for a hundred thousand devices.
    public struct Kinds: OptionSet, Hashable, Sendable, Codable {
        public let rawValue: UInt16
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public init(_ kinds: [Kind]) {
            self = kinds.reduce(into: Kinds()) { $0.formUnion($1.bit) }
        }

        /// What is pressed, and sends no clear of its own.
        static let momentary = Kinds([.button, .help])

        public func contains(_ kind: Kind) -> Bool { isSuperset(of: kind.bit) }

        /// In the order of ``Signal/Kind``'s cases.
        public var members: [Kind] { Kind.allCases.filter { contains($0) } }
    }
}
