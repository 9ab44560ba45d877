/// A detector, button, siren, gateway or other thing that speaks. Loaded from `devices.csv`.
public struct Device: Hashable, Sendable, Identifiable {
    public typealias ID = String

    public var id: ID
    public var ecosystem: Ecosystem
    /// What identifies it inside its ecosystem: for a native device its id, for Zigbee2MQTT its friendly name.
    public var address: String
    public var place: Place
    /// The room inside the flat, for people: `hall`.
    public var room: String?
    public var kind: Kind
    public var model: String?
    /// When it was made; `nil` if nobody has written it down.
    public var made: YearMonth?

    public init(
        id: ID, ecosystem: Ecosystem, address: String, place: Place, room: String? = nil, kind: Kind,
        model: String? = nil, made: YearMonth? = nil
    ) {
        self.id = id
        self.ecosystem = ecosystem
        self.address = address
        self.place = place
        self.room = room
        self.kind = kind
        self.model = model
        self.made = made
    }

    /// The family of devices whose topics and payloads a decoder understands.
    public enum Ecosystem: String, Hashable, Sendable, Codable, CaseIterable {
        case native
        case zigbee2mqtt
        case chirpstack
        case thethingsstack
        case shellyGen1 = "shelly_gen1"
        case shellyGen2 = "shelly_gen2"
        case tasmota
        case esphome
        case zwavejs
        case rtl433 = "rtl_433"
        case openmqttgateway
        case domoticz
        case alarmPanels = "alarm_panels"
        case homie
        case sparkplug = "sparkplug_b"
        case homeAssistant = "homeassistant_discovery"
    }

    /// What a device is for. It decides what its alarm means: `smoke` from a heat detector is heat, and a siren that
    /// sounds is no detector.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case smoke, heat, flame, co, gas
        case waterLeak = "water_leak"
        /// A manual call point: pressing it says that there is a fire.
        case button
        /// A panic or help button: pressing it says that somebody needs help.
        case help
        case siren
        /// What listens to, or is wired to, the building's own fire alarm.
        case buildingAlarm = "building_alarm"
        case gateway
        /// Something that measures or watches but detects no hazard.
        case sensor

        /// Whether it is there to find a fire by itself.
        public var detectsFire: Bool { [.smoke, .heat, .flame].contains(self) }
    }
}
