import GRDB

/// Why something could not be made durable or read back.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    public var reason: Reason
    public var description: String

    public enum Reason: Hashable, Sendable {
        /// The disk is full or cannot be written; worth trying again.
        case disk
        /// Another process holds the database; worth trying again.
        case locked
        /// The file is no database of ours, or is damaged.
        case unusable
    }

    /// One that is made up, for a simulation.
    package init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }

    init(_ error: any Error, doing what: String) {
        guard let error = error as? DatabaseError else {
            reason = .unusable
            description = "\(what): \(error)"
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN:
            reason = .disk
            description = "\(what): the disk is full or cannot be written (\(error.message ?? "no details"))"
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            reason = .locked
            description = "\(what): another process holds the database"
        default:
            reason = .unusable
            description = "\(what): \(error.message ?? "SQLite says \(error.resultCode)")"
        }
    }
}
