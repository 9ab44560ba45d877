import Registry

/// The trade's own ways to delay or confirm an alarm, by their names; each expands into rules that `smokehub check` and
/// the log show one by one, named `NAME-first`, `NAME`, and so on.
///
/// The clauses are those that FIELD's pages cite; no standard's own text was read, and no conformity is claimed.
enum AlarmMode: String, CaseIterable {
    /// An alarm counts once it has lasted for `verify`, or another detector joins it (NFPA 72, 23.8.5.4.1; 60 s).
    case alarmVerification = "alarm-verification"
    /// Two detectors of one flat, floor or block.
    case crossZoning = "cross-zoning"
    /// The first signal waits for a second of the same flat, or until it has lasted (EN 54-2, 7.12.1; 60 s, 30 min).
    case dependencyA = "dependency-a"
    /// The first signal is shown to `tell-first`; another detector within `within` makes it an alarm (EN 54-2, 7.12.2;
    /// 5 to 30 min).
    case dependencyB = "dependency-b"
    /// The stage begins with the first signal, and whoever else is to be told waits for the second (EN 54-2, 7.12.3).
    case dependencyC = "dependency-c"
    /// Somebody has `acknowledge` to answer and then `investigate` to look; a second detector ends both at once
    /// (NFPA 72, 23.8.1.3; 15 s and 180 s).
    case positiveAlarmSequence = "positive-alarm-sequence"
    /// The first signal is told where somebody always watches; a person decides about the rest (NFPA 72, 23.8.1.2).
    case presignal

    /// The keys of its own.
    fileprivate var ownKeys: [String] {
        switch self {
        case .alarmVerification: ["verify", "at"]
        case .crossZoning: ["at", "within"]
        case .dependencyA: ["verify", "within"]
        case .dependencyB: ["within", "tell-first"]
        case .dependencyC: ["tell-first"]
        case .positiveAlarmSequence: ["acknowledge", "investigate", "tell-first"]
        case .presignal: ["tell-first"]
        }
    }
}

extension RuleReader {
    /// The rules that an entry with `mode:` stands for.
    mutating func mode(_ mapping: YAMLMapping, _ node: YAMLNode) throws(ConfigError) -> [Rule] {
        let mode: AlarmMode = try mapping.required("mode").choice()
        mapping.checkKeys(
            ["mode", "name", "hazard", "signal", "stage", "tell", "repeat"] + mode.ownKeys,
            required: ["name", "hazard", "signal", "stage", "tell"], &mistakes)
        let form = try ModeForm(
            mapping, node, tell: try audiences(try mapping.required("tell")),
            tellFirst: try mapping["tell-first"].map { (node) throws(ConfigError) in try audiences(node) },
            reminder: try reminder(mapping["repeat"]))
        return try form.rules(mode)
    }
}

/// What every mode's entry says, and the rules made of it.
private struct ModeForm {
    let mapping: YAMLMapping
    let node: YAMLNode
    let name: String
    let hazard: Hazard
    let kinds: Signal.Kinds
    let stage: Stage
    let tell: [Audience]
    let tellFirst: [Audience]
    let reminder: Rule.Reminder?

    init(
        _ mapping: YAMLMapping, _ node: YAMLNode, tell: [Audience], tellFirst: [Audience]?, reminder: Rule.Reminder?
    ) throws(ConfigError) {
        self.mapping = mapping
        self.node = node
        name = try mapping.required("name").text()
        hazard = try mapping.required("hazard").choice()
        kinds = try RuleReader.kinds(try mapping.required("signal"))
        stage = try mapping.required("stage").choice()
        guard [.investigate, .confirmed, .spreading].contains(stage) else {
            throw try mapping.required("stage").mistake(
                "a mode leads up the ladder", mend: "write one of investigate, confirmed, spreading")
        }
        self.tell = tell
        self.tellFirst = tellFirst ?? [.guards]
        self.reminder = reminder
    }

    func rules(_ mode: AlarmMode) throws(ConfigError) -> [Rule] {
        switch mode {
        case .alarmVerification:
            let verify = try duration("verify", .seconds(60), in: .seconds(10)...(.seconds(120)))
            let second = two(at: try scope(.flat), .within(verify))
            return [rule("", [.held(Selection(kinds: kinds), verify), second], to: Incident.Rung(stage))]
        case .crossZoning:
            let window = try mapping["within"]?.duration(in: .seconds(1)...(.seconds(86_400)))
            let second = two(at: try scope(.flat), window.map { .within($0) } ?? .ever)
            return [rule("", [second], to: Incident.Rung(stage))]
        case .dependencyA:
            let verify = try duration("verify", .seconds(60), in: .seconds(10)...(.seconds(120)))
            let within = try duration("within", .seconds(1800), in: .seconds(60)...(.seconds(1800)))
            let second = two(at: .flat, .within(within))
            return [rule("", [.held(Selection(kinds: kinds), verify), second], to: Incident.Rung(stage))]
        case .dependencyB:
            let within = try duration("within", .seconds(1800), in: .seconds(300)...(.seconds(1800)))
            return try first(Incident.Rung(.investigate)) + [
                rule("", [two(at: .block, .within(within))], to: Incident.Rung(stage, step: 2))
            ]
        case .dependencyC:
            return try first(Incident.Rung(stage)) + [
                rule("", [two(at: .block, .ever)], to: Incident.Rung(stage, step: 2))
            ]
        case .positiveAlarmSequence:
            return try positiveAlarmSequence()
        case .presignal:
            return try first(Incident.Rung(.investigate)) + [
                rule("", from: [.investigate], [.confirmedByPerson], to: Incident.Rung(stage, step: 2))
            ]
        }
    }

    private func positiveAlarmSequence() throws(ConfigError) -> [Rule] {
        let acknowledge = try duration("acknowledge", .seconds(15), in: .seconds(10)...(.seconds(60)))
        let investigate = try duration("investigate", .seconds(180), in: .seconds(30)...(.seconds(180)))
        let rung = Incident.Rung(stage, step: 2)
        return try first(Incident.Rung(.investigate)) + [
            rule("-unacknowledged", from: [.investigate], [.unanswered(acknowledge)], to: rung),
            rule("-time-is-up", from: [.investigate], [.investigated(investigate)], to: rung),
            rule("-second-detector", [two(at: .block, .ever)], to: rung),
        ]
    }

    private func first(_ rung: Incident.Rung) throws(ConfigError) -> [Rule] {
        [rule("-first", [.signal(kinds, areas: [])], to: rung, tell: tellFirst, reminder: nil)]
    }

    private func two(at scope: Pattern.Count.Scope, _ time: Pattern.Count.Time) -> Pattern {
        .count(Pattern.Count(minimum: 2, of: .devices, kinds: kinds, scope: scope, time: time, near: false))
    }

    private func rule(_ suffix: String, from: [Stage] = [], _ when: [Pattern], to rung: Incident.Rung) -> Rule {
        rule(suffix, from: from, when, to: rung, tell: tell, reminder: reminder)
    }

    private func rule(
        _ suffix: String, from: [Stage] = [], _ when: [Pattern], to rung: Incident.Rung, tell: [Audience],
        reminder: Rule.Reminder?
    ) -> Rule {
        Rule(
            name: name + suffix, hazard: hazard, from: from, when: when, outcome: .rung(rung), tell: tell,
            reminder: reminder, atMostEvery: .zero, line: node.line, column: node.column)
    }

    private func duration(
        _ key: String, _ usual: Duration, in range: ClosedRange<Duration>
    ) throws(ConfigError) -> Duration {
        try mapping[key]?.duration(in: range) ?? usual
    }

    private func scope(_ usual: Pattern.Count.Scope) throws(ConfigError) -> Pattern.Count.Scope {
        try mapping["at"]?.choice() ?? usual
    }
}
