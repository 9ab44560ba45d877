import Devices
import Registry
import Rules

/// Reads the lines of one table.
struct StepReader {
    var start: Instant
    var roster: Roster
    let rules: RuleSet
    private var drills: [String] = []

    init(start: Instant, roster: Roster, rules: RuleSet) {
        self.start = start
        self.roster = roster
        self.rules = rules
    }

    mutating func step(_ line: TableLine) throws(ConfigError) -> RuleTable.Step {
        guard let first = line.words.first else {
            throw line.mistake(at: 1, "the time is missing", mend: TableTime.mend)
        }
        guard let time = TableTime.duration(first.text) else {
            throw line.mistake(first, "'\(first.text)' is no time", mend: TableTime.mend)
        }
        guard line.words.count > 1 else {
            throw line.mistake(at: line.end, "nothing happens here", mend: "write 'wait' where only time passes")
        }
        let action = try action(line)
        guard let words = line.expected else {
            throw line.mistake(
                at: line.end, "the '|' is missing",
                mend: "write ' | ' and behind it every decision as rule:stage, or nothing")
        }
        var expected: [String] = []
        for word in words { expected.append(try decision(word, line)) }
        return RuleTable.Step(
            line: line.number, at: start + time, written: line.written, action: action, expected: expected)
    }

    private mutating func action(_ line: TableLine) throws(ConfigError) -> RuleTable.Action {
        let verb = line.words[1]
        var arguments = try TableArguments(line, after: 2)
        let action: RuleTable.Action
        switch verb.text {
        case "wait": action = .wait
        case "deaf": action = .deaf
        case "hears": action = .hears(since: try moment(arguments.take("since"), line) ?? start + elapsed(line))
        case "ack": action = .command(try command(.acknowledge, &arguments, line))
        case "confirm": action = .command(try command(.confirm, &arguments, line))
        case "reset": action = .command(try command(.reset, &arguments, line))
        case "silence": action = .command(try command(.silence, &arguments, line))
        case "-silence": action = .command(try command(.resound, &arguments, line))
        case "disable": action = .command(try scoped(.disable, &arguments, line))
        case "-disable": action = .command(try scoped(.enable, &arguments, line))
        case "test-mode": action = .command(try scoped(.test, &arguments, line))
        case "-test-mode": action = .command(try scoped(.endTest, &arguments, line))
        case "drill": action = try beginning(line, &arguments)
        case "-drill": action = .endDrill(try drill(arguments.takeFirst(), line))
        default: action = .report(try report(verb, line, &arguments))
        }
        try arguments.refuseRest()
        return action
    }

    private func elapsed(_ line: TableLine) -> Duration { TableTime.duration(line.words[0].text) ?? .zero }

    private func command(
        _ verb: OperatorCommand.Verb, _ arguments: inout TableArguments, _ line: TableLine
    ) throws(ConfigError) -> RuleTable.Command {
        var command = RuleTable.Command(
            verb: verb, incident: arguments.takeFirst()?.text, by: arguments.take("by")?.text ?? "guard-1")
        if verb == .reset { command.force = arguments.takeFlag("force") }
        if verb == .silence { command.until = try end(&arguments, line) }
        return command
    }

    /// `disable flat a/12/C until=30:00`
    private func scoped(
        _ verb: OperatorCommand.Verb, _ arguments: inout TableArguments, _ line: TableLine
    ) throws(ConfigError) -> RuleTable.Command {
        guard let kind = arguments.takeFirst(), let name = arguments.takeFirst(),
            let scope = Disablement.Scope(kind.text, name.text)
        else {
            throw line.mistake(
                at: line.end, "what is meant is missing",
                mend: "write device, flat, floor, block, rule or building-alarm and its name, such as 'flat a/12/C'")
        }
        var command = RuleTable.Command(
            verb: verb, incident: nil, by: arguments.take("by")?.text ?? "guard-1", scope: scope)
        command.second = arguments.take("second")?.text
        if verb == .disable || verb == .test { command.until = try end(&arguments, line) }
        return command
    }

    private func end(_ arguments: inout TableArguments, _ line: TableLine) throws(ConfigError) -> Instant {
        guard let end = try moment(arguments.take("until"), line) else {
            throw line.mistake(at: line.end, "its end is missing", mend: "write one, such as 'until=30:00'")
        }
        return end
    }

    private mutating func beginning(
        _ line: TableLine, _ arguments: inout TableArguments
    ) throws(ConfigError) -> RuleTable.Action {
        guard let name = arguments.takeFirst() else {
            throw line.mistake(at: line.end, "the drill has no name", mend: "write one, such as 'drill d'")
        }
        var speed = 1
        if let word = arguments.take("speed") {
            guard let number = Int(word.text), (1...1000).contains(number) else {
                throw line.mistake(word, "'\(word.text)' is no speed", mend: "write a whole number from 1 to 1000")
            }
            speed = number
        }
        drills.append(name.text)
        return .beginDrill(name.text, speed: Double(speed))
    }

    private func drill(_ word: TableWord?, _ line: TableLine) throws(ConfigError) -> String {
        guard let word else { throw line.mistake(at: line.end, "which drill?", mend: Spelling.oneOf(drills)) }
        guard drills.contains(word.text) else {
            throw line.mistake(
                word, "no drill '\(word.text)' has begun",
                mend: drills.isEmpty
                    ? "begin it in a line above: 'drill \(word.text)'" : Spelling.mend(word.text, known: drills))
        }
        return word.text
    }

    private mutating func report(
        _ verb: TableWord, _ line: TableLine, _ arguments: inout TableArguments
    ) throws(ConfigError) -> RuleTable.Report {
        let spoken = try SpokenReading(verb, line)
        guard let word = arguments.takeFirst() else {
            throw line.mistake(
                at: line.end, "who says so?",
                mend: "write a place such as a/12/C, or a device's id as in devices.csv")
        }
        var readings = [spoken.reading]
        if arguments.takeFlag("test") { readings.append(.flag(.test, true)) }
        var report = RuleTable.Report(
            device: try device(word, spoken.device, line), readings: readings,
            stamp: try moment(arguments.take("at"), line))
        if let word = arguments.take("seq") {
            guard let number = UInt64(word.text) else {
                throw line.mistake(word, "'\(word.text)' is no counter", mend: "write a whole number")
            }
            report.sequence = number
        }
        report.retained = arguments.takeFlag("retained")
        report.backlog = arguments.takeFlag("backlog")
        if let word = arguments.take("drill") { report.exercise = try drill(word, line) }
        return report
    }

    private func moment(_ word: TableWord?, _ line: TableLine) throws(ConfigError) -> Instant? {
        guard let word else { return nil }
        guard let time = TableTime.duration(word.text) else {
            throw line.mistake(word, "'\(word.text)' is no time", mend: TableTime.mend)
        }
        return start + time
    }

    private func decision(_ word: TableWord, _ line: TableLine) throws(ConfigError) -> String {
        if word.text == RuleTable.refused { return word.text }
        let parts = word.text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw line.mistake(
                word, "'\(word.text)' is no decision", mend: "write rule:stage, such as near-flats:confirmed")
        }
        let known = RuleSet.namesOfTheEngine + rules.rules.map(\.name)
        guard known.contains(parts[0]) else {
            throw line.mistake(
                word, "no rule '\(parts[0])' in rules.yaml", mend: Spelling.mend(parts[0], known: known))
        }
        guard Stage(rawValue: parts[1]) != nil else {
            throw line.mistake(
                at: word.column + parts[0].count + 1, "unknown stage '\(parts[1])'",
                mend: Spelling.mend(parts[1], known: Stage.allCases.map(\.rawValue)))
        }
        return word.text
    }
}

extension RuleSet {
    /// What decides without standing in rules.yaml: an operator, the end of a drill, a real alarm during one, the end
    /// of what concerned several blocks, and a building's own alarm that stays silent.
    public static let namesOfTheEngine = ["reset", "drill-end", "real-alarm", "closed", "contradiction"]
}
