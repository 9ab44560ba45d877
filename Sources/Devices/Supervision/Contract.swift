public import Registry

/// What a device of a class has promised: how often it says something by itself, and what its silence means.
public struct Contract: Hashable, Sendable {
    /// How often it says something without cause; `nil` for one that speaks only when something happens.
    public var interval: Duration?
    /// How much later than that it may be: radio loses messages, and sleepers oversleep.
    public var grace: Duration
    public var lastWill: LastWill

    /// What it means that a device is said to be offline.
    public enum LastWill: String, Hashable, Sendable, CaseIterable {
        /// Nobody says so.
        case none
        /// It is gone: a trouble at once.
        case outage
        /// It sleeps most of the time, and its broker says that it is gone each time: no trouble.
        case sleeps
    }

    public init(interval: Duration?, grace: Duration = .zero, lastWill: LastWill) {
        self.interval = interval
        self.grace = grace
        self.lastWill = lastWill
    }

    /// How long it may be silent; `nil` if silence alone tells nothing.
    public var limit: Duration? { interval.map { $0 + grace } }

    /// Whether anybody would notice that it is dead.
    public var isWatched: Bool { limit != nil || lastWill == .outage }
}

/// A contract as every heartbeat asks it: a duration has 128 bits, and takes long to divide.
struct Terms: Sendable {
    /// In milliseconds; `nil` as in the contract.
    let interval: Int64?
    let limit: Int64?
    /// The interval in seconds; infinite for none.
    let promised: Float
    let isWatched: Bool
    let sleeps: Bool

    init(_ contract: Contract) {
        interval = contract.interval?.wholeMilliseconds
        limit = contract.limit?.wholeMilliseconds
        promised = interval.map { Float($0) / 1000 } ?? .infinity
        isWatched = contract.isWatched
        sleeps = contract.lastWill == .sleeps
    }
}

/// The contracts of an estate's devices.
public struct Contracts: Hashable, Sendable {
    /// The estate's own, before the defaults. The first that fits counts.
    public var own: [Rule]

    public init(_ own: [Rule] = []) { self.own = own }

    /// A contract for the devices that fit; what is `nil` fits all.
    public struct Rule: Hashable, Sendable {
        public var device: Device.ID?
        public var ecosystem: Device.Ecosystem?
        public var kind: Device.Kind?
        public var model: String?
        public var contract: Contract

        public init(
            device: Device.ID? = nil, ecosystem: Device.Ecosystem? = nil, kind: Device.Kind? = nil,
            model: String? = nil, _ contract: Contract
        ) {
            self.device = device
            self.ecosystem = ecosystem
            self.kind = kind
            self.model = model
            self.contract = contract
        }

        func fits(_ other: Device) -> Bool {
            (device ?? other.id) == other.id && (ecosystem ?? other.ecosystem) == other.ecosystem
                && (kind ?? other.kind) == other.kind && (model == nil || model == other.model)
        }
    }

    public func contract(of device: Device) -> Contract {
        own.first { $0.fits(device) }?.contract ?? Self.usual(of: device)
    }

    /// What such a device does as it comes from its maker.
    ///
    /// | devices | says something | silent after | offline means | source |
    /// | --- | --- | --- | --- | --- |
    /// | native | every 60 s | 300 s | gone | EN 54-25 is said to allow a radio device 300 s |
    /// | Zigbee2MQTT | every day | 25 h | gone | its own default for battery devices, device-availability.md |
    /// | ChirpStack, The Things Stack | every day | 26 h | – | heartbeats once a day are common |
    /// | Shelly Gen1 detectors | every 12 h | 12 h 30 min | asleep | their sleep period; 30 min of oversleep, openHAB |
    /// | Shelly Gen2+ detectors | every 24 h | 24 h 30 min | asleep | `wakeup_period` 86400; openhab-addons PR #18309 |
    /// | Tasmota detectors (Zigbee) | every day | 25 h | gone | as Zigbee2MQTT |
    /// | other Tasmota devices | every 300 s | 360 s | gone | TelePeriod's default |
    /// | Z-Wave JS | every day | 25 h | gone | wake-ups of battery devices |
    /// | ESPHome, other Shelly devices, panels, Homie, Sparkplug B, discovered ones | – | – | gone | they have a last will |
    /// | rtl_433, OpenMQTTGateway, Domoticz | – | – | – | event-only radio: nobody would notice |
    public static func usual(of device: Device) -> Contract {
        let sleeps = [.smoke, .heat, .flame, .co, .gas, .waterLeak, .button, .help].contains(device.kind)
        let day = Contract(interval: .seconds(86_400), grace: .seconds(3600), lastWill: .outage)
        let byWill = Contract(interval: nil, lastWill: .outage)
        switch device.ecosystem {
        case .native: return Contract(interval: .seconds(60), grace: .seconds(240), lastWill: .outage)
        case .zigbee2mqtt, .zwavejs: return day
        case .chirpstack, .thethingsstack:
            return Contract(interval: .seconds(86_400), grace: .seconds(7200), lastWill: .none)
        case .shellyGen1:
            return sleeps ? Contract(interval: .seconds(43_200), grace: .seconds(1800), lastWill: .sleeps) : byWill
        case .shellyGen2:
            return sleeps ? Contract(interval: .seconds(86_400), grace: .seconds(1800), lastWill: .sleeps) : byWill
        case .tasmota:
            return sleeps ? day : Contract(interval: .seconds(300), grace: .seconds(60), lastWill: .outage)
        case .esphome, .alarmPanels, .homie, .sparkplug, .homeAssistant: return byWill
        case .rtl433, .openmqttgateway, .domoticz: return Contract(interval: nil, lastWill: .none)
        }
    }
}

extension Contract: CustomStringConvertible {
    /// `every 60 s, silent after 300 s`; `by its last will alone`.
    public var description: String {
        let will =
            switch lastWill {
            case .none: ""
            case .outage: ", last will heeded"
            case .sleeps: ", sleeps"
            }
        guard let interval, let limit else {
            return lastWill == .outage ? "by its last will alone" : "not watched: nobody would notice its silence"
        }
        return "every \(interval.inWords), silent after \(limit.inWords)\(will)"
    }
}

extension Duration {
    /// `300 s`, `25 h`, `24 h 30 min`: in the largest units in which it is short.
    public var inWords: String {
        let seconds = components.seconds
        guard seconds >= 600 else { return "\(seconds) s" }
        let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60)
        guard hours > 0 else { return seconds % 60 == 0 ? "\(minutes) min" : "\(minutes) min \(seconds % 60) s" }
        return minutes == 0 ? "\(hours) h" : "\(hours) h \(minutes) min"
    }
}
