import Registry
import RuleTables
import Rules
import Testing

@Suite struct `A table's reader` {
    static func read(_ text: String) throws -> [RuleTable] {
        try TableReader.read(
            ConfigFile(name: "t.table", text: text), roster: Roster(try Sample.registry()),
            rules: try TableEstate.sampleRules())
    }

    static let mistakes: [(lines: String, said: String)] = [
        ("", "t.table:0:0: no table stands here; begin one with 'table'"),
        ("00:00  wait  |", "t.table:1:1: this stands in no table; write 'table'"),
        ("table\n00:00 wait |", "t.table:1:6: the table has no name; say what it shows"),
        ("table a\n00:00 wait |\ntable a\n00:00 wait |", "t.table:3:7: a table of this name stands in line 1 already"),
        ("table a\ntable b\n00:00 wait |", "t.table:1:1: the table 'a' is empty"),
        ("table a | b", "t.table:1:11: nothing is decided here; remove the '|'"),
        ("table a\n1:30:  wait |", "t.table:2:1: '1:30:' is no time; write mm:ss"),
        ("table a\n00:61  wait |", "t.table:2:1: '00:61' is no time"),
        ("table a\n00:05  |", "t.table:2:9: nothing happens here; write 'wait'"),
        ("table a\n00:05  wait", "t.table:2:12: the '|' is missing; write ' | '"),
        ("table a\n00:05  wait |\n00:04  wait |", "t.table:3:1: the time goes back; write a moment"),
        ("table a\n00:05  smok a/12/C |", "t.table:2:8: unknown 'smok'; write 'smoke'"),
        ("table a\n00:05  smoke |", "t.table:2:15: who says so?; write a place such as a/12/C"),
        ("table a\n00:05  smoke x/12/C |", "t.table:2:14: no block 'x' in estate.yaml; write one of a, b, c"),
        ("table a\n00:05  smoke a/12/X |", "t.table:2:14: no flat 'X' in block a; write one of A, B"),
        ("table a\n00:05  smoke a//C |", "t.table:2:14: 'a//C' is no place; write block/floor/flat"),
        (
            "table a\n00:05  gas a/12/C |",
            "t.table:2:12: no gas device at a/12/C in devices.csv; name one that is there (a-12-C-smoke, a-12-C-heat, "
        ),
        (
            "table a\n00:05  smoke a/12/C#2 |",
            "t.table:2:14: only 1 smoke at a/12/C in devices.csv; write 'imagine smoke a/12/C#2'"
        ),
        ("table a\n00:05  smoke a-12-C-smok |", "t.table:2:14: no device 'a-12-C-smok' in devices.csv; write 'a-12-C-"),
        ("table a\n00:05  temperature=hot a-12-C-heat |", "t.table:2:8: 'temperature=hot' is no reading; write a num"),
        ("table a\n00:05  tamper a/12/C |", "t.table:2:15: which device there says so?; write its id"),
        ("table a\n00:05  smoke a/12/C retaind |", "t.table:2:21: 'smoke' takes no 'retaind'; write 'retained'"),
        ("table a\n00:05  wait a/12/C |", "t.table:2:13: 'wait' takes no 'a/12/C'; remove it"),
        ("table a\n00:05  smoke a/12/C seq=x |", "t.table:2:25: 'x' is no counter; write a whole number"),
        ("table a\n00:05  smoke a/12/C seq=1 seq=2 |", "t.table:2:27: 'seq' stands twice; keep one"),
        ("table a\n00:05  smoke a/12/C at=noon |", "t.table:2:24: 'noon' is no time; write mm:ss"),
        ("table a\n00:05  smoke a/12/C drill=d |", "t.table:2:27: no drill 'd' has begun; begin it in a line above"),
        ("table a\n00:05  drill |", "t.table:2:15: the drill has no name; write one"),
        ("table a\n00:05  drill d speed=0 |", "t.table:2:22: '0' is no speed; write a whole number from 1 to 1000"),
        (
            "table a\n00:05  wait | near-flat:confirmed",
            "t.table:2:15: no rule 'near-flat' in rules.yaml; write 'near-f"
        ),
        ("table a\n00:05  wait | near-flats:confirmd", "t.table:2:26: unknown stage 'confirmd'; write 'confirmed'"),
        ("table a\n00:05  wait | confirmed", "t.table:2:15: 'confirmed' is no decision; write rule:stage"),
        ("table a\n00:05  wait | | ", "t.table:2:15: '|' is no decision; write rule:stage"),
        ("table a\nstart noon\n00:05 wait |", "t.table:2:7: this is no moment; write one with its zone"),
        ("table a\n00:05 wait |\nstart 2026-11-22T12:00:00Z", "t.table:3:1: 'start' comes too late; write it above"),
        ("table a\nimagine smoke a/12/C", "t.table:2:15: a/12/C has 1 smoke already; write 'a/12/C#2'"),
        ("table a\nimagine smok a/12/C", "t.table:2:9: unknown kind 'smok'; write 'smoke'"),
        ("table a\nimagine smoke", "t.table:2:14: what is imagined where?; write a kind and a place"),
    ]

    @Test(arguments: mistakes) func `says where a mistake is, and how to mend it`(
        _ mistake: (lines: String, said: String)
    ) {
        let errors = #expect(throws: ConfigErrors.self) { try Self.read(mistake.lines) }
        let said = errors?.errors.map(\.description) ?? []
        #expect(said.contains { $0.hasPrefix(mistake.said) }, "\(said)")
        #expect(said.count == 1, "\(said)")
    }

    @Test func `goes on after a mistake`() {
        let errors = #expect(throws: ConfigErrors.self) {
            try Self.read("table a\n00:00 smok a/12/C |\n00:01 wait\n00:02 wait | x:closed")
        }
        #expect(errors?.errors.map(\.line) == [2, 3, 4])
    }

    @Test func `takes a device by its id or by its place and kind`() throws {
        let tables = try Self.read("table a\n00:00 smoke a/12/C |\n00:01 smoke a-12-C-smoke |\n00:02 help a/13/G |")
        let reports = tables[0].steps.compactMap { step in
            if case .report(let report) = step.action { tables[0].devices[report.device].id } else { nil }
        }
        #expect(reports == ["a-12-C-smoke", "a-12-C-smoke", "a-13-G-help"])
    }

    @Test func `leaves comments and empty lines out`() throws {
        let tables = try Self.read("# one\n\ntable a # two\n  # three\n00:00 wait | # four\n")
        #expect(tables.map(\.name) == ["a"])
        #expect(tables[0].steps.map(\.line) == [5])
        #expect(tables[0].steps[0].expected == [])
    }

    @Test func `takes times before the start, in hours and in milliseconds`() throws {
        let tables = try Self.read(
            "table a\nstart 2026-11-22T23:30:00+08:00\n-05:00 wait |\n01:29.999 wait |\n2:00:00 wait |")
        #expect(
            tables[0].steps.map(\.at.description) == [
                "2026-11-22T15:25:00.000Z", "2026-11-22T15:31:29.999Z", "2026-11-22T17:30:00.000Z",
            ])
    }
}
