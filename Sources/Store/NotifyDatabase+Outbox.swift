import Foundation
import GRDB
public import Registry
public import Rules

/// What a notifier needs in order to go on where the last one stopped.
public struct NotifyState: Sendable {
    /// The sequence of the last alert that was expanded; 0 for none.
    public var cursor: Int64
    /// Every alert that was expanded and not yet pruned, and what it said; not those of which somebody is still to be put
    /// into the outbox.
    public var expanded: [Alert.ID: Alert.Meaning]
    /// The alerts of which some delivery is still open or to be made, and all deliveries of these, finished ones included.
    public var alerts: [Alert]
    public var deliveries: [Delivery]
    public var told: [Told]
    /// The last answer of each person to an incident that is not over.
    public var answers: [GivenAnswer]
    public var ladders: [PeopleLadder]
}

/// Somebody who was told of an incident, and so may answer.
public struct Asked: Hashable, Sendable {
    public var incident: String
    public var resident: Resident.ID
    /// When they were last told.
    public var at: Instant

    public init(incident: String, resident: Resident.ID, at moment: Instant) {
        self.incident = incident
        self.resident = resident
        at = moment
    }
}

extension NotifyDatabase {
    /// - Throws: if the database cannot be read.
    public func state() throws -> NotifyState {
        try writer.read { database in
            let open = """
                SELECT alert FROM delivery WHERE state IN ('pending', 'sending')
                UNION SELECT alert FROM delivery WHERE climb_at IS NOT NULL UNION SELECT alert FROM ladder
                UNION SELECT id FROM alert WHERE unfolding
                """
            return NotifyState(
                cursor: try Int64.fetchOne(database, sql: "SELECT sequence FROM cursor") ?? 0,
                expanded: try expanded(database),
                alerts: try String.fetchAll(database, sql: "SELECT body FROM alert WHERE id IN (\(open)) ORDER BY id")
                    .map { try JSONText.decode(Alert.self, from: $0) },
                deliveries: try Row.fetchAll(
                    database, sql: "SELECT * FROM delivery WHERE alert IN (\(open)) ORDER BY sequence, rank, contact"
                ).map(Self.delivery),
                told: try Row.fetchAll(database, sql: "SELECT * FROM told ORDER BY incident, target").map(Self.told),
                answers: try Self.answers(
                    database, "incident IN (SELECT incident FROM told)"),
                ladders: try Row.fetchAll(database, sql: "SELECT * FROM ladder ORDER BY incident").map { row in
                    PeopleLadder(
                        incident: row["incident"], alert: row["alert"],
                        beganAt: Instant(milliseconds: row["began_at"]), next: row["next"])
                })
        }
    }

    private func expanded(_ database: Database) throws -> [Alert.ID: Alert.Meaning] {
        var expanded: [Alert.ID: Alert.Meaning] = [:]
        let rows = try Row.fetchCursor(database, sql: "SELECT id, body FROM alert WHERE NOT unfolding")
        while let row = try rows.next() {
            let body: String = row["body"]
            expanded[row["id"]] = try JSONText.decode(Alert.self, from: body).meaning
        }
        return expanded
    }

    /// The deliveries of one alert, the nearest first.
    ///
    /// - Throws: if the database cannot be read.
    public func deliveries(of alert: Alert.ID) throws -> [Delivery] {
        try writer.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM delivery WHERE alert = ? ORDER BY rank, contact", arguments: [alert]
            ).map(Self.delivery)
        }
    }

    /// Every delivery of an incident, whatever became of it.
    ///
    /// - Throws: if the database cannot be read.
    public func deliveries(ofIncident incident: String) throws -> [Delivery] {
        try writer.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM delivery WHERE incident = ? ORDER BY created_at, rank, contact",
                arguments: [incident]
            ).map(Self.delivery)
        }
    }

    /// The last answer of each person to an incident.
    ///
    /// - Throws: if the database cannot be read.
    public func answers(to incident: String) throws -> [GivenAnswer] {
        try writer.read { try Self.answers($0, "incident = ?", [incident]) }
    }

    /// The last answer of one person to an incident.
    ///
    /// - Throws: if the database cannot be read.
    public func answer(of resident: Resident.ID, to incident: String) throws -> GivenAnswer? {
        try writer.read { try Self.answers($0, "incident = ? AND resident = ?", [incident, resident]) }.first
    }

    /// The alerts of an incident that were told to one person, in their order.
    ///
    /// - Throws: if the database cannot be read.
    public func alerts(ofIncident incident: String, toldTo resident: Resident.ID) throws -> [Alert] {
        try writer.read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT body FROM alert WHERE id IN (SELECT alert FROM delivery WHERE incident = ? AND target = ?)
                        ORDER BY at, id
                    """, arguments: [incident, resident]
            ).map { try JSONText.decode(Alert.self, from: $0) }
        }
    }

    /// The alerts of an incident that were told, in their order.
    ///
    /// - Throws: if the database cannot be read.
    public func alerts(ofIncident incident: String) throws -> [Alert] {
        try writer.read { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT body FROM alert WHERE id IN (SELECT DISTINCT alert FROM delivery WHERE incident = ?)
                        ORDER BY at, id
                    """, arguments: [incident]
            ).map { try JSONText.decode(Alert.self, from: $0) }
        }
    }

    /// Who was told of which incident since a moment, sirens and stations left out: whoever may answer. The latest incident first.
    ///
    /// - Throws: if the database cannot be read.
    public func asked(since moment: Instant) throws -> [Asked] {
        try writer.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT incident, target, max(created_at) AS at FROM delivery
                        WHERE created_at >= ? AND target NOT LIKE '%/%'
                        GROUP BY incident, target ORDER BY at DESC
                    """, arguments: [moment.milliseconds]
            ).map { Asked(incident: $0["incident"], resident: $0["target"], at: Instant(milliseconds: $0["at"])) }
        }
    }

    /// Answers since a moment that others have to hear of, and of which nobody has noted that the rules have them: the last
    /// of each person.
    ///
    /// - Throws: if the database cannot be read.
    public func answersToPassOn(since moment: Instant) throws -> [GivenAnswer] {
        try writer.read {
            try Self.answers(
                $0, "passed_at IS NULL AND answer != ? AND at >= ?", [Answer.safe.rawValue, moment.milliseconds])
        }
    }

    /// Notes that the rules have an answer.
    ///
    /// - Throws: if the database cannot be written.
    public func notePassedOn(_ given: GivenAnswer, at moment: Instant) async throws {
        try await writer.write { database in
            try database.execute(
                sql: """
                    UPDATE answer SET passed_at = ?
                        WHERE incident = ? AND resident = ? AND answer = ? AND at = ? AND passed_at IS NULL
                    """,
                arguments: [
                    moment.milliseconds, given.incident, given.resident, given.answer.rawValue, given.at.milliseconds,
                ])
        }
    }

    private static func answers(
        _ database: Database, _ condition: String, _ arguments: StatementArguments = []
    ) throws -> [GivenAnswer] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM answer WHERE sequence IN (
                    SELECT max(sequence) FROM answer WHERE \(condition) GROUP BY incident, resident) ORDER BY sequence
                """, arguments: arguments
        ).map { row in
            GivenAnswer(
                try name(row["answer"]), from: row["resident"], to: row["incident"],
                at: Instant(milliseconds: row["at"]), over: row["channel"])
        }
    }

    /// Removes the alerts from before a moment whose deliveries are all finished, and what was told then.
    ///
    /// - Throws: if the database cannot be written.
    public func prune(before moment: Instant) async throws {
        try await writer.write { database in
            try database.execute(
                sql: """
                    DELETE FROM alert WHERE at < ?
                        AND id NOT IN (SELECT alert FROM delivery WHERE state IN ('pending', 'sending'))
                    """, arguments: [moment.milliseconds])
            try database.execute(sql: "DELETE FROM told WHERE at < ?", arguments: [moment.milliseconds])
            try database.execute(sql: "DELETE FROM answer WHERE at < ?", arguments: [moment.milliseconds])
        }
    }

    private static func delivery(_ row: Row) throws -> Delivery {
        var delivery = Delivery(
            alert: row["alert"], incident: row["incident"], target: row["target"], contact: row["contact"],
            channel: row["channel"], rank: row["rank"], sequence: row["sequence"],
            createdAt: Instant(milliseconds: row["created_at"]))
        delivery.state = try name(row["state"])
        delivery.attempts = row["attempts"]
        delivery.dueAt = Instant(milliseconds: row["due_at"])
        delivery.firstAttemptedAt = (row["first_attempted_at"] as Int64?).map(Instant.init(milliseconds:))
        delivery.attemptedAt = (row["attempted_at"] as Int64?).map(Instant.init(milliseconds:))
        delivery.acceptedAt = (row["accepted_at"] as Int64?).map(Instant.init(milliseconds:))
        delivery.error = row["error"]
        delivery.reference = row["reference"]
        delivery.deliveredAt = (row["delivered_at"] as Int64?).map(Instant.init(milliseconds:))
        delivery.readAt = (row["read_at"] as Int64?).map(Instant.init(milliseconds:))
        delivery.climbAt = (row["climb_at"] as Int64?).map(Instant.init(milliseconds:))
        return delivery
    }

    private static func told(_ row: Row) throws -> Told {
        Told(
            incident: row["incident"], target: row["target"], stage: try name(row["stage"]),
            nearness: row["nearness"], contradiction: row["contradiction"], isExercise: row["exercise"],
            at: Instant(milliseconds: row["at"]), alert: row["alert"],
            places: try (row["places"] as String?).map { try JSONText.decode([Place].self, from: $0) } ?? [],
            before: try (row["before"] as String?).map { try JSONText.decode(Told.Before.self, from: $0) })
    }

    private static func name<Name: RawRepresentable<String>>(_ text: String) throws -> Name {
        guard let name = Name(rawValue: text) else {
            throw DatabaseError(message: "notify.sqlite holds '\(text)', which is no \(Name.self) of this version")
        }
        return name
    }
}
