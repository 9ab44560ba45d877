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
