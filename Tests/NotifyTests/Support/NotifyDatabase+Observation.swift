import GRDB
import Rules

@testable import Store

extension NotifyDatabase {
    struct Ended: Error {}

    /// Makes SQLite itself report a full disk (SQLITE_FULL) beyond so many pages; it never goes below what is there.
    func allow(pages: Int) async throws {
        try await writer.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }
    }

    /// The lines owed to the alert log, once one of them satisfies a condition.
    func records(until isThere: (LogRecord) -> Bool) async throws -> [LogRecord] {
        try await value({ try $0.records(after: 0, limit: 1000).map(\.record) }) { $0.contains(where: isThere) }
    }

    /// The deliveries of an alert, once they satisfy a condition together.
    func deliveries(of alert: Alert.ID, until areThere: ([Delivery]) -> Bool) async throws -> [Delivery] {
        try await value({ try $0.deliveries(of: alert) }, areThere)
    }

    /// What is read, once it satisfies a condition: looked at again after every commit.
    private func value<Value>(
        _ read: (NotifyDatabase) throws -> Value, _ isThere: (Value) -> Bool
    ) async throws -> Value {
        let commits = ValueObservation.tracking(regions: [Table("delivery"), Table("record")]) { _ in }
        for try await _ in commits.values(in: writer) {
            let value = try read(self)
            if isThere(value) { return value }
        }
        throw Ended()
    }
}
