import GRDB
public import Registry

extension HubDatabase {
    /// Where a person is named by their id in what the pipeline has written: they have asked for help, or were at the controls.
    public struct Mention: Hashable, Sendable {
        public var table: String
        public var rows: Int
        /// When the latest of them is deleted; `nil` where that is when what they did ends.
        public var until: Instant?
    }

    /// - Parameter journalKept: how long the journal is kept.
    /// - Throws: if the database cannot be read.
    public func mentions(of person: Resident.ID, journalKept: Duration) throws(StoreError) -> [Mention] {
        try read("reading hub.sqlite") { database in
            let tables = try String.fetchAll(
                database,
                sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
            return try tables.compactMap { table in
                let columns = try database.columns(in: table).map(\.name)
                // As a value of its own, or as one in JSON.
                let isNamed = columns.map { #""\#($0)" = ?1 OR instr(CAST("\#($0)" AS TEXT), '"' || ?1 || '"') > 0"# }
                let dated = columns.first { ["at", "closed"].contains($0) } ?? "NULL"
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT count(*) AS count, max(\(dated)) AS last FROM "\(table)"
                            WHERE \(isNamed.joined(separator: " OR "))
                        """, arguments: [person])
                guard let row, row["count"] as Int > 0 else { return nil }
                let kept: Duration? =
                    switch table {
                    case "journal", "alert", "record": journalKept
                    case "closing": Self.closingsKept
                    default: nil
                    }
                let last = (row["last"] as Int64?).map(Instant.init(milliseconds:))
                return Mention(table: table, rows: row["count"], until: last.flatMap { last in kept.map { last + $0 } })
            }
        }
    }
}
