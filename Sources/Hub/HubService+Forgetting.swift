import AlertLog
import Foundation
public import Logging
import Notify
public import Registry
import Rules
import Store
import Synchronization

/// A person whose data are to be deleted, or were.
public struct ForgettingOrder: Hashable, Sendable, Codable {
    public var resident: Resident.ID
    /// The SHA-256 of their row in `residents.csv`, if it was sealed: of a plain one it would let a guess be checked.
    public var row: String?

    public init(resident: Resident.ID, row: String? = nil) {
        self.resident = resident
        self.row = row
    }
}

/// What was deleted of a person in a hub's state.
public struct ForgottenPerson: Hashable, Sendable, Codable {
    public var resident: Resident.ID
    /// How many, by table of `notify.sqlite`.
    public var rows: [String: Int]
    /// Which line of the alert log tells of it, as its `details` name their source.
    public var source: String

    /// As the line of the log has them: `answer 1, delivery 12, told 0`.
    public static func text(of rows: [String: Int]) -> String {
        rows.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}

extension HubService {
    /// Deletes what the hub has of people whom `residents.csv` has no more: reads its configuration again first.
    ///
    /// - Throws: why not; nothing or all of it is deleted then.
    public func forget(_ orders: [ForgettingOrder], by operator: String) async throws -> [ForgottenPerson] {
        _ = try await reload()
        guard let telling = telling.withLock({ $0 }) else { throw StartError("the hub is starting; ask again") }
        for order in orders where telling.directory.resident(order.resident) != nil {
            throw StartError("'\(order.resident)' still stands in residents.csv; remove the row first")
        }
        let record = Self.record(orders, by: `operator`, estate.id, moment)
        let forgotten = try await telling.notifier.forget(orders.map(\.resident), record: record)
        let last = forgotten.map(\.record).max() ?? 0
        for _ in 0..<500 where board.notifyLoggedThrough < last { try await Task.sleep(for: .milliseconds(10)) }
        guard board.notifyLoggedThrough >= last else {
            throw StartError("it is deleted, but the alert log cannot be written; ask again for the proof")
        }
        try await telling.notifier.clean(recordsThrough: last)
        return forgotten.map { ForgottenPerson($0, in: telling.database.name) }
    }

    /// As ``forget(_:by:)``, while no hub works on a state folder.
    ///
    /// - Throws: why not.
    public static func forget(
        _ orders: [ForgettingOrder], by operator: String, in state: StateFolder, estate: String, at moment: Instant,
        logger: Logger
    ) async throws -> [ForgottenPerson] {
        let hub = try HubDatabase(path: state.hubDatabase)
        let notify = try NotifyDatabase(path: state.notifyDatabase)
        let forgotten = try await notify.forget(
            orders.map(\.resident), record: record(orders, by: `operator`, estate, moment))
        let board = HubBoard()
        let log = try LogKeeper(folder: state.path, hub: hub, notify: notify, board: board, logger: logger)
        log.stop()
        log.run()
        let last = forgotten.map(\.record).max() ?? 0
        guard board.notifyLoggedThrough >= last else {
            throw StartError("it is deleted, but the alert log cannot be written; ask again for the proof")
        }
        try await notify.clean(recordsThrough: last, whileTelling: false)
        let people = forgotten.map { ForgottenPerson($0, in: notify.name) }
        try notify.close()
        return people
    }

    private static func record(
        _ orders: [ForgettingOrder], by operator: String, _ estate: String, _ moment: Instant
    ) -> @Sendable (Resident.ID, [String: Int]) -> LogRecord {
        { resident, rows in
            var details = [
                "verb": "forget", "resident": resident, "by": `operator`, "rows": ForgottenPerson.text(of: rows),
            ]
            details["row"] = orders.first { $0.resident == resident }?.row
            return LogRecord(
                at: moment, event: .operator, level: .info, estate: estate,
                text: LogRecord.Text(
                    "The data of \(resident) were deleted (\(`operator`))", "\(resident) 的個人資料已刪除（\(`operator`)）"),
                details: details)
        }
    }
}

extension ForgottenPerson {
    fileprivate init(_ forgotten: NotifyDatabase.Forgotten, in database: String) {
        resident = forgotten.resident
        rows = forgotten.rows
        source = LogSource(database: database, sequence: forgotten.record).description
    }
}
