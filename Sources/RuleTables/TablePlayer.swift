public import Registry
public import Rules
import Devices

/// Plays a table on an engine of its own, line by line.
///
///     let verdict = TablePlayer.verdict(on: table, estate: estate, rules: rules)
public struct TablePlayer {
    public let table: RuleTable
    public private(set) var engine: RuleEngine

    /// Long before the first line, so that what the lines place in the past has a past.
    private static let lead = Duration.seconds(7200)
    /// How long a drill may last: longer than any table needs, and it ends by itself.
    private static let drillLimit = Duration.seconds(3600)

    public init(_ table: RuleTable, estate: Estate, rules: RuleSet) {
        self.table = table
        engine = RuleEngine(estate: estate, devices: table.devices, rules: rules, now: table.start - Self.lead)
    }

    /// Does what one line says.
    ///
    /// - Returns: what came of it, and whether the hub could do what a person asked for.
    public mutating func play(_ step: RuleTable.Step) -> (consequences: Consequences, refused: Bool) {
        var refused = false
        switch step.action {
        case .wait: engine.advance(to: step.at)
        case .report(let report): engine.apply(observation(report, at: step.at))
        case .command(let command):
            refused = !isDone(command, at: step.at)
        case .beginDrill(let id, let speed):
            refused =
                !engine.begin(
                    Exercise(
                        id: id, scenario: table.name, speed: speed, origin: step.at,
                        until: step.at + Self.drillLimit), at: step.at)
        case .endDrill(let id): refused = !engine.end(exercise: id, at: step.at)
        case .deaf: engine.beginOutage()
        case .hears(let since): engine.beginBacklog(from: since, until: step.at)
        }
        return (engine.takeConsequences(), refused)
    }

    private mutating func isDone(_ command: RuleTable.Command, at moment: Instant) -> Bool {
        let incident = command.verb.isOfScope ? "" : command.incident ?? engine.openIncidents.first?.id
        guard let incident else { return false }
        let asked = OperatorCommand(
            command.verb, incident: incident, by: command.by, until: command.until, scope: command.scope,
            second: command.second, force: command.force ? true : nil)
        return engine.apply(asked, at: moment) == .done
    }

    private func observation(_ report: RuleTable.Report, at moment: Instant) -> Observation {
        Observation(
            device: table.devices[report.device], index: report.device, readings: report.readings,
            stamp: report.stamp, sequence: report.sequence, receivedAt: moment, retained: report.retained,
            backlog: report.backlog, exercise: report.exercise)
    }

    /// Plays a whole table.
    public static func verdict(on table: RuleTable, estate: Estate, rules: RuleSet) -> TableVerdict {
        var player = TablePlayer(table, estate: estate, rules: rules)
        var verdict = TableVerdict(table: table)
        for step in table.steps {
            let (consequences, refused) = player.play(step)
            let came =
                consequences.decisions.map { "\($0.rule):\($0.stage.rawValue)" } + (refused ? [RuleTable.refused] : [])
            if came != step.expected { verdict.failures.append(.init(step: step, came: came)) }
            verdict.consequences.merge(consequences)
        }
        return verdict
    }
}
