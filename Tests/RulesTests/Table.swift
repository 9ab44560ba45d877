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
        }, adjacency: [["a", "b"], ["b", "c"]])

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
    var steps: [RuleTable.Step] { table.steps }

    init(_ text: String) throws {
        let tables = try TableReader.read(
            ConfigFile(name: "table", text: text), roster: .imagined(in: TableEstate.estate),
            rules: try TableEstate.sampleRules(), unnamed: "table")
        table = try #require(tables.first)
    }

    /// Before the first line.
    func engine() throws -> RuleEngine {
        TablePlayer(table, estate: TableEstate.estate, rules: try TableEstate.sampleRules()).engine
    }

    /// - Parameter devices: those of the engine, where they are another table's.
    func play(_ step: RuleTable.Step, as devices: [Device]? = nil, on engine: inout RuleEngine) {
        table.play(step, on: &engine, as: devices)
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
