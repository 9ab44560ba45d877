import Registry

/// What a value is whose name whoever installed it has chosen, by the whole words of the name: a property of Homie, a
/// metric of Sparkplug.
///
/// A name that only says how something is, such as `state` or `value`, is read together with that of the group it is in:
/// `smoke/state`. Where the words say nothing, or contradict each other, a flag is unmapped if it looks like a hazard or
/// an input, which can be wired to anything; otherwise it is an output or a setting.
enum NamedField {
    static func flag(_ name: String, in group: String? = nil) -> Field {
        let words = HazardWords.words(of: name.utf8.prefix(200))
        let around = group.map { HazardWords.words(of: $0.utf8.prefix(200)) } ?? []
        // An alarm in memory or still being verified is not a live one.
        if (words + around).contains(where: { notLive[$0.span] != nil }) { return .nothing }
        if let field = whole[Array(words.joined(separator: [UInt8(ascii: "-")])).span] { return field }
        if let group, words.allSatisfy({ vague[$0.span] != nil }), !around.isEmpty { return flag("\(group) \(name)") }
        if !words.contains(where: { opposites[$0.span] != nil }) {
            switch ESPHomeEntity.binarySensor(name) {
            case .unmapped: break
            case let field: return field
            }
        }
        let all = words + around
        let looksDangerous = all.contains { HazardWords.hazards[$0.span] != nil || inputs[$0.span] != nil }
        return all.isEmpty || looksDangerous ? .unmapped : .nothing
    }

    /// - Parameter unit: `nil` if nobody says.
    static func number(_ name: String, in group: String? = nil, unit: String? = nil) -> Field? {
        let words = HazardWords.words(of: name.utf8.prefix(200))
        if let group, !words.isEmpty, words.allSatisfy({ vague[$0.span] != nil }),
            group.utf8.contains(where: \.isLetter)
        {
            return number("\(group) \(name)", unit: unit)
        }
        switch ESPHomeEntity.sensor(name) {
        case .number(.temperature, _)?: return temperature(unit)
        case .number(let kind, let known)?:
            let units = kind == .coPPM ? ["ppm"] : ["%"]
            return known != nil || unit.map(units.contains) ?? true ? .number(kind, unit: known) : .nothing
        case let field?: return field
        case nil: break
        }
        if words.contains(where: { density[$0.span] != nil }), words.contains(where: { smoky[$0.span] != nil }) {
            return unit.map { .number(.smokeDensity, unit: $0) } ?? .nothing
        }
        if words.contains(where: { signal[$0.span] != nil }) {
            let unit = unit ?? (words.contains(Array("rssi".utf8)) ? "dBm" : nil)
            return unit == "dBm" || unit == "lqi" ? .number(.signal, unit: unit) : .nothing
        }
        // A flag that is sent as 1 and 0.
        switch flag(name, in: group) {
        case .unmapped where !words.contains { HazardWords.hazards[$0.span] != nil }, .nothing: return nil
        case let field: return field
        }
    }

    private static func temperature(_ unit: String?) -> Field {
        switch unit {
        case nil, "°C", "C", "Celsius", "degC", "deg C": .number(.temperature)
        case "°F", "F", "Fahrenheit", "degF", "deg F": .fahrenheit
        default: .nothing
        }
    }

    /// Names as a whole, with hyphens.
    private static let whole = KeyTable<Field>([
        ("fire", .flag(.smoke)), ("fire-alarm", .flag(.smoke)), ("flame", .flag(.flame)),
        ("flame-alarm", .flag(.flame)),
        ("water-leak", .flag(.waterLeak)), ("co", .flag(.co)), ("carbon-monoxide", .flag(.co)),
        ("button", .flag(.button)), ("call-point", .flag(.button)), ("manual-call-point", .flag(.button)),
        ("panic", .flag(.button)), ("test", .flag(.test)), ("test-button", .flag(.test)), ("self-test", .flag(.test)),
        ("fault", .fault), ("trouble", .fault), ("problem", .fault), ("error", .fault), ("sensor-fault", .fault),
        ("device-fault", .fault), ("power-lost", .flag(.power)), ("mains-lost", .flag(.power)),
        ("mains-failure", .flag(.power)), ("mains-fault", .flag(.power)), ("ac-lost", .flag(.power)),
        ("ac-loss", .flag(.power)), ("power-failure", .flag(.power)), ("mains-ok", .inverted(.power)),
        ("mains-present", .inverted(.power)), ("mains-power", .inverted(.power)), ("ac-ok", .inverted(.power)),
        ("battery-ok", .inverted(.batteryLow)), ("contact", .flag(.contact)), ("door-closed", .flag(.contact)),
        ("vibration", .flag(.vibration)), ("tilt", .flag(.tilt)),
    ])
    /// Words that make a name one of the past, of a check that still runs, or of a play.
    private static let notLive = table([
        "memory", "history", "historical", "was", "previous", "simulated", "simulation", "delay", "verification",
        "verifying",
    ])
    /// Words that turn a name into its opposite, or into something about it.
    private static let opposites = table([
        "ok", "normal", "healthy", "good", "clear", "cleared", "no", "not", "enabled", "enable", "disabled", "muted",
        "mute", "silenced", "silence", "bypassed", "bypass", "isolated", "count", "reset", "acknowledged", "ack",
    ])
    private static let vague = table([
        "state", "status", "value", "alarm", "alert", "active", "detected", "triggered", "raised", "level", "low",
        "sensor", "detector", "on",
    ])
    private static let inputs = table([
        "input", "in", "di", "zone", "loop", "line", "contact", "detector", "sensor", "trip", "tripped", "triggered",
    ])
    private static let density = table(["density", "obscuration", "concentration"])
    private static let smoky = table(["smoke", "obscuration"])
    private static let signal = table(["signal", "rssi", "lqi", "linkquality"])

    private static func table(_ words: [String]) -> KeyTable<Void> { KeyTable(words.map { ($0, ()) }) }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
