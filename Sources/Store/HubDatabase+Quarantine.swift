public import Devices
import Foundation
import GRDB
import Registry

/// What a commit changes of the unknown devices.
public struct QuarantineChanges: Sendable {
    /// `nil` for one that is to be forgotten.
    var states: [QuarantinedDevice.Key: QuarantinedDevice?] = [:]

    public init() {}

    public var isEmpty: Bool { states.isEmpty }

    /// Of two changes of one device the last counts.
    public mutating func add(kept: [QuarantinedDevice], gone: [QuarantinedDevice.Key]) {
        for key in gone { states[key] = .some(nil) }
        for device in kept { states[device.key] = device }
    }
}

// The devices that speak and are not in the registry, so that a restart does not forget them.
extension HubDatabase {
    static let quarantineSchema = """
        CREATE TABLE quarantine (
            ecosystem TEXT NOT NULL, address TEXT NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (ecosystem, address)) WITHOUT ROWID;
        """

    static func write(_ changes: QuarantineChanges, to database: Database, _ encoder: JSONEncoder) throws {
        for (key, device) in changes.states {
            guard let device else {
                try database.cachedStatement(sql: "DELETE FROM quarantine WHERE ecosystem = ? AND address = ?")
                    .execute(arguments: [key.ecosystem.rawValue, key.address])
                continue
            }
            try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO quarantine (ecosystem, address, body) VALUES (?, ?, ?)"
            ).execute(arguments: [key.ecosystem.rawValue, key.address, encoder.encode(device)])
        }
    }

    static func readQuarantine(of database: Database, into restored: inout Restored) throws {
        for row in try Row.fetchAll(
            database, sql: "SELECT ecosystem, address, body AS state FROM quarantine ORDER BY ecosystem, address")
        {
            let name = "unknown device \(row["address"] as String)"
            restored.read(QuarantinedDevice.self, row, called: name).map { restored.quarantine.append($0) }
        }
    }
}
