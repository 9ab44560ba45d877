import GRDB

extension NotifyDatabase {
    /// Whose alerts these are.
    public enum Source: Hashable, Sendable {
        /// The database is new.
        case nobody
        case this
        /// Of this one, by what was told of it, though nobody wrote that down: an older hub did not. It has taken the
        /// alerts to that sequence.
        case thisUnnamed(taken: Int64)
        /// Of another `hub.sqlite`, whose sequences and incidents mean something else.
        case another(undelivered: Int)
    }

    /// - Throws: if one of the databases cannot be read.
    public func source(comparedTo hub: HubDatabase) throws -> Source {
        try writer.read { database in
            guard let cursor = try Row.fetchOne(database, sql: "SELECT sequence, source FROM cursor") else {
                return .nobody
            }
            let source: String? = cursor["source"]
            guard source != hub.name else { return .this }
            if source == nil {
                let last = try Row.fetchOne(database, sql: "SELECT id, at FROM alert ORDER BY at DESC, id DESC LIMIT 1")
                guard let last else { return .nobody }
                if try hub.hasAlert(last["id"], at: last["at"]) { return .thisUnnamed(taken: cursor["sequence"]) }
            }
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
