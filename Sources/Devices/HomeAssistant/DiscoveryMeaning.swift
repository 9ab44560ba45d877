/// What an entity's value means, by its device class. Sources: `source/_integrations/binary_sensor.markdown` and
/// `sensor.markdown` of home-assistant/home-assistant.io.
enum DiscoveryMeaning: Hashable, Sendable {
    case flag(Reading.Kind, whenOn: Bool)
    /// Connected while on.
    case connectivity
    /// - unit: as the reading has it.
    case number(Reading.Kind, unit: String?)
    /// A temperature in °F.
    case fahrenheit
    /// A battery's voltage in V or mV.
    case batteryVoltage
    /// An intruder alarm, whose zones can be fire zones.
    case panel
    /// A hazard by its name, of a kind that only the operator knows.
    case unmapped
    /// Without a class: it is looked at as a field that no table knows.
    case unknown
    /// A sounder: a sign of life.
    case siren
    case nothing

    /// Whether to misunderstand it could be to miss a fire.
    var isHazard: Bool {
        switch self {
        case .flag(let kind, _): kind.isHazard
        case .number(.coPPM, _), .panel, .unmapped: true
        case .number, .connectivity, .fahrenheit, .batteryVoltage, .unknown, .siren, .nothing: false
        }
    }

    /// - Parameters:
    ///   - platform: `binary_sensor`, `sensor` and so on.
    ///   - name: what the entity is called, with everything that may tell what it is.
    init(platform: String, deviceClass: String?, unit: String?, name: String) {
        func isNamed(_ table: KeyTable<Void>) -> Bool {
            HazardWords.words(of: name.utf8.prefix(300)).contains { table[$0.span] != nil }
        }
        switch (platform, deviceClass) {
        // A call for help is announced as safety, too.
        case ("binary_sensor", "safety") where isNamed(Self.calls): self = .unmapped
        case ("binary_sensor", let deviceClass?): self = Self.binary[Array(deviceClass.utf8).span] ?? .nothing
        case ("binary_sensor", nil): self = isNamed(HazardWords.hazards) ? .unmapped : .nothing
        // Mains have a voltage, too; one in millivolts or of that name is a battery's.
        case ("sensor", "voltage"): self = unit == "mV" || isNamed(Self.batteries) ? .batteryVoltage : .nothing
        case ("sensor", let deviceClass?): self = Self.measure(deviceClass, unit)
        case ("sensor", nil): self = unit == nil || isNamed(HazardWords.hazards) ? .unknown : .nothing
        case ("event", _): self = .unknown
        case ("alarm_control_panel", _): self = .panel
        case ("siren", _): self = .siren
        default: self = .nothing
        }
    }

    /// What else can be announced says nothing of a hazard.
    static let platforms = ["binary_sensor", "sensor", "event", "alarm_control_panel", "siren"]

    private static func measure(_ deviceClass: String, _ unit: String?) -> DiscoveryMeaning {
        switch (deviceClass, unit) {
        case ("temperature", nil), ("temperature", "°C"), ("temperature", "C"): .number(.temperature, unit: nil)
        case ("temperature", "°F"), ("temperature", "F"): .fahrenheit
        case ("humidity", nil), ("humidity", "%"): .number(.humidity, unit: nil)
        case ("battery", nil), ("battery", "%"): .number(.battery, unit: nil)
        case ("carbon_monoxide", nil), ("carbon_monoxide", "ppm"): .number(.coPPM, unit: nil)
        // In another unit it is no measure that the rules know.
        case ("carbon_monoxide", _): .unmapped
        case ("signal_strength", "dBm"): .number(.signal, unit: "dBm")
        case ("enum", _): .unknown
        default: .nothing
        }
    }

    private static let binary = KeyTable<DiscoveryMeaning>([
        ("smoke", .flag(.smoke, whenOn: true)), ("heat", .flag(.heat, whenOn: true)),
        ("carbon_monoxide", .flag(.co, whenOn: true)), ("gas", .flag(.gas, whenOn: true)),
        ("moisture", .flag(.waterLeak, whenOn: true)), ("tamper", .flag(.tamper, whenOn: true)),
        ("battery", .flag(.batteryLow, whenOn: true)), ("problem", .flag(.fault, whenOn: true)),
        ("safety", .flag(.fault, whenOn: true)), ("power", .flag(.power, whenOn: false)),
        ("plug", .flag(.power, whenOn: false)), ("motion", .flag(.motion, whenOn: true)),
        ("occupancy", .flag(.motion, whenOn: true)), ("presence", .flag(.motion, whenOn: true)),
        ("vibration", .flag(.vibration, whenOn: true)), ("door", .flag(.contact, whenOn: false)),
        ("window", .flag(.contact, whenOn: false)), ("opening", .flag(.contact, whenOn: false)),
        ("garage_door", .flag(.contact, whenOn: false)), ("connectivity", .connectivity),
    ])
    private static let batteries = KeyTable<Void>([("battery", ()), ("batt", ())])
    private static let calls = KeyTable<Void>([("sos", ()), ("panic", ()), ("emergency", ())])
}
