import Foundation
import GRDB
public import Registry
public import Rules

// The right to be forgotten.
extension NotifyDatabase {
    /// Every column that holds a person's id: what stands in its row is theirs. A new table with something of people
    /// belongs in here.
    static let ofPeople: [(table: String, column: String)] = [
        ("answer", "resident"), ("choice", "resident"), ("delivery", "target"), ("told", "target"),
    ]

    /// What was deleted of one person.
    public struct Forgotten: Hashable, Sendable {
        public var resident: Resident.ID
        /// How many, by table.
        public var rows: [String: Int]
        /// Which record tells the alert log of it.
        public var record: Int64
    }

    /// Deletes everything of some people, and owes the alert log a line of each, in one transaction.
    ///
    /// - Throws: if the database cannot be written; then nothing is deleted.
    public func forget(
        _ people: [Resident.ID], record: @escaping @Sendable (Resident.ID, _ rows: [String: Int]) -> LogRecord
    ) async throws -> [Forgotten] {
        try await writer.write { database in
            try people.map { person in
                var rows: [String: Int] = [:]
                for (table, column) in Self.ofPeople {
                    try database.execute(sql: "DELETE FROM \(table) WHERE \(column) = ?", arguments: [person])
                    rows[table] = database.changesCount
                }
                try database.execute(
                    sql: "INSERT INTO record (body) VALUES (?)", arguments: [JSONText.encode(record(person, rows))])
                return Forgotten(resident: person, rows: rows, record: database.lastInsertedRowID)
            }
        }
    }

    /// Removes the log's lines that it has taken, so that nothing of what was deleted is left in the file or in its
    /// write-ahead log.
    ///
    /// It rebuilds the file, too, which finds even what a version left that did not overwrite what it deleted; but nothing
    /// else is written meanwhile.
    ///
    /// - Parameter isTelling: people are told out of it: it is not rebuilt while an incident is open or a message waits.
    /// - Returns: whether it was rebuilt.
    /// - Throws: if the database cannot be written.
    @discardableResult
    public func clean(recordsThrough sequence: Int64, whileTelling isTelling: Bool) async throws -> Bool {
        try await pruneRecords(through: sequence)
        let rebuilds = isTelling ? try !hasWork() : true
        if rebuilds { try await writer.vacuum() }
        try await writer.writeWithoutTransaction { database in
            // It waits for whoever still reads the old pages.
            _ = try database.checkpoint(.truncate)
        }
        return rebuilds
    }

    private func hasWork() throws -> Bool {
        try writer.read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM told)
                        OR EXISTS (SELECT 1 FROM delivery WHERE state IN ('pending', 'sending'))
                    """) ?? true
        }
    }

    /// How much is there of a person, by table; 0 where nothing is.
    ///
    /// - Throws: if the database cannot be read.
    public func rows(of person: Resident.ID) throws -> [String: Int] {
        try writer.read { database in
            try Self.ofPeople.reduce(into: [:]) { rows, place in
                rows[place.table] = try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM \(place.table) WHERE \(place.column) = ?", arguments: [person])
            }
        }
    }

    /// Lines owed to the alert log that name somebody.
    ///
    /// - Throws: if the database cannot be read.
    public func records(naming person: Resident.ID) throws -> Int {
        try writer.read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM record WHERE instr(body, '"' || ?1 || '"') OR instr(body, '"' || ?1 || '/')
                        OR instr(body, ' ' || ?1 || '/')
                    """, arguments: [person]) ?? 0
        }
    }

    /// Everybody of whom something is there, by their ids.
    ///
    /// - Throws: if the database cannot be read.
    public func people() throws -> Set<Resident.ID> {
        try writer.read { database in
            try Self.ofPeople.reduce(into: []) { people, place in
                people.formUnion(
                    try String.fetchAll(database, sql: "SELECT DISTINCT \(place.column) FROM \(place.table)"))
            }
        }
    }

    /// The incidents that are not over and of which somebody has been told.
    ///
    /// - Throws: if the database cannot be read.
    public func openIncidents(of person: Resident.ID) throws -> [String] {
        try writer.read { database in
            try String.fetchAll(
                database, sql: "SELECT incident FROM told WHERE target = ? ORDER BY incident", arguments: [person])
        }
    }
}
