/// What the values of a Z-Wave node mean, by command class and property.
///
/// In class 113, Notification, a property is a kind of alarm, its key a state, and 0 means idle; the numbers are those of
/// `Notifications.ts`. A number that is not in the table, 254 for an unknown event among them, is unmapped. Old devices
/// only fill `alarmType` and `alarmLevel`, whose numbers each maker chose: unmapped. They never say that they are idle;
/// the driver does so for them after five minutes, which looks like a clear.
enum ZWaveValue {
    enum Class { case notification, battery, multilevelSensor, binarySensor, other }

    /// - Parameters:
    ///   - kind: `nil` for a class that is not known: there what is named after a hazard is unmapped.
    ///   - tail: the level where the property begins.
    static func field(_ kind: Class?, _ levels: TopicLevels, _ tail: Int, isFahrenheit: Bool) -> Field? {
        let property = tail..<levels.count
        switch kind {
        case .notification:
            return levels.find(property, in: notifications) ?? levels.find(levels.count - 1, in: everyNotification)
        case .battery: return levels.find(property, in: batteries)
        case .multilevelSensor:
            let field = levels.find(property, in: measurements)
            if case .number(.temperature, _)? = field, isFahrenheit { return .fahrenheit }
            return field
        case .binarySensor: return levels.find(property, in: binaries)
        case .other: return .nothing
        case nil:
            let words = HazardWords.words(of: levels.joined(property).utf8.prefix(200))
            return words.contains { HazardWords.hazards[$0.span] != nil } ? .unmapped : nil
        }
    }

    static let classes = KeyTable<Class>(
        [
            ("113", .notification), ("notification", .notification), ("128", .battery), ("battery", .battery),
            ("49", .multilevelSensor), ("sensor_multilevel", .multilevelSensor),
            ("multilevel_sensor", .multilevelSensor), ("48", .binarySensor), ("sensor_binary", .binarySensor),
            ("binary_sensor", .binarySensor),
        ] + others.map { ($0, .other) })
    /// Switches, configuration, associations, wake-up, version, basic and the like, and their names.
    private static let others = [
        "32", "37", "38", "50", "51", "67", "91", "94", "96", "98", "99", "102", "112", "114", "121", "132", "133",
        "134", "135", "142", "basic", "binary_switch", "switch_binary", "multilevel_switch", "switch_multilevel",
        "meter", "configuration", "manufacturer_specific", "wake_up", "version", "indicator", "association",
        "sound_switch",
    ]

    private static func alarm(_ kind: Reading.Kind, _ raised: [String], clear: [String] = []) -> Field {
        .choice(
            [("0", [.flag(kind, false)])] + raised.map { ($0, [.flag(kind, true)]) }
                + clear.map { ($0, [.flag(kind, false)]) })
    }

    private static let notifications = KeyTable<Field>([
        ("Smoke_Alarm/Sensor_status", alarm(.smoke, ["1", "2"])),
        ("Smoke_Alarm/Alarm_status", testing), ("Smoke_Alarm/Test_status", testing),
        ("CO_Alarm/Sensor_status", alarm(.co, ["1", "2"])), ("CO_Alarm/Alarm_status", testing),
        ("CO_Alarm/Test_status", testing),
        // 5 and 6 are underheat.
        ("Heat_Alarm/Heat_sensor_status", alarm(.heat, ["1", "2"], clear: ["5", "6"])),
        (
            "Heat_Alarm/Alarm_status",
            .choice([("0", [.flag(.test, false)]), ("7", [.flag(.test, true)]), ("9", [.flag(.test, false)])])
        ),
        ("Water_Alarm/Sensor_status", alarm(.waterLeak, ["1", "2"])),
        ("Gas_alarm/Combustible_gas_status", alarm(.gas, ["1", "2"])),
        ("Gas_Alarm/Combustible_gas_status", alarm(.gas, ["1", "2"])),
        ("Gas_alarm/Toxic_gas_status", alarm(.gas, ["3", "4"])),
        ("Gas_Alarm/Toxic_gas_status", alarm(.gas, ["3", "4"])),
        ("Gas_alarm/Alarm_status", .choice([("0", [.flag(.test, false)]), ("5", [.flag(.test, true)])])),
        ("Home_Security/Cover_status", alarm(.tamper, ["3"])),
        ("Home_Security/Motion_sensor_status", alarm(.motion, ["7", "8"])),
        ("Home_Security/Sensor_status", .nothing),
        (
            "Access_Control/Door_state",
            .choice([("22", [.flag(.contact, false)]), ("23", [.flag(.contact, true)])])
        ),
        (
            "Power_Management/Mains_status",
            .choice([("0", [.flag(.power, false)]), ("2", [.flag(.power, true)]), ("3", [.flag(.power, false)])])
        ),
        ("Power_Management/Battery_maintenance_status", alarm(.batteryLow, ["10", "11"])),
        ("Power_Management/Power_status", .nothing),
        ("alarmType", .unmapped), ("alarmLevel", .nothing),
    ])
    /// By the key alone, of whatever alarm.
    private static let everyNotification = KeyTable<Field>([
        (
            "Maintenance_status",
            .choice([
                ("0", [.flag(.fault, false)]), ("4", [.flag(.fault, true, detail: "Replacement required")]),
                ("5", [.flag(.fault, true, detail: "Replacement required, End-of-life")]),
                // Of a gas and of a heat alarm.
                ("6", [.flag(.fault, true, detail: "Replacement required")]),
                ("8", [.flag(.fault, true, detail: "Replacement required, End-of-life")]),
            ])
        ),
        ("Dust_in_device_status", .fault), ("Periodic_inspection_status", .fault),
    ])
    /// 3 is a test; 6, silenced, ends it.
    private static let testing = Field.choice([
        ("0", [.flag(.test, false)]), ("3", [.flag(.test, true)]), ("6", [.flag(.test, false)]),
    ])

    private static let batteries = KeyTable<Field>([("level", .number(.battery)), ("isLow", .flag(.batteryLow))])
    private static let measurements = KeyTable<Field>([
        ("Air_temperature", .number(.temperature)), ("Humidity", .number(.humidity)),
        ("Carbon_monoxide_(CO)_level", .number(.coPPM)), ("Smoke_density", .nothing),
    ])
    private static let binaries = KeyTable<Field>([
        ("Smoke", .flag(.smoke)), ("CO", .flag(.co)), ("Heat", .flag(.heat)), ("Water", .flag(.waterLeak)),
        ("Tamper", .flag(.tamper)), ("Motion", .flag(.motion)), ("Door/Window", .inverted(.contact)),
        ("Door_Window", .inverted(.contact)), ("Tilt", .flag(.tilt)), ("Freeze", .nothing), ("Glass_Break", .nothing),
        ("Any", .unmapped), ("General_purpose", .unmapped), ("General_Purpose", .unmapped), ("Aux", .unmapped),
        ("First", .unmapped),
    ])
}
