import Devices
import Foundation
import Registry
import RuleTables
import Rules
import Testing

/// The sample estate's block shapes, with one detector wherever a table names one.
struct TableEstate {
    static let estate = Estate(
        id: "demo", name: LocalizedText([(.english, "Harbour View Garden"), (.traditionalChinese, "海景花園")]),
        blocks: ["a", "b", "c"].map { id in
            Block(
                id: id,
                name: LocalizedText([
                    (.english, "Block \(id.uppercased())"), (.traditionalChinese, "\(id.uppercased())座"),
                ]),
                floors: (1...31).map(String.init), flats: ["A", "B", "C", "D", "E", "F", "G", "H"],
                areas: ["lobby", "corridor", "stair-1", "stair-2"])
        })

    static func sampleRules() throws -> RuleSet {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try RuleSet.load(root.appendingPathComponent("Config/rules.yaml").path)
    }
}

/// A table as `smokehub rules test` reads and plays it, on the sample's rules, without a name and with a detector wherever
/// it names one.
struct Table {
    let table: RuleTable

    static let start = RuleTable.usualStart

    var devices: [Device] { table.devices }

    init(_ text: String) throws {
        let tables = try TableReader.read(
            ConfigFile(name: "table", text: text), roster: .imagined(in: TableEstate.estate),
            rules: try TableEstate.sampleRules(), unnamed: "table")
        table = try #require(tables.first)
    }

    /// After the last line.
    func played() throws -> (engine: RuleEngine, consequences: Consequences) {
        var player = TablePlayer(table, estate: TableEstate.estate, rules: try TableEstate.sampleRules())
        var whole = Consequences()
        for step in table.steps { whole.merge(player.play(step).consequences) }
        return (player.engine, whole)
    }

    /// Plays the steps and returns everything that came of them.
    @discardableResult
    func check(sourceLocation: SourceLocation = #_sourceLocation) throws -> Consequences {
        let verdict = TablePlayer.verdict(
            on: table, estate: TableEstate.estate, rules: try TableEstate.sampleRules())
        #expect(verdict.holds, "\(verdict.sentences.joined(separator: "\n"))", sourceLocation: sourceLocation)
        return verdict.consequences
    }
}
