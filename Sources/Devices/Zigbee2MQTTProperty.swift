import Registry

/// What the properties of Zigbee2MQTT mean. Only those at the top of a message count: the optional `device` object has
/// a `status` and a `type` of its own.
///
/// Models that mean something else by a property, a heat alarm or a keypad that publishes `smoke`, have their row in
/// `models.yaml`: ``DeviceModels``.
enum Zigbee2MQTTProperty: Sendable {
    case flag(Reading.Kind)
    /// As a flag that is true where the reading is false.
    case inverted(Reading.Kind)
    case number(Reading.Kind, Unit?)
    /// Of a battery, as "Voltage of the battery in millivolts" (`e.battery_voltage()` in `src/lib/exposes.ts` of
    /// Koenkk/zigbee-herdsman-converters). Plugs and sirens give the mains' volts by the same name, 230: as
    /// millivolts that is no battery.
    case millivolts
    /// A flag, or the names of faults as a text.
    case fault
    case selfTest
    /// `low`, `medium` or `high`.
    case charge
    case action
    case lastSeen
    /// A hazard that only the device's description or the operator can name.
    case unmapped
    /// An output, a pre-alarm, a setting or a step without a unit.
    case nothing

    enum Unit: String, Sendable {
        case decibelPerMetre = "dB/m"
        case ppm
        case linkQuality = "lqi"
    }

    static let table = KeyTable<Zigbee2MQTTProperty>([
        ("smoke", .flag(.smoke)), ("smoke_alarm_1", .flag(.smoke)), ("smoke_alarm_2", .flag(.smoke)),
        ("carbon_monoxide", .flag(.co)), ("gas", .flag(.gas)), ("heat", .flag(.heat)),
        ("water_leak", .flag(.waterLeak)), ("sos", .flag(.button)), ("action", .action),
        ("alarm_1", .unmapped), ("alarm_2", .unmapped),
        ("tamper", .flag(.tamper)), ("test", .flag(.test)), ("self_test", .selfTest),
        ("trouble", .fault), ("battery_defect", .fault), ("fault", .fault), ("fault_alarm", .fault),
        ("device_fault", .fault), ("fault_state", .fault), ("reliability", .fault),
        ("battery", .number(.battery, nil)), ("battery_low", .flag(.batteryLow)),
        ("battery_state", .charge), ("battery_level", .charge),
        // Bit 7 of the IAS zone status: a fault of the mains.
        ("ac_status", .flag(.power)), ("ac_connected", .inverted(.power)), ("mains_power_connected", .inverted(.power)),
        ("co", .number(.coPPM, nil)), ("carbon_monoxide_value", .number(.coPPM, nil)),
        ("smoke_density_dbm", .number(.smokeDensity, .decibelPerMetre)),
        ("smoke_concentration", .number(.smokeDensity, .ppm)),
        ("temperature", .number(.temperature, nil)), ("humidity", .number(.humidity, nil)),
        ("occupancy", .flag(.motion)), ("vibration", .flag(.vibration)), ("tilt", .flag(.tilt)),
        ("contact", .flag(.contact)), ("linkquality", .number(.signal, .linkQuality)), ("last_seen", .lastSeen),
        ("alarm", .nothing), ("warning", .nothing), ("linkage_alarm", .nothing), ("linkage_alarm_state", .nothing),
        ("manual_smoke_alarm", .nothing), ("manual_burglar_alarm", .nothing), ("buzzer_manual_alarm", .nothing),
        ("smoke_state", .nothing), ("pre_smoke", .nothing), ("smoke_density", .nothing), ("smoke_level", .nothing),
        ("silence", .nothing), ("muted", .nothing), ("smoke_alarm_silenced", .nothing),
        ("buzzer_manual_mute", .nothing), ("voltage", .millivolts), ("device_temperature", .nothing),
        ("heat_required", .nothing), ("heat_available", .nothing), ("restore_reports", .nothing),
        ("supervision_reports", .nothing), ("update", .nothing), ("device", .nothing),
    ])

    /// Texts of `fault`, `fault_state` and `reliability` that mean that there is none.
    static let faultless = KeyTable([
        ("none", ()), ("normal", ()), ("no_fault", ()), ("no_fault_detected", ()), ("ok", ()),
    ])
    static let chargeIsLow = KeyTable([("low", true), ("medium", false), ("middle", false), ("high", false)])
    /// `test`, and whether it says that there is a fault.
    static let selfTests = KeyTable<(test: Bool, fault: Bool?)>([
        ("checking", (true, nil)), ("check_success", (false, false)), ("check_failure", (false, true)),
    ])
    static let buttonActions = KeyTable([("emergency", ()), ("panic", ()), ("sos", ())])
    static let hazardWords = KeyTable([
        ("smoke", ()), ("fire", ()), ("flame", ()), ("heat", ()), ("gas", ()), ("co", ()), ("monoxide", ()),
        ("leak", ()), ("leakage", ()), ("flood", ()), ("sos", ()), ("panic", ()), ("emergency", ()),
    ])
    /// Texts that say as much as a raised flag.
    static let alarmTexts = KeyTable([("alarm", ()), ("detected", ()), ("fire", ()), ("leak", ())])
}

/// The properties of one message, gathered one after the other.
struct Zigbee2MQTTState {
    private let json: JSON
    private var readings = Readings()
    private var time: Instant?
    private var unmapped: [UnmappedField] = []
    /// The first flag that makes no sense.
    private var problem: Malformed?

    init(_ json: JSON) {
        self.json = json
    }

    func report(_ address: String) throws(Malformed) -> Report {
        if let problem, !readings.hasAlarm { throw problem }
        return Report(
            ecosystem: .zigbee2mqtt, address: address, readings: readings.list, deviceTime: time, unmapped: unmapped)
    }

    /// - Parameter name: the property's name where it is not the node's own.
    mutating func take(_ property: Zigbee2MQTTProperty?, _ node: JSON.Node, name: String?) {
        switch property {
        case .flag(let kind): if let value = flag(node, name) { readings.flag(kind, value) }
        case .inverted(let kind): if let value = flag(node, name) { readings.flag(kind, !value) }
        case .number(let kind, let unit):
            let number = json.number(of: node)
            readings.number(kind, number, unit: unit?.rawValue)
            if number == nil { noteIfHazard(node, name) }
        case .millivolts: readings.number(.batteryVoltage, json.number(of: node).map { $0 / 1000 })
        case .fault: takeFault(node, name)
        case .selfTest: takeSelfTest(node, name)
        case .charge:
            if let isLow = json.find(text: node, in: Zigbee2MQTTProperty.chargeIsLow) {
                readings.flag(.batteryLow, isLow)
            }
        case .action:
            if json.find(text: node, in: Zigbee2MQTTProperty.buttonActions) != nil {
                readings.flag(.button, true)
            } else if json.find(text: node, in: Zigbee2MQTTProperty.alarmTexts) != nil {
                noteUnmapped(node, name)
            }
        case .lastSeen: time = time ?? instant(node)
        case .unmapped:
            if json.flag(of: node) != .unknown { noteUnmapped(node, name) }
        case .nothing: break
        case nil: noteIfHazard(node, name)
        }
    }

    /// What a flag says; what makes no sense is noted.
    private mutating func flag(_ node: JSON.Node, _ name: String?) -> Bool? {
        switch json.flag(of: node) {
        case .value(let value): return value
        case .unknown: return nil
        case .notUnderstood:
            if problem == nil {
                let name = name ?? json.name(of: node)
                problem = Malformed("\(name) \(json.excerpt(node)): expected true or false")
            }
            return nil
        }
    }

    private mutating func takeFault(_ node: JSON.Node, _ name: String?) {
        switch json.flag(of: node) {
        case .value(let isFault):
            let name = name ?? json.name(of: node)
            readings.flag(.fault, isFault, detail: isFault && name != "fault" ? name : nil)
        case .unknown: break
        case .notUnderstood:
            if json.find(text: node, in: Zigbee2MQTTProperty.faultless) != nil {
                readings.flag(.fault, false)
            } else {
                readings.flag(.fault, true, detail: json.words(of: node) ?? json.excerpt(node))
            }
        }
    }

    private mutating func takeSelfTest(_ node: JSON.Node, _ name: String?) {
        if let result = json.find(text: node, in: Zigbee2MQTTProperty.selfTests) {
            readings.flag(.test, result.test)
            if let isFault = result.fault { readings.flag(.fault, isFault, detail: isFault ? "check_failure" : nil) }
        } else if case .value(let isTesting) = json.flag(of: node) {
            readings.flag(.test, isTesting)
        }
    }

    /// Notes a flag that no row of the table knows if its name speaks of a hazard.
    private mutating func noteIfHazard(_ node: JSON.Node, _ name: String?) {
        guard node.kind == .yes || node.kind == .no || node.kind == .text else { return }
        if case .value = json.flag(of: node) {
        } else {
            guard json.find(text: node, in: Zigbee2MQTTProperty.alarmTexts) != nil else { return }
        }
        let name = name ?? json.name(of: node)
        let words = name.utf8.split { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
        if words.contains(where: { Zigbee2MQTTProperty.hazardWords[Array($0).span] != nil }) {
            noteUnmapped(node, name)
        }
    }

    private mutating func noteUnmapped(_ node: JSON.Node, _ name: String?) {
        let field = UnmappedField(name ?? json.name(of: node), node, in: json)
        if let index = unmapped.firstIndex(where: { $0.name == field.name }) {
            if field.isRaised, !unmapped[index].isRaised { unmapped[index] = field }
        } else if unmapped.count < Gathering.unmappedMax {
            // Real devices have one or two; a hostile one must not fill the memory.
            unmapped.append(field)
        }
    }

    /// ISO 8601 text or milliseconds since 1970, by Zigbee2MQTT's setting `last_seen`.
    private func instant(_ node: JSON.Node) -> Instant? {
        if let milliseconds = json.wholeNumber(of: node) { return Int64(exactly: milliseconds).map(Instant.init) }
        return json.instant(of: node)
    }
}
