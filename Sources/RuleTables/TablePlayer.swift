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

    public init(_ table: RuleTable, estate: Estate, rules: RuleSet) {
        self.table = table
        engine = RuleEngine(estate: estate, devices: table.devices, rules: rules, now: table.start - Self.lead)
        let heard = table.blocksWithBells
        engine.leaveOutBells { !heard.contains($0) }
    }

    /// Does what one line says.
    ///
    /// - Returns: what came of it, and whether the hub could do what a person asked for.
    public mutating func play(_ step: RuleTable.Step) -> (consequences: Consequences, refused: Bool) {
        let refused = !table.play(step, on: &engine)
        return (engine.takeConsequences(), refused)
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
