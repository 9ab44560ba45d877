public import Registry

// Reads `rules.yaml`. Config/rules.yaml explains every key.
extension RuleSet {
    /// - Throws: every mistake of the file, each with its line, column and mend.
    public static func load(_ path: String) throws(ConfigErrors) -> RuleSet {
        let file: ConfigFile
        do { file = try ConfigFile.read(path) } catch { throw ConfigErrors([error]) }
        return try RuleSet(file)
    }

    /// - Throws: every mistake of the text.
    public init(_ file: ConfigFile) throws(ConfigErrors) {
        var mistakes = Mistakes()
        var reader = RuleReader()
        self =
            mistakes.reading { () throws(ConfigError) in try reader.read(YAMLDocument(file).root) }
            ?? RuleSet(rules: [])
        mistakes.note(contentsOf: reader.mistakes.errors)
        try mistakes.throwIfAny()
    }
}

/// Turns the YAML into rules, and goes on after a mistake so that one run shows them all.
struct RuleReader {
    var mistakes = Mistakes()

    mutating func read(_ root: YAMLNode) throws(ConfigError) -> RuleSet {
        let top = try root.mapping()
        top.checkKeys(["settings", "readings", "rules"], required: ["rules"], &mistakes)
        var set = RuleSet(rules: [])
        if let node = top["settings"] { set.settings = settings(node) }
        if let node = top["readings"] { set.readings = readings(node) }
        for node in try top.required("rules").list() {
            set.rules += rules(node)
        }
        checkNames(set.rules, root)
        return set
    }

    private mutating func settings(_ node: YAMLNode) -> RuleSet.Settings {
        var settings = RuleSet.Settings()
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return settings }
        mapping.checkKeys(
            ["rearm", "clear-timeout", "suspect-after", "utc-offset", "disable-alone-max", "silence-max"], &mistakes)
        if let node = mapping["utc-offset"], let offset = utcOffset(node) { settings.utcOffset = offset }
        duration(mapping, "rearm", in: .seconds(1)...(.seconds(3600))).map { settings.rearm = $0 }
        duration(mapping, "clear-timeout", in: .seconds(60)...(.seconds(86_400))).map { settings.clearTimeout = $0 }
        duration(mapping, "suspect-after", in: .seconds(60)...(.seconds(7 * 86_400))).map { settings.suspectAfter = $0 }
        duration(mapping, "disable-alone-max", in: .seconds(60)...(.seconds(86_400))).map {
            settings.disableAloneMax = $0
        }
        duration(mapping, "silence-max", in: .seconds(60)...(.seconds(86_400))).map { settings.silenceMax = $0 }
        return settings
    }

    private mutating func duration(
        _ mapping: YAMLMapping, _ key: String, in range: ClosedRange<Duration>
    ) -> Duration? {
        mapping[key].flatMap { node in
            mistakes.reading { () throws(ConfigError) in try node.duration(in: range) }
        }
    }

    private mutating func rules(_ node: YAMLNode) -> [Rule] {
        do throws(ConfigError) {
            let mapping = try node.mapping()
            if mapping["mode"] != nil { return try mode(mapping, node) }
            mapping.checkKeys(
                ["name", "hazard", "from", "when", "stage", "step", "tell", "repeat", "at-most-every"],
                required: ["name", "hazard", "when", "stage"], &mistakes)
            let hazard: Hazard = try mapping.required("hazard").choice()
            let outcome = try outcome(mapping)
            var tell = try audiences(mapping["tell"])
            // Whoever was told of a danger is told that it is over, or they and their sirens would never know.
            if case .rung(let rung) = outcome, rung.stage == .closed, !tell.contains(.told) { tell.append(.told) }
            return [
                Rule(
                    name: try mapping.required("name").text(), hazard: hazard, from: try stages(mapping["from"]),
                    when: try patterns(try mapping.required("when")), outcome: outcome, tell: tell,
                    reminder: try reminder(mapping["repeat"]),
                    atMostEvery: try mapping["at-most-every"]?.duration() ?? .zero, line: node.line, column: node.column
                )
            ]
        } catch {
            if !mistakes.errors.contains(error) { mistakes.note(error) }
            return []
        }
    }

    private func stages(_ node: YAMLNode?) throws(ConfigError) -> [Stage] {
        guard let node else { return [] }
        if case .scalar = node.content { return [try node.choice()] }
        var stages: [Stage] = []
        for stage in try node.list() { stages.append(try stage.choice()) }
        return stages
    }

    private func outcome(_ mapping: YAMLMapping) throws(ConfigError) -> Rule.Outcome {
        let node = try mapping.required("stage")
        switch try node.text() {
        case "same": return .same
        case "before": return .before
        default: break
        }
        guard let stage = Stage(rawValue: try node.text()) else {
            throw node.mistake(
                "unknown stage '\(try node.text())'",
                mend: "write one of \(Stage.allCases.map(\.rawValue).joined(separator: ", ")), same, before")
        }
        return .rung(Incident.Rung(stage, step: try mapping["step"]?.integer(in: 0...9) ?? 1))
    }

    func audiences(_ node: YAMLNode?) throws(ConfigError) -> [Audience] {
        var audiences: [Audience] = []
        for entry in try node?.list() ?? [] { audiences.append(try entry.choice()) }
        return audiences
    }

    mutating func reminder(_ node: YAMLNode?) throws(ConfigError) -> Rule.Reminder? {
        guard let node else { return nil }
        let mapping = try node.mapping()
        mapping.checkKeys(["every", "slowing-to", "tell"], required: ["every", "tell"], &mistakes)
        let every = try mapping.required("every").duration(in: .seconds(10)...(.seconds(3600)))
        return Rule.Reminder(
            every: every, slowingTo: try mapping["slowing-to"]?.duration(in: every...(.seconds(86_400))) ?? every,
            tell: try audiences(try mapping.required("tell")))
    }

    private mutating func patterns(_ node: YAMLNode) throws(ConfigError) -> [Pattern] {
        let patterns = try partsOrOne(node)
        if let condition = patterns.first(where: \.isCondition) {
            throw node.mistake(
                "a condition alone is no event (\(condition.formName))",
                mend: "write it beside one: {all: [{signal: [smoke]}, …]}")
        }
        guard !patterns.isEmpty else {
            throw node.mistake("the list is empty", mend: "write at least one pattern, such as {signal: [smoke]}")
        }
        return patterns
    }

    mutating func pattern(_ node: YAMLNode) throws(ConfigError) -> Pattern {
        let mapping = try node.mapping()
        if let composite = try composite(mapping) { return composite }
        for (key, others, read) in Self.forms where mapping[key] != nil {
            mapping.checkKeys([key] + others, &mistakes)
            return try read(mapping)
        }
        let names = ["all", "any", "not"] + Self.forms.map(\.0)
        throw node.mistake("no pattern is named here", mend: "write one of \(names.joined(separator: ", "))")
    }

    /// Each form by the key that names it, the keys that may stand beside it, and how it is read. `count`, `beside`
    /// and `new` come before `signal`, which stands beside them.
    typealias Reader = @Sendable (YAMLMapping) throws(ConfigError) -> Pattern

    private static let forms: [(String, [String], Reader)] = courses + ownForms

    private static let ownForms: [(String, [String], Reader)] = [
        (
            "count", ["of", "signal", "at", "within", "holding", "near", "stage"],
            { (mapping) throws(ConfigError) in try count(mapping) }
        ),
        (
            "beside", ["signal"],
            { (mapping) throws(ConfigError) in
                .beside(try kinds(try mapping.required("signal")), try kinds(try mapping.required("beside")))
            }
        ),
        (
            "new", ["signal"],
            { (mapping) throws(ConfigError) in
                guard try mapping.required("new").text() == "flat" else {
                    throw try mapping.required("new").mistake(
                        "only a flat can be new", mend: "write 'new: flat', which stands for areas too")
                }
                return .newFlat(try kinds(try mapping.required("signal")))
            }
        ),
        (
            "signal", ["area", "room", "model", "holding"],
            { (mapping) throws(ConfigError) in try signal(mapping) }
        ),
        (
            "unanswered", [],
            { (mapping) throws(ConfigError) in
                .unanswered(try mapping.required("unanswered").duration(in: .seconds(10)...(.seconds(600))))
            }
        ),
        (
            "cleared", [],
            { (mapping) throws(ConfigError) in
                .cleared(try mapping.required("cleared").duration(in: .seconds(1)...(.seconds(86_400))))
            }
        ),
        (
            "lasting", [],
            { (mapping) throws(ConfigError) in
                .lasting(try mapping.required("lasting").duration(in: .seconds(1)...(.seconds(86_400))))
            }
        ),
        (
            "answer", [],
            { (mapping) throws(ConfigError) in
                guard try mapping.required("answer").text() == "confirmed" else {
                    throw try mapping.required("answer").mistake(
                        "unknown answer '\(try mapping.required("answer").text())'", mend: "write 'answer: confirmed'")
                }
                return .confirmedByPerson
            }
        ),
        (
            "stuck", [],
            { (mapping) throws(ConfigError) in
                guard try mapping.required("stuck").flag() else {
                    throw try mapping.required("stuck").mistake("false means nothing here", mend: "write 'stuck: true'")
                }
                return .stuck
            }
        ),
    ]

    static func kinds(_ node: YAMLNode) throws(ConfigError) -> Signal.Kinds {
        var kinds: [Signal.Kind] = []
        for entry in try node.list() { kinds.append(try entry.choice()) }
        guard !kinds.isEmpty else {
            throw node.mistake(
                "no kind of signal is named",
                mend: "write some of \(Signal.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return Signal.Kinds(kinds)
    }

    private static func count(_ mapping: YAMLMapping) throws(ConfigError) -> Pattern {
        let minimum = try mapping.required("count").integer(in: 2...1000)
        let of = try mapping.required("of")
        if try of.text() == "blocks" {
            return .blocks(minimum, at: try mapping["stage"]?.choice() ?? .confirmed)
        }
        guard let unit = Pattern.Count.Unit(rawValue: try of.text()) else {
            throw of.mistake(
                "unknown '\(try of.text())'", mend: "write one of devices, flats, dwellings, areas, floors, blocks")
        }
        let within = try mapping["within"]?.duration(in: .seconds(1)...(.seconds(86_400)))
        let holding = try mapping["holding"]?.duration(in: .seconds(1)...(.seconds(3600)))
        return .count(
            Pattern.Count(
                minimum: minimum, of: unit, kinds: try kinds(try mapping.required("signal")),
                scope: try mapping["at"]?.choice() ?? .block,
                time: holding.map { .holding($0, within: within) } ?? within.map { .within($0) } ?? .ever,
                near: try mapping["near"]?.flag() ?? false))
    }

    private mutating func checkNames(_ rules: [Rule], _ root: YAMLNode) {
        for (index, rule) in rules.enumerated() {
            if let first = rules[..<index].first(where: { $0.name == rule.name && $0.hazard == rule.hazard }) {
                mistakes.note(
                    ConfigError(
                        file: root.file, line: rule.line, column: rule.column,
                        problem: "rule '\(rule.name)' stands in line \(first.line) already",
                        mend: "give each rule of a hazard a name of its own"))
            }
        }
    }
}
