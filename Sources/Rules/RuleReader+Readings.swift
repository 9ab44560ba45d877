import Devices
import Registry

// Reads the section `readings:` of `rules.yaml`. Config/rules.yaml explains every key.
extension RuleReader {
    mutating func readings(_ node: YAMLNode) -> [ReadingRule] {
        var rules: [ReadingRule] = []
        for entry in mistakes.reading({ () throws(ConfigError) in try node.list() }) ?? [] {
            guard let rule = readingRule(entry) else { continue }
            if let first = rules.first(where: { $0.name == rule.name }) {
                mistakes.note(
                    entry.mistake(
                        "reading '\(rule.name)' stands in line \(first.line) already", mend: "give it a name of its own"
                    ))
            }
            rules.append(rule)
        }
        return rules
    }

    private mutating func readingRule(_ node: YAMLNode) -> ReadingRule? {
        do throws(ConfigError) {
            let mapping = try node.mapping()
            mapping.checkKeys(
                ["name", "reading", "signal", "above", "for", "clears-below", "curve", "rises", "within", "missing"],
                required: ["name", "reading"], &mistakes)
            let reading: Reading.Kind = try mapping.required("reading").choice()
            guard Self.measured.contains(reading) else {
                throw try mapping.required("reading").mistake(
                    "\(reading.rawValue) is no measurement",
                    mend: "write one of \(Self.measured.map(\.rawValue).joined(separator: ", "))")
            }
            return ReadingRule(
                name: try mapping.required("name").text(), reading: reading, pattern: try readingPattern(mapping, node),
                line: node.line, column: node.column)
        } catch {
            if !mistakes.errors.contains(error) { mistakes.note(error) }
            return nil
        }
    }

    /// The kinds whose value is a number.
    private static let measured: [Reading.Kind] = [
        .temperature, .coPPM, .smokeDensity, .humidity, .battery, .batteryVoltage, .signal,
    ]

    private static let forms = ["above", "curve", "rises", "missing"]

    private func readingPattern(_ mapping: YAMLMapping, _ node: YAMLNode) throws(ConfigError) -> ReadingRule.Pattern {
        let named = Self.forms.filter { mapping[$0] != nil }
        guard let form = named.first, named.count == 1 else {
            throw node.mistake(
                named.isEmpty ? "no pattern is named here" : "\(named.joined(separator: " and ")) exclude each other",
                mend: "write one of \(Self.forms.joined(separator: ", "))")
        }
        if form == "missing" {
            if let signal = mapping["signal"] {
                throw signal.mistake("what stays away is a trouble, no signal", mend: "leave 'signal' out")
            }
            let duration = try mapping.required("missing").duration(in: .seconds(10)...(.seconds(7 * 86_400)))
            return .missing(duration)
        }
        let signal: Signal.Kind = try mapping.required("signal").choice()
        switch form {
        case "rises": return .rises(try rise(mapping), signal: signal)
        default: return .above(try levels(mapping), signal: signal)
        }
    }

    private func rise(_ mapping: YAMLMapping) throws(ConfigError) -> ReadingRule.Rise {
        ReadingRule.Rise(
            by: try mapping.required("rises").decimal(in: 0.001...1_000_000),
            within: try mapping.required("within").duration(in: .seconds(4)...(.seconds(3600))))
    }

    private func levels(_ mapping: YAMLMapping) throws(ConfigError) -> ReadingRule.Levels {
        var levels: [ReadingRule.Levels.Level] = []
        for entry in try mapping["curve"]?.list() ?? [] {
            levels.append(try level(try entry.mapping()))
        }
        if mapping["curve"] == nil { levels.append(try level(mapping)) }
        guard let lowest = levels.map(\.value).min() else {
            throw try mapping.required("curve").mistake(
                "the curve is empty", mend: "write points such as {above: 50, for: 60m}")
        }
        let clears = try mapping["clears-below"]?.decimal(in: -1_000_000...1_000_000)
        if let clears, clears > lowest {
            throw try mapping.required("clears-below").mistake(
                "it would clear while it still alarms", mend: "write at most \(lowest)")
        }
        return ReadingRule.Levels(levels: levels, clearsBelow: clears ?? lowest)
    }

    private func level(_ mapping: YAMLMapping) throws(ConfigError) -> ReadingRule.Levels.Level {
        ReadingRule.Levels.Level(
            value: try mapping.required("above").decimal(in: -1_000_000...1_000_000),
            duration: try mapping["for"]?.duration(in: .zero...(.seconds(86_400))) ?? .zero)
    }
}
