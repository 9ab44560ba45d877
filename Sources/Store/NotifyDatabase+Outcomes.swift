import GRDB
public import Registry

/// What became of the last message to a contact.
public struct LastOutcome: Hashable, Sendable {
    public var contact: Contact.ID
    public var state: Delivery.State
    public var at: Instant
    /// Why it did not get through; nothing personal.
    public var error: String?
    public var deliveredAt: Instant?
}

extension NotifyDatabase {
    /// For each contact that was ever told, as far as that is kept. It looks through all of it, so it is for now and then.
    ///
    /// - Throws: if the database cannot be read.
    public func lastOutcomes() throws -> [LastOutcome] {
        try writer.read { database in
            // SQLite takes the other columns from the row that has the maximum.
            try Row.fetchAll(
                database,
                sql: """
                    SELECT contact, state, error, delivered_at, max(created_at) AS at FROM delivery
                        WHERE state IN ('accepted', 'refused', 'failed', 'expired') GROUP BY contact ORDER BY contact
                    """
            ).compactMap { row in
                Delivery.State(rawValue: row["state"]).map { state in
                    LastOutcome(
                        contact: row["contact"], state: state, at: Instant(milliseconds: row["at"]),
                        error: row["error"],
                        deliveredAt: (row["delivered_at"] as Int64?).map(Instant.init(milliseconds:)))
                }
            }
        }
    }
}
