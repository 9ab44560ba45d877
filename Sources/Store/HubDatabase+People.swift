import GRDB
public import Registry

extension HubDatabase {
    /// How often a person is named by their id in what was journaled: they have asked for help, or worked at the controls.
    public struct Mentions: Hashable, Sendable {
        public var count = 0
        /// The latest; `nil` if there is none.
        public var last: Instant?
    }

    /// - Throws: if the database cannot be read.
    public func mentions(of person: Resident.ID) throws(StoreError) -> Mentions {
        try read("reading hub.sqlite") { database in
            var mentions = Mentions()
            for table in ["journal", "alert", "record"] {
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT count(*) AS count, max(at) AS last FROM \(table)
                            WHERE instr(CAST(body AS TEXT), '"' || ? || '"')
                        """, arguments: [person])
                guard let row else { continue }
                mentions.count += row["count"]
                if let last = row["last"] as Int64? {
                    mentions.last = max(mentions.last ?? Instant(milliseconds: last), Instant(milliseconds: last))
                }
            }
            return mentions
        }
    }
}
