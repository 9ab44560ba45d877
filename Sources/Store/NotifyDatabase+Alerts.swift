import Foundation
import GRDB
public import Rules

extension NotifyDatabase {
    /// One alert that was expanded and not yet pruned; `nil` if there is none of that id.
    ///
    /// - Throws: if the database cannot be read.
    public func alert(_ id: Alert.ID) throws -> Alert? {
        try alerts("WHERE id = ?", [id]).first
    }

    /// The last alerts, the newest first.
    ///
    /// - Throws: if the database cannot be read.
    public func latestAlerts(_ limit: Int) throws -> [Alert] {
        try alerts("ORDER BY at DESC, id DESC LIMIT ?", [limit])
    }

    /// Every alert of an incident, whether anybody was told of it or not, in no order.
    ///
    /// - Throws: if the database cannot be read.
    public func expandedAlerts(ofIncident incident: Incident.ID) throws -> [Alert] {
        // An alert's id is its incident's and a number, and '0' follows '/'.
        try alerts("WHERE id > ? AND id < ?", ["\(incident)/", "\(incident)0"])
    }

    private func alerts(_ which: String, _ arguments: StatementArguments) throws -> [Alert] {
        try writer.read { database in
            try String.fetchAll(database, sql: "SELECT body FROM alert \(which)", arguments: arguments)
                .map { try JSONText.decode(Alert.self, from: $0) }
        }
    }
}
