import Foundation
import GRDB
import Registry
import Rules
import Testing

@testable import Store

private let alert = Alert(
    id: "a-fire-1/1", at: Instant(milliseconds: 1000), block: "a", hazard: .fire, incident: "a-fire-1",
    stage: .confirmed, rule: "test", exercise: nil, audience: [.block], places: [Place(block: "a", floor: "4")],
    because: ["d1"])

private let record = LogRecord(
    at: Instant(milliseconds: 1000), event: .delivery, level: .info, estate: "demo",
    text: .init("told", "已通知"), details: ["of": "1"])

private func delivery(_ contact: String, _ state: Delivery.State = .pending) -> Delivery {
    var delivery = Delivery(
        alert: alert.id, incident: alert.incident, target: String(contact.prefix(2)), contact: contact,
        channel: "webhook", rank: 3, sequence: 7, createdAt: Instant(milliseconds: 1000))
    delivery.state = state
    return delivery
}

@Suite struct `The notifier's database` {
    private let path = NSTemporaryDirectory() + "smokehub-notify-store-\(UUID().uuidString).sqlite"

    private func batch(_ deliveries: Delivery...) -> NotifyBatch {
        var batch = NotifyBatch()
        batch.cursor = 7
        batch.alerts = [alert]
        for delivery in deliveries { batch.deliveries[delivery.id] = delivery }
        batch.records = [record]
        let told = Told(
            incident: "a-fire-1", target: "r1", stage: .confirmed, nearness: 1, contradiction: true, isExercise: false,
            at: Instant(milliseconds: 1000), alert: alert.id, places: alert.places,
            before: Told.Before(stage: .investigate, places: [Place(block: "a", floor: "3")], contradiction: false))
        batch.told[told.key] = told
        return batch
    }

    private func remove() throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    @Test func `syncs every commit to the disk`() async throws {
        let database = try NotifyDatabase(path: path)
        let full = try await database.writer.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        let mode = try await database.writer.write { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(full == 2)
        #expect(mode == "wal")
        try remove()
    }

    @Test func `takes over what an older version has told`() async throws {
        do {
            let database = try NotifyDatabase(path: path)
            try await database.write(batch(delivery("r1/1")))
            try await database.writer.write { database in
                for column in ["alert", "places", "before"] {
                    try database.execute(sql: "ALTER TABLE told DROP COLUMN \(column)")
                }
                try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = 'what was told before'")
            }
        }
        let told = try #require(try NotifyDatabase(path: path).state().told.first)
        #expect(told.stage == .confirmed && told.contradiction)
        #expect(told.alert == nil && told.places == [] && told.before == nil)
        try remove()
    }

    @Test func `gives back after a restart what was written`() async throws {
        var accepted = delivery("r1/1", .accepted)
        accepted.attempts = 2
        (accepted.firstAttemptedAt, accepted.attemptedAt) = (Instant(milliseconds: 1400), Instant(milliseconds: 1500))
        accepted.acceptedAt = Instant(milliseconds: 1600)
        accepted.error = "HTTP 500"
        let waiting = delivery("r2/1", .sending)
        try await NotifyDatabase(path: path).write(batch(accepted, waiting))
        let state = try NotifyDatabase(path: path).state()
        #expect(state.cursor == 7)
        #expect(state.expanded == [alert.id: alert.meaning])
        #expect(state.alerts == [alert])
        #expect(state.deliveries == [accepted, waiting])
        #expect(state.told == Array(batch().told.values))
        try remove()
    }

    @Test func `loads nothing of alerts that are finished`() async throws {
        let database = try NotifyDatabase.inMemory()
        try await database.write(batch(delivery("r1/1", .accepted)))
        let state = try database.state()
        #expect(state.alerts.isEmpty && state.deliveries.isEmpty && state.expanded == [alert.id: alert.meaning])
    }

    @Test func `takes a batch twice without doubling a delivery`() async throws {
        let database = try NotifyDatabase.inMemory()
        try await database.write(batch(delivery("r1/1")))
        try await database.write(batch(delivery("r1/1", .accepted)))
        #expect(try database.deliveries(of: alert.id).map(\.state) == [.accepted])
    }

    @Test func `writes all of a batch or nothing`() async throws {
        let database = try NotifyDatabase(path: path)
        try await database.writer.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1") }
        await #expect(throws: DatabaseError.self) {
            var big = batch(delivery("r1/1"))
            big.records = Array(repeating: record, count: 1000)
            try await database.write(big)
        }
        #expect(try database.state().expanded.isEmpty)
        try remove()
    }

    @Test func `numbers the log's lines, and never gives a number twice`() async throws {
        let database = try NotifyDatabase.inMemory()
        try await database.write(batch())
        try await database.write(batch())
        #expect(try database.records(after: 0, limit: 10).map(\.sequence) == [1, 2])
        #expect(try database.records(after: 1, limit: 10).map(\.record) == [record])
        try await database.pruneRecords(through: 2)
        try await database.write(batch())
        #expect(try database.records(after: 0, limit: 10).map(\.sequence) == [3])
    }

    @Test func `prunes what is finished and keeps what is open`() async throws {
        let database = try NotifyDatabase.inMemory()
        try await database.write(batch(delivery("r1/1", .accepted), delivery("r2/1")))
        try await database.prune(before: Instant(milliseconds: 5000))
        #expect(try database.deliveries(of: alert.id).count == 2)
        try await database.write(batch(delivery("r2/1", .expired)))
        try await database.prune(before: Instant(milliseconds: 5000))
        #expect(try database.deliveries(of: alert.id).isEmpty)
        #expect(try database.state().expanded.isEmpty)
    }

    @Test func `forgets who was told of an incident that is over`() async throws {
        let database = try NotifyDatabase.inMemory()
        try await database.write(batch())
        var over = NotifyBatch()
        over.forgotten = ["a-fire-1"]
        try await database.write(over)
        #expect(try database.state().told.isEmpty)
    }

    @Test func `tells an empty text from none`() throws {
        let database = try DatabaseQueue()
        try database.write { database in
            try database.execute(sql: "CREATE TABLE word (number INTEGER, text TEXT, flag INTEGER)")
            var rows = try RowWriter(database, sql: "INSERT INTO word VALUES (?, ?, ?)")
            for (number, text) in [(Int64(1), ""), (nil, nil), (3, "火警 \"!")] as [(Int64?, String?)] {
                rows.add(number)
                rows.add(text)
                rows.add(number == 3)
                try rows.write()
            }
        }
        let rows = try database.read { try Row.fetchAll($0, sql: "SELECT * FROM word ORDER BY rowid") }
        #expect(rows.map { $0["number"] as Int64? } == [1, nil, 3])
        #expect(rows.map { $0["text"] as String? } == ["", nil, "火警 \"!"])
        #expect(rows.map { $0["flag"] as Bool } == [false, false, true])
    }

    @Test func `lets what is newer count of what could not be written before`() {
        var older = batch(delivery("r1/1", .sending), delivery("r2/1"))
        older.unfolding = ["a-fire-1/1": true]
        var newer = NotifyBatch()
        newer.cursor = 9
        newer.deliveries = ["a-fire-1/1/r1/1": delivery("r1/1", .accepted)]
        newer.unfolding = ["a-fire-1/1": false]
        newer.records = [record, record]
        newer.prepend(older)
        #expect(newer.cursor == 9)
        #expect(newer.alerts == [alert])
        #expect(newer.deliveries["a-fire-1/1/r1/1"]?.state == .accepted)
        #expect(newer.deliveries["a-fire-1/1/r2/1"]?.state == .pending)
        #expect(newer.unfolding == ["a-fire-1/1": false])
        #expect(newer.told.count == 1)
        #expect(newer.records.count == 3)
    }
}
