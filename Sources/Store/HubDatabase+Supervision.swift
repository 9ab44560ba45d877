public import Devices
import GRDB
public import Registry

// What supervision has learnt of the devices.
extension HubDatabase {
    static let supervisionSchema = """
        CREATE TABLE supervision (
            device TEXT PRIMARY KEY, usual REAL NOT NULL, gaps INTEGER NOT NULL, messages INTEGER NOT NULL,
            missed INTEGER NOT NULL, sequence TEXT, gateway TEXT) WITHOUT ROWID;
        """

    /// Only those that are not over. For a gateway `kind` is its ecosystem; a block's mass silence is a `block`.
    static let outageSchema = """
        CREATE TABLE outage (
            kind TEXT NOT NULL, name TEXT NOT NULL, told INTEGER NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
        """

    /// What has become of something that is out of sight as a whole.
    public enum OutageChange: Hashable, Sendable {
        case begins, isTold, ends
    }

    static func write(_ changes: [Outage: OutageChange], to database: Database) throws {
        for (outage, change) in changes {
            let (kind, name) =
                switch outage {
                case .gateway(let gateway): (gateway.ecosystem.rawValue, gateway.address)
                case .mass(let block): ("block", block)
                }
            if change == .ends {
                try database.cachedStatement(sql: "DELETE FROM outage WHERE kind = ? AND name = ?")
                    .execute(arguments: [kind, name])
            } else {
                try database.cachedStatement(sql: "INSERT OR REPLACE INTO outage (kind, name, told) VALUES (?, ?, ?)")
                    .execute(arguments: [kind, name, change == .isTold])
            }
        }
    }

    /// What was out of sight as a whole, and whether that had been told.
    public func outages() throws(StoreError) -> [(outage: Outage, isTold: Bool)] {
        try read("reading hub.sqlite") { database in
            try Row.fetchAll(database, sql: "SELECT kind, name, told FROM outage ORDER BY kind, name").compactMap {
                row in
                let kind: String = row["kind"]
                if kind == "block" { return (.mass(block: row["name"]), row["told"]) }
                // Of an ecosystem that this version does not know.
                guard let ecosystem = Device.Ecosystem(rawValue: kind) else { return nil }
                return (.gateway(Finding.Gateway(ecosystem: ecosystem, address: row["name"])), row["told"])
            }
        }
    }

    static func write(_ records: [(id: Device.ID, record: SupervisionRecord)], to database: Database) throws {
        for (id, record) in records {
            try database.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO supervision (device, usual, gaps, messages, missed, sequence, gateway)
                        VALUES (?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(
                arguments: [
                    id, Double(record.usual), record.gaps, record.messages, record.missed,
                    // SQLite's integers have a sign.
                    record.sequence.map { String($0) }, record.gateway,
                ])
        }
    }

    public func supervisionRecords() throws(StoreError) -> [Device.ID: SupervisionRecord] {
        try read("reading hub.sqlite") { database in
            var records: [Device.ID: SupervisionRecord] = [:]
            let rows = try Row.fetchCursor(database, sql: "SELECT * FROM supervision")
            while let row = try rows.next() {
                records[row["device"]] = SupervisionRecord(
                    usual: Float(row["usual"] as Double), gaps: row["gaps"], messages: row["messages"],
                    missed: row["missed"], sequence: (row["sequence"] as String?).flatMap { UInt64($0) },
                    gateway: row["gateway"])
            }
            return records
        }
    }
}
