import GRDB
public import Registry

// How much of the past is kept.
extension HubDatabase {
    /// Counts the journal's bytes as they come and go, for adding up a gibibyte takes seconds. 24 bytes stand for an
    /// entry's numbers and its place in the index.
    static let journalBytesSchema = """
        INSERT OR REPLACE INTO fact (name, value)
            SELECT 'journal-bytes', coalesce(sum(length(body) + 24), 0) FROM journal;
        CREATE TRIGGER journal_grows AFTER INSERT ON journal BEGIN
            UPDATE fact SET value = value + length(NEW.body) + 24 WHERE name = 'journal-bytes';
        END;
        CREATE TRIGGER journal_shrinks AFTER DELETE ON journal BEGIN
            UPDATE fact SET value = value - length(OLD.body) - 24 WHERE name = 'journal-bytes';
        END;
        """

    /// What one call of ``prune(journalBefore:journalBytesMax:recordsThrough:limit:)`` did.
    public struct Pruned: Hashable, Sendable {
        /// Entries that were young enough and had to go all the same, because the journal was too large.
        public var cutBySize = 0
        /// There is more to delete than one call may.
        public var isBehind = false
        /// From when on the journal is whole now; `nil` if it is empty.
        public var wholeFrom: Instant?
    }

    /// Forgets what is past its time: journal entries and alerts older than a moment, and the log's lines up to the one
    /// that it has written. Then, oldest first, what the journal has above its largest size. At most `limit` rows of
    /// each, so that no alarm waits for it.
    @discardableResult
    public func prune(
        journalBefore moment: Instant, journalBytesMax: Int = .max, recordsThrough sequence: Int64, limit: Int
    ) throws(StoreError) -> Pruned {
        do {
            return try pool.write { database in
                var pruned = Pruned()
                for table in ["journal", "alert"] {
                    try database.execute(
                        sql: """
                            DELETE FROM \(table) WHERE sequence IN
                                (SELECT sequence FROM \(table) WHERE at < ? ORDER BY sequence LIMIT ?)
                            """, arguments: [moment.milliseconds, limit])
                    if database.changesCount == limit { pruned.isBehind = true }
                }
                try database.execute(
                    sql:
                        "DELETE FROM record WHERE sequence IN (SELECT sequence FROM record WHERE sequence <= ? LIMIT ?)",
                    arguments: [sequence, limit])
                try database.execute(
                    sql: """
                        DELETE FROM closing WHERE incident IN
                        (SELECT incident FROM closing WHERE closed < (SELECT max(closed) FROM closing) - ? LIMIT ?)
                        """, arguments: [Self.closingsKept.wholeMilliseconds, limit])
                // What is too old goes first, and may be enough.
                if !pruned.isBehind { try Self.cut(database, to: journalBytesMax, limit: limit, &pruned) }
                pruned.wholeFrom = try Int64.fetchOne(
                    database, sql: "SELECT at FROM journal ORDER BY sequence LIMIT 1"
                ).map(Instant.init(milliseconds:))
                return pruned
            }
        } catch {
            throw StoreError(error, doing: "pruning hub.sqlite")
        }
    }

    private static func cut(_ database: Database, to bytesMax: Int, limit: Int, _ pruned: inout Pruned) throws {
        let bytes = try Int64.fetchOne(database, sql: "SELECT value FROM fact WHERE name = 'journal-bytes'") ?? 0
        var surplus = bytes - Int64(clamping: bytesMax)
        guard surplus > 0 else { return }
        var last: Int64?
        let oldest = try Row.fetchAll(
            database,
            sql: "SELECT sequence, length(body) + 24 AS bytes FROM journal ORDER BY sequence LIMIT ?",
            arguments: [limit])
        for row in oldest where surplus > 0 {
            last = row["sequence"]
            surplus -= row["bytes"] as Int64
            pruned.cutBySize += 1
        }
        if let last { try database.execute(sql: "DELETE FROM journal WHERE sequence <= ?", arguments: [last]) }
        pruned.isBehind = surplus > 0
    }
}
