/// What an entity of ESPHome is, by the whole words of its object id.
///
/// One kind of hazard must be named, and no word that turns it into something else: `smoke_hall` is smoke, but
/// `water_heater`, `heat_pump` and `smoke_co` are unmapped, as is every flag that says nothing about itself. If a hazard
/// and a condition are named, the condition has to end the name: `smoke_battery_low` is a battery, `battery_room_smoke`
/// is smoke.
enum ESPHomeEntity {
    static func binarySensor(_ objectID: String) -> Field {
        var words = HazardWords.words(of: objectID.utf8.prefix(200))
        while let last = words.last, words.count > 1, trailers[last.span] != nil { words.removeLast() }
        let kinds = words.map { flags[$0.span] }
        if let ending = kinds.last, case .flag(let kind)? = ending, [.batteryLow, .tamper].contains(kind) {
            return .flag(kind)
        }
        let hazards = hazards(in: kinds)
        if !hazards.isEmpty {
            let isOther = words.contains { others[$0.span] != nil }
            if hazards == [.gas, .waterLeak], !isOther { return .flag(.gas) }
            return hazards.count == 1 && !isOther ? .flag(hazards[0]) : .unmapped
        }
        // A `fire_contact` is no window.
        if words.contains(where: { HazardWords.hazards[$0.span] != nil }) { return .unmapped }
        return kinds.lazy.compactMap { $0 }.last ?? .unmapped
    }

    static func sensor(_ objectID: String) -> Field? {
        let words = HazardWords.words(of: objectID.utf8.prefix(200))
        // In volts, as `components/sensor/adc.rst` of esphome/esphome-docs has it.
        if words.contains(battery), words.contains(voltage) { return .number(.batteryVoltage) }
        guard !words.contains(where: { notOfTheRoom[$0.span] != nil }) else { return .nothing }
        if words.contains(signal), words.contains(wifi) { return .number(.signal, unit: "dBm") }
        return words.lazy.compactMap { numbers[$0.span] }.last
    }

    /// The kinds of hazard, each once, in the order of ``Reading/Kind``.
    private static func hazards(in kinds: [Field?]) -> [Reading.Kind] {
        Reading.Kind.allCases.filter { hazard in
            hazard.isHazard && kinds.contains { if case .flag(hazard)? = $0 { true } else { false } }
        }
    }

    private static let flags = KeyTable<Field>([
        ("smoke", .flag(.smoke)), ("heat", .flag(.heat)), ("co", .flag(.co)), ("gas", .flag(.gas)),
        ("leak", .flag(.waterLeak)), ("water", .flag(.waterLeak)), ("moisture", .flag(.waterLeak)),
        ("flood", .flag(.waterLeak)), ("tamper", .flag(.tamper)), ("battery", .flag(.batteryLow)),
        ("motion", .flag(.motion)), ("occupancy", .flag(.motion)), ("presence", .flag(.motion)),
        ("vibration", .flag(.vibration)), ("door", .inverted(.contact)), ("window", .inverted(.contact)),
        ("contact", .inverted(.contact)), ("connected", .nothing), ("connection", .nothing), ("status", .nothing),
        ("online", .nothing),
    ])
    /// Words that may follow what an entity is.
    private static let trailers = table([
        "low", "state", "alarm", "alert", "detected", "detector", "detection", "sensor",
    ])
    /// Words that turn a hazard into something else.
    private static let others = table([
        "test", "fault", "error", "problem", "mute", "silence", "enabled", "pump", "heater", "boiler", "valve", "meter",
        "level", "pressure", "demand", "request", "relay", "temperature", "stop", "main", "supply", "connected",
    ])
    private static let numbers = KeyTable<Field>([
        ("temperature", .number(.temperature)), ("humidity", .number(.humidity)), ("battery", .number(.battery)),
        ("co", .number(.coPPM)),
    ])
    /// Words of measurements that are not of the room, or in another unit.
    private static let notOfTheRoom = table([
        "voltage", "current", "chip", "cpu", "internal", "esp", "target", "setpoint", "offset", "calibration", "dew",
        "uptime", "percent",
    ])
    private static let battery = Array("battery".utf8)
    private static let voltage = Array("voltage".utf8)
    private static let wifi = Array("wifi".utf8)
    private static let signal = Array("signal".utf8)

    private static func table(_ words: [String]) -> KeyTable<Void> { KeyTable(words.map { ($0, ()) }) }
}
