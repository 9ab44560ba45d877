import Foundation
import GRDB
import Registry
import Rules

extension NotifyDatabase {
    /// Writes all of a batch in one transaction, and returns when it is on the disk.
    ///
    /// - Throws: if it cannot be written; then nothing of it is.
    public func write(_ batch: NotifyBatch) async throws {
        try await writer.write { try Self.write(batch, to: $0) }
    }

    /// As ``write(_:)``, on the caller's thread: for a simulation, in which nothing waits.
    package func writeAtOnce(_ batch: NotifyBatch) throws {
        try writer.write { try Self.write(batch, to: $0) }
    }

    private static func write(_ batch: NotifyBatch, to database: Database) throws {
        if let sequence = batch.cursor {
            try database.execute(
                sql: """
                    INSERT INTO cursor (only_row, sequence) VALUES (1, ?1)
                        ON CONFLICT DO UPDATE SET sequence = ?1
                    """,
                arguments: [sequence])
        }
        try write(batch.alerts, to: database)
        for (alert, isUnfolding) in batch.unfolding {
            try database.execute(
                sql: "UPDATE alert SET unfolding = ? WHERE id = ?", arguments: [isUnfolding, alert])
        }
        try write(batch.deliveries.values, to: database)
        try write(batch.told.values, to: database)
        try write(batch.receipts, to: database)
        try write(batch.reports, to: database)
        try write(batch.answers, to: database)
        try write(batch.choices.values, to: database)
        try write(batch.ladders, to: database)
        for incident in batch.forgotten {
            try database.execute(sql: "DELETE FROM told WHERE incident = ?", arguments: [incident])
        }
        try write(batch.records, to: database)
    }

    private static func write(_ alerts: [Alert], to database: Database) throws {
        let insert = try database.cachedStatement(sql: "INSERT OR IGNORE INTO alert (id, at, body) VALUES (?, ?, ?)")
        for alert in alerts {
            try insert.execute(arguments: [alert.id, alert.at.milliseconds, JSONText.encode(alert)])
        }
    }

    private static func write(_ deliveries: some Sequence<Delivery>, to database: Database) throws {
        var rows = try RowWriter(
            database,
            sql: """
                INSERT INTO delivery (alert, contact, incident, target, channel, rank, sequence, state, attempts,
                    created_at, due_at, attempted_at, accepted_at, error, reference, climb_at,
                    first_attempted_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
                    due_at = excluded.due_at, attempted_at = excluded.attempted_at,
                    accepted_at = excluded.accepted_at, error = excluded.error, reference = excluded.reference,
                    climb_at = excluded.climb_at, first_attempted_at = excluded.first_attempted_at
                """)
        // In the order in which they leave: then those that change together lie on the same few pages.
        let inOrder = deliveries.sorted { ($0.sequence, $0.rank, $0.contact) < ($1.sequence, $1.rank, $1.contact) }
        for delivery in inOrder {
            rows.add(delivery.alert)
            rows.add(delivery.contact)
            rows.add(delivery.incident)
            rows.add(delivery.target)
            rows.add(delivery.channel)
            rows.add(delivery.rank)
            rows.add(delivery.sequence)
            rows.add(delivery.state.rawValue)
            rows.add(delivery.attempts)
            rows.add(delivery.createdAt.milliseconds)
            rows.add(delivery.dueAt.milliseconds)
            rows.add(delivery.attemptedAt?.milliseconds)
            rows.add(delivery.acceptedAt?.milliseconds)
            rows.add(delivery.error)
            rows.add(delivery.reference)
            rows.add(delivery.climbAt?.milliseconds)
            rows.add(delivery.firstAttemptedAt?.milliseconds)
            try rows.write()
        }
    }

    private static func write(_ told: some Sequence<Told>, to database: Database) throws {
        var rows = try RowWriter(
            database,
            sql: """
                INSERT INTO told (incident, target, stage, nearness, contradiction, exercise, at, alert, places, before)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET stage = excluded.stage, nearness = excluded.nearness,
                    contradiction = excluded.contradiction, at = excluded.at, alert = excluded.alert,
                    places = excluded.places, before = excluded.before
                """)
        let inOrder = told.sorted { ($0.incident, $0.target) < ($1.incident, $1.target) }
        // A block's people are all told the same.
        var places: [[Place]: String] = [:]
        var before: [Told.Before: String] = [:]
        for entry in inOrder {
            if places[entry.places] == nil { places[entry.places] = try JSONText.encode(entry.places) }
            if let known = entry.before, before[known] == nil { before[known] = try JSONText.encode(known) }
            rows.add(entry.incident)
            rows.add(entry.target)
            rows.add(entry.stage.rawValue)
            rows.add(entry.nearness)
            rows.add(entry.contradiction)
            rows.add(entry.isExercise)
            rows.add(entry.at.milliseconds)
            rows.add(entry.alert)
            rows.add(places[entry.places])
            rows.add(entry.before.flatMap { before[$0] })
            try rows.write()
        }
    }

    /// The first of a kind counts: what is repeated or comes late changes nothing.
    private static func write(_ receipts: [Receipt], to database: Database) throws {
        for receipt in receipts {
            guard let column = column(of: receipt.kind), let id = Delivery.parts(of: receipt.delivery) else { continue }
            try database.execute(
                sql: "UPDATE delivery SET \(column) = ? WHERE alert = ? AND contact = ? AND \(column) IS NULL",
                arguments: [receipt.at.milliseconds, id.alert, id.contact])
        }
    }

    private static func write(_ reports: [NotifyBatch.Report], to database: Database) throws {
        for report in reports {
            guard let column = column(of: report.kind) else { continue }
            try database.execute(
                sql: "UPDATE delivery SET \(column) = ? WHERE reference = ? AND channel = ? AND \(column) IS NULL",
                arguments: [report.at.milliseconds, report.reference, report.channel])
        }
    }

    /// - Returns: `nil` of what is no receipt to keep.
    private static func column(of kind: Receipt.Kind) -> String? {
        switch kind {
        case .delivered: "delivered_at"
        case .read: "read_at"
        case .undelivered: nil
        }
    }

    private static func write(_ answers: [GivenAnswer], to database: Database) throws {
        let insert = try database.cachedStatement(
            sql: "INSERT INTO answer (incident, resident, answer, at, channel) VALUES (?, ?, ?, ?, ?)")
        for answer in answers {
            try insert.execute(arguments: [
                answer.incident, answer.resident, answer.answer.rawValue, answer.at.milliseconds, answer.channel,
            ])
        }
    }

    private static func write(_ ladders: [String: PeopleLadder?], to database: Database) throws {
        for (incident, ladder) in ladders {
            guard let ladder else {
                try database.execute(sql: "DELETE FROM ladder WHERE incident = ?", arguments: [incident])
                continue
            }
            try database.execute(
                sql: "INSERT OR REPLACE INTO ladder (incident, alert, began_at, next) VALUES (?, ?, ?, ?)",
                arguments: [ladder.incident, ladder.alert, ladder.beganAt.milliseconds, ladder.next])
        }
    }

    private static func write(_ records: [LogRecord], to database: Database) throws {
        let insert = try database.cachedStatement(sql: "INSERT INTO record (body) VALUES (?)")
        for record in records {
            try insert.execute(arguments: [JSONText.encode(record)])
        }
    }
}
