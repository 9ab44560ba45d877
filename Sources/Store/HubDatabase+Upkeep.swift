import Foundation
import GRDB
public import Registry
import Rules
public import Upkeep

// What has to be mended, and the daily figures that say so.
//
// A crash forgets what has been measured since each device's last turn, at most six hours of it, and no ticket: they are
// written with the batch that opened them. An orderly stop forgets nothing.
extension HubDatabase {
    static let upkeepSchema = """
        CREATE TABLE trend (device TEXT PRIMARY KEY, body BLOB NOT NULL);
        CREATE TABLE ticket (number INTEGER PRIMARY KEY, open INTEGER NOT NULL, closed INTEGER, body BLOB NOT NULL);
        CREATE INDEX ticket_open ON ticket (open, closed);
        CREATE TABLE nuisance (
            incident TEXT NOT NULL, device TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (incident, device)) WITHOUT ROWID;
        CREATE INDEX nuisance_at ON nuisance (at);
        CREATE INDEX nuisance_device ON nuisance (device);
        """

    /// How many tickets are kept at most; of those that have closed the oldest go first.
    static let ticketRowsMax = 40_000

    static func write(_ changes: UpkeepChanges, to database: Database, _ encoder: JSONEncoder) throws {
        guard !changes.isEmpty else { return }
        for ticket in changes.tickets {
            try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO ticket (number, open, closed, body) VALUES (?, ?, ?, ?)"
            ).execute(arguments: [
                ticket.number, ticket.isOpen, ticket.closedAt?.milliseconds, encoder.encode(ticket),
            ])
        }
        for (device, bytes) in changes.trends {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO trend (device, body) VALUES (?, ?)")
                .execute(arguments: [device, Data(bytes)])
        }
        for device in changes.forgottenTrends {
            try database.cachedStatement(sql: "DELETE FROM trend WHERE device = ?").execute(arguments: [device])
        }
        try writeNuisances(changes, to: database, encoder)
        if let moment = changes.closedBefore { try forgetTickets(closedBefore: moment, in: database) }
        try setFact("ticket-last", Int64(changes.lastNumber), database)
        if let day = changes.digestDay { try setFact("digest-day", Int64(day), database) }
    }

    private static func writeNuisances(
        _ changes: UpkeepChanges, to database: Database, _ encoder: JSONEncoder
    ) throws {
        for nuisance in changes.nuisances {
            try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO nuisance (incident, device, at, body) VALUES (?, ?, ?, ?)"
            ).execute(arguments: [
                nuisance.incident, nuisance.device, nuisance.at.milliseconds, encoder.encode(nuisance),
            ])
        }
        for device in changes.absolved {
            try database.cachedStatement(sql: "DELETE FROM nuisance WHERE device = ?").execute(arguments: [device])
        }
        if let moment = changes.nuisancesBefore {
            try database.cachedStatement(sql: "DELETE FROM nuisance WHERE at < ?")
                .execute(arguments: [moment.milliseconds])
        }
    }

    private static func forgetTickets(closedBefore moment: Instant, in database: Database) throws {
        try database.execute(
            sql: "DELETE FROM ticket WHERE open = 0 AND closed < ?", arguments: [moment.milliseconds])
        let surplus = (try Int.fetchOne(database, sql: "SELECT count(*) FROM ticket") ?? 0) - ticketRowsMax
        guard surplus > 0 else { return }
        try database.execute(
            sql: """
                DELETE FROM ticket WHERE number IN
                    (SELECT number FROM ticket WHERE open = 0 ORDER BY closed LIMIT ?)
                """, arguments: [surplus])
    }

    private static func setFact(_ name: String, _ value: Int64, _ database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)")
            .execute(arguments: [name, value])
    }

    /// What the last hub has written, but for the figures.
    ///
    /// - Parameter moment: tickets that closed before are left out.
    /// - Throws: if the file cannot be read at all. A ticket that cannot be read is named and left out.
    public func storedUpkeep(closedSince moment: Instant) throws(StoreError) -> StoredUpkeep {
        try read("reading hub.sqlite") { database in
            var stored = StoredUpkeep()
            let decoder = JSONDecoder()
            let rows = try Row.fetchAll(
                database, sql: "SELECT number, body FROM ticket WHERE open = 1 OR closed >= ? ORDER BY number",
                arguments: [moment.milliseconds])
            for row in rows {
                do {
                    stored.tickets.append(try decoder.decode(Ticket.self, from: row["body"]))
                } catch {
                    stored.unreadable.append("ticket T-\(row["number"] as Int64)")
                }
            }
            // One that cannot be read is missing from a count that has a threshold, and nothing worse.
            stored.nuisances = try Data.fetchAll(database, sql: "SELECT body FROM nuisance ORDER BY at")
                .compactMap { try? decoder.decode(Nuisance.self, from: $0) }
            stored.devices = try String.fetchAll(database, sql: "SELECT device FROM trend")
            let last = try Int.fetchOne(database, sql: "SELECT value FROM fact WHERE name = 'ticket-last'") ?? 0
            stored.lastNumber = max(last, try Int.fetchOne(database, sql: "SELECT max(number) FROM ticket") ?? 0)
            stored.digestDay = try Int.fetchOne(database, sql: "SELECT value FROM fact WHERE name = 'digest-day'")
            return stored
        }
    }

    /// What is stored of the measurements of some devices: ``DeviceTrends/bytes``.
    public func trends(of devices: [Device.ID]) throws(StoreError) -> [Device.ID: [UInt8]] {
        try read("reading hub.sqlite") { database in
            var trends: [Device.ID: [UInt8]] = [:]
            for device in devices {
                let statement = try database.cachedStatement(sql: "SELECT body FROM trend WHERE device = ?")
                trends[device] = try Data.fetchOne(statement, arguments: [device]).map(Array.init)
            }
            return trends
        }
    }

    /// The tickets on record, by their numbers. Those that cannot be read are left out.
    public func tickets(open: Bool? = nil) throws(StoreError) -> [Ticket] {
        try read("reading hub.sqlite") { database in
            let decoder = JSONDecoder()
            let bodies = try Data.fetchAll(
                database, sql: "SELECT body FROM ticket WHERE open = ? OR ? IS NULL ORDER BY number",
                arguments: [open, open])
            return bodies.compactMap { try? decoder.decode(Ticket.self, from: $0) }
        }
    }

    /// One ticket; `nil` if there is none of that number, or it cannot be read.
    public func ticket(_ number: Int) throws(StoreError) -> Ticket? {
        try read("reading hub.sqlite") { database in
            try Data.fetchOne(database, sql: "SELECT body FROM ticket WHERE number = ?", arguments: [number])
                .flatMap { try? JSONDecoder().decode(Ticket.self, from: $0) }
        }
    }
}
