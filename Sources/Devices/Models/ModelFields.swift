import Registry

/// Reads what the fields of a model mean.
///
/// | written | meaning |
/// | --- | --- |
/// | `smoke`, `tamper` … | raised while the field is true |
/// | `not tamper` | raised while it is false |
/// | `temperature`, `battery` … | a number in the kind's own unit |
/// | `{number: temperature, unit: °F}`, `{number: smoke_density, unit: "%"}` | a number in another |
/// | `{above: 18, kind: button}` | a number that raises a flag while it is greater |
/// | `{above: 18, kind: button, fault-below: 3.6}` | the same, and a fault while it is smaller than that |
/// | `fault` | a flag, or a number of which 0 means none |
/// | `battery_voltage` | a battery's volts; a number above 100 is in millivolts |
/// | `volts` | the same, or a text such as `2.4(low battery)`: low, if it says so, and else not |
/// | `{values: {alarm: smoke, normal: [not smoke, not test]}}` | what each value says |
/// | `{fields: {…}}` | an object with fields of its own; `status.smokeAlarm` is short for one of them |
/// | `nothing`, `unmapped` | neither a hazard nor a measurement; only a person can tell |
enum ModelFields {
    static func read(_ node: YAMLNode, _ mistakes: inout Mistakes) -> [(String, Field)] {
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return [] }
        var fields: [(String, Field)] = []
        for entry in mapping.entries {
            if let field = field(entry.value, &mistakes) { fields.append((entry.key, field)) }
        }
        return fields + inner(fields)
    }

    /// The objects that names with a dot speak of: codecs nest, and the hub writes `status.smokeAlarm` for it.
    private static func inner(_ fields: [(String, Field)]) -> [(String, Field)] {
        var heads: [(name: String, members: [(String, Field)])] = []
        for (name, field) in fields {
            guard let dot = name.firstIndex(of: "."), dot > name.startIndex else { continue }
            let head = String(name[..<dot])
            let member = (String(name[name.index(after: dot)...]), field)
            if let index = heads.firstIndex(where: { $0.name == head }) {
                heads[index].members.append(member)
            } else {
                heads.append((head, [member]))
            }
        }
        return heads.map { ($0.name, .object($0.members + inner($0.members))) }
    }

    private static func field(_ node: YAMLNode, _ mistakes: inout Mistakes) -> Field? {
        guard case .mapping = node.content else {
            return mistakes.reading { () throws(ConfigError) in try word(node) }
        }
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return nil }
        if let values = mapping["values"] {
            mapping.checkKeys(["values"], &mistakes)
            return choice(values, &mistakes)
        }
        if let members = mapping["fields"] {
            mapping.checkKeys(["fields"], &mistakes)
            return .object(read(members, &mistakes))
        }
        if mapping["above"] != nil || mapping["kind"] != nil { return threshold(node, mapping, &mistakes) }
        mapping.checkKeys(["number", "unit", "values", "fields", "above"], required: ["number"], &mistakes)
        return mistakes.reading { () throws(ConfigError) in
            let kind = try mapping["number"].map { (node) throws(ConfigError) in try number(node) }
            guard let kind else { return Field.nothing }
            let unit = try mapping["unit"]?.text()
            if kind == .temperature {
                switch unit {
                case nil, "°C": return .number(kind)
                case "°F": return .fahrenheit
                case let other?:
                    throw node.mistake("'\(other)' is no unit of a temperature", mend: "write °C or °F")
                }
            }
            if kind == .batteryVoltage {
                guard [nil, "V", "mV"].contains(unit) else {
                    throw node.mistake("'\(unit ?? "")' is no unit of a battery's voltage", mend: "write V or mV")
                }
                return .batteryVoltage
            }
            return .number(kind, unit: unit)
        }
    }

    private static func threshold(_ node: YAMLNode, _ mapping: YAMLMapping, _ mistakes: inout Mistakes) -> Field? {
        mapping.checkKeys(["above", "kind", "fault-below"], required: ["above", "kind"], &mistakes)
        return mistakes.reading { () throws(ConfigError) in
            guard let limit = mapping["above"], let what = mapping["kind"] else { return Field.nothing }
            let kind = try what.choice(Reading.Kind.self)
            guard kind.shape == .flag, kind != .fault else {
                throw what.mistake("'\(kind.rawValue)' is none that a limit can raise", mend: Spelling.oneOf(raised))
            }
            let above = try limit.decimal(in: limits)
            let faultBelow = try mapping["fault-below"].map { (node) throws(ConfigError) in try node.decimal(in: limits)
            }
            if let faultBelow, faultBelow > above {
                throw node.mistake(
                    "fault-below is greater than above", mend: "write a smaller number, or no fault-below")
            }
            return .threshold(kind, above: above, faultBelow: faultBelow)
        }
    }

    /// What sensors and their converters count in: milliamperes, millivolts, steps.
    private static let limits = -1_000_000.0...1_000_000
    private static let raised = flags.filter { $0 != Reading.Kind.fault.rawValue }

    private static func word(_ node: YAMLNode) throws(ConfigError) -> Field {
        let text = try node.text()
        switch text {
        case "nothing": return .nothing
        case "unmapped": return .unmapped
        case "fault": return .fault
        case "volts": return .lowBatteryVolts
        default: break
        }
        let isInverted = text.hasPrefix("not ")
        guard let kind = Reading.Kind(rawValue: isInverted ? String(text.dropFirst(4)) : text) else {
            throw node.mistake("unknown '\(text)'", mend: Spelling.mend(text, known: words))
        }
        switch kind.shape {
        case .flag: return isInverted ? .inverted(kind) : .flag(kind)
        case .number where !isInverted: return kind == .batteryVoltage ? .batteryVoltage : .number(kind)
        case .number: throw node.mistake("'\(kind.rawValue)' is a number", mend: "write it without 'not'")
        case .text:
            throw node.mistake(
                "'\(text)' is no flag", mend: "write what its values say, as in {values: {up: online, down: offline}}")
        }
    }

    private static func number(_ node: YAMLNode) throws(ConfigError) -> Reading.Kind {
        let kind = try node.choice(Reading.Kind.self)
        guard kind.shape == .number else {
            let numbers = Reading.Kind.allCases.filter { $0.shape == .number }.map(\.rawValue)
            throw node.mistake("'\(kind.rawValue)' is no number", mend: Spelling.oneOf(numbers))
        }
        return kind
    }

    private static func choice(_ node: YAMLNode, _ mistakes: inout Mistakes) -> Field? {
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return nil }
        var values: [(String, [Reading])] = []
        for entry in mapping.entries {
            let said = mistakes.reading { () throws(ConfigError) in
                guard case .list(let nodes) = entry.value.content else {
                    return try reading(entry.value, saying: entry.key).map { [$0] } ?? []
                }
                var readings: [Reading] = []
                for node in nodes { if let one = try reading(node, saying: entry.key) { readings.append(one) } }
                return readings
            }
            if let said { values.append((entry.key, said)) }
        }
        return .choice(values)
    }

    /// - Parameter value: the words of a fault.
    private static func reading(_ node: YAMLNode, saying value: String) throws(ConfigError) -> Reading? {
        let text = try node.text()
        switch text {
        case "nothing": return nil
        case "online": return .availability(online: true)
        case "offline": return .availability(online: false)
        default: break
        }
        let isOff = text.hasPrefix("not ")
        guard let kind = Reading.Kind(rawValue: isOff ? String(text.dropFirst(4)) : text), kind.shape == .flag else {
            throw node.mistake(
                "unknown '\(text)'", mend: Spelling.mend(text, known: flags + ["nothing", "online", "offline"]))
        }
        return .flag(kind, !isOff, detail: kind == .fault && !isOff ? value : nil)
    }

    private static let flags = Reading.Kind.allCases.filter { $0.shape == .flag }.map(\.rawValue)
    private static let words =
        Reading.Kind.allCases.filter { $0.shape != .text }.map(\.rawValue) + ["nothing", "unmapped", "volts"]
}

extension Reading.Kind {
    enum Shape { case flag, number, text }

    /// What its value is.
    var shape: Shape {
        switch self {
        case .smoke, .heat, .co, .gas, .flame, .button, .waterLeak, .tamper, .fault, .test, .batteryLow, .power,
            .contact, .motion, .vibration, .tilt:
            .flag
        case .battery, .batteryVoltage, .temperature, .humidity, .smokeDensity, .coPPM, .signal: .number
        case .availability: .text
        }
    }
}
