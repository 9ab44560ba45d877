import GRDB

extension NotifyDatabase {
    /// Whose alerts these are.
    public enum Source: Hashable, Sendable {
        /// The database is new.
        case nobody
        case this
        /// Of another `hub.sqlite`, whose sequences and incidents mean something else.
        case another(undelivered: Int)
    }

    /// - Parameter name: ``HubDatabase/name``.
    /// - Throws: if the database cannot be read.
    public func source(comparedTo name: String) throws -> Source {
        try writer.read { database in
            guard let source = try String?.fetchOne(database, sql: "SELECT source FROM cursor") else { return .nobody }
            guard source != name else { return .this }
            return .another(
                undelivered: try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM delivery WHERE state IN ('pending', 'sending')") ?? 0)
        }
    }

    /// Begins to follow the alerts of a `hub.sqlite` after one of them.
    ///
    /// - Throws: if the database cannot be written.
    public func follow(_ name: String, after sequence: Int64) async throws {
        try await writer.write { database in
            try database.execute(
                sql: """
                    INSERT INTO cursor VALUES (1, ?1, ?2)
                        ON CONFLICT DO UPDATE SET sequence = ?1, source = ?2
                    """, arguments: [sequence, name])
        }
    }

    /// Lets go of the file.
    ///
    /// - Throws: if somebody still reads it.
    public func close() throws { try writer.close() }
}
