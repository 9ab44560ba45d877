import Foundation
import GRDB
import Hub
import MQTT
import Registry
import Rules
import Store
import TestBroker
import TestHub
import Testing

/// The databases that older hubs have left, as SQL: `OldStates/<schema>-hub.sql` and `…-notify.sql`. Each was written by
/// the program of its time, which heard two alarms near each other in block a, one in b, and one that cleared in c, and
/// was stopped.
///
/// | schema | last migration of hub.sqlite | of notify.sqlite |
/// | --- | --- | --- |
/// | `first` | `1` | `outbox, told, records` |
/// | `closings` | `3` | `identity, and whose alerts they are` |
@Suite(.timeLimit(.minutes(1))) struct `The state that an older hub has left` {
    private let broker: TestBroker
    private let folder: HubFolder

    init() throws {
        broker = try TestBroker()
        folder = try HubFolder(port: broker.port)
    }

    /// - Returns: when it was stopped.
    private func restore(_ schema: String) throws -> Instant {
        try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
        for name in ["hub", "notify"] {
            let sql = "\(HubFolder.root)/Tests/HubTests/OldStates/\(schema)-\(name).sql"
            let text = try String(contentsOfFile: sql, encoding: .utf8)
            try DatabaseQueue(path: "\(folder.state)/\(name).sqlite").writeWithoutTransaction {
                try $0.execute(sql: text)
            }
        }
        let time = try rows("hub", "SELECT value FROM fact WHERE name = 'time'").first?["value"].flatMap(
            Int64.fromDatabaseValue)
        return Instant(milliseconds: try #require(time))
    }

    private func rows(_ name: String, _ sql: String) throws -> [[String: DatabaseValue]] {
        try DatabaseQueue(path: "\(folder.state)/\(name).sqlite").read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                Dictionary(uniqueKeysWithValues: row.map { ($0, $1) })
            }
        }
    }

    @Test(arguments: ["first", "closings"])
    func `goes on: incidents, devices, alerts, deliveries and journal are as they were, and the next alarm joins`(
        _ schema: String
    ) async throws {
        defer { broker.stop() }
        let stopped = try restore(schema)
        let journal = try rows("hub", "SELECT sequence, at, body FROM journal ORDER BY sequence")
        let deliveries = try rows("notify", "SELECT * FROM delivery ORDER BY rowid")
        #expect(journal.count == 9 && deliveries.count == 13)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert", "estate/#")
        let voice = try Voice(broker)
        let hub = try RunningHub(folder, now: { stopped + .seconds(20) })
        try await hub.untilReady()
        let stages = hub.board.now.incidents.mapValues(\.stage)
        #expect(stages == ["a-fire-1": .confirmed, "b-fire-1": .investigate, "c-fire-1": .investigate])
        // Known alarms, told again, are no news; one that comes from a third flat is, and one that confirms.
        try await voice.report("a-3-B-smoke", "alarm", sequence: 2)
        try await voice.report("b-2-A-smoke", "alarm", sequence: 2)
        try await voice.report("a-3-D-smoke", "alarm", sequence: 1)
        let alert = try await ear.alert("the third flat's") { $0.because.contains("a-3-D-smoke") }
        #expect(alert.incident == "a-fire-1" && alert.id == "a-fire-1/3")
        try await voice.report("b-2-B-smoke", "alarm", sequence: 1)
        try await ear.heard.first("block b's sirens") { $0.topic == Voice.topic(of: "b-6-A-siren", "command") }
        try await hub.stop()

        let alerts = try HubDatabase(reading: folder.state + "/hub.sqlite").alerts(after: 0, limit: .max).map(\.alert)
        // A fault is a ticket now, of which those who maintain may have been told by now.
        #expect(
            alerts.map(\.id).filter { $0.contains("-fire-") } == [
                "a-fire-1/1", "a-fire-1/2", "b-fire-1/1", "c-fire-1/1", "a-fire-1/3", "b-fire-1/2", "estate-fire-1/1",
            ])
        let after = try rows("hub", "SELECT sequence, at, body FROM journal ORDER BY sequence")
        #expect(after.count > journal.count && Array(after.prefix(journal.count)) == journal)
        // Nobody is told again what he was told.
        let columns = try #require(deliveries.first).keys
        let kept = try rows("notify", "SELECT * FROM delivery ORDER BY rowid").prefix(deliveries.count)
        #expect(kept.map { row in row.filter { columns.contains($0.key) } } == deliveries)
    }

    @Test(arguments: ["first", "closings"])
    func `can be exported and replayed, with the same decisions`(_ schema: String) async throws {
        defer { broker.stop() }
        let stopped = try restore(schema)
        let export = ["journal", "export", "a-fire-1", "--config", folder.configuration, "--state", folder.state]
        let early = try await HubProcess.run(export)
        #expect(early.code == 1)
        #expect(
            early.errors.first?.hasSuffix(
                "an older smokehub has written it; start this one on it once, which brings it up to date") == true)
        let hub = try RunningHub(folder, now: { stopped + .seconds(20) })
        try await hub.untilReady()
        try await hub.stop()
        let exported = try await HubProcess.run(export)
        #expect(exported.code == 0)
        try folder.write("journal.jsonl", exported.output)
        let replay = try await HubProcess.run([
            "replay", "--config", folder.configuration, folder.configuration + "/journal.jsonl",
        ])
        #expect(replay.code == 0)
        let decisions = replay.output.filter { $0.contains(#""incident":"a-fire-1""#) }
        #expect(decisions.count == 2 && decisions.last?.contains(#""stage":"confirmed""#) == true)
    }

    @Test func `is refused where a newer hub has left it, and stays as it is`() async throws {
        defer { broker.stop() }
        _ = try restore("closings")
        for name in ["hub", "notify"] {
            try await DatabaseQueue(path: "\(folder.state)/\(name).sqlite").write { database in
                try database.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('of next year')")
            }
        }
        let refused = try await HubProcess.run(["serve", "--config", folder.configuration, "--state", folder.state])
        #expect(refused.code == 1)
        #expect(
            refused.errors.contains {
                $0.hasSuffix(
                    "hub.sqlite: a newer smokehub has written it; start that one, or give this one a state folder of its own"
                )
            })
        let known = try rows("hub", "SELECT identifier FROM grdb_migrations")
        #expect(known.count == 4, "no migration ran")
        #expect(throws: (any Error).self) { try NotifyDatabase(path: "\(folder.state)/notify.sqlite") }
    }
}
