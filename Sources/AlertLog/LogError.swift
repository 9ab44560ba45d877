import Glibc

/// What hinders the alert log from being read or written: where, what, and what to do about it.
public struct LogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file or folder.
    public var path: String
    public var reason: Reason

    public enum Reason: Hashable, Sendable {
        /// The system refused; `code` is its `errno`.
        case refused(doing: String, code: Int32)
        /// Another process writes this log.
        case alreadyWritten
        /// The folder exists, but nothing of an alert log is in it.
        case noLog
        /// The anchor is there, but is not what the hub writes.
        case unreadableHead
    }

    public init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// From `errno` as it stands.
    static func system(_ doing: String, _ path: String) -> LogError {
        LogError(path: path, reason: .refused(doing: doing, code: errno))
    }

    /// `state/alerts.jsonl: cannot write: No space left on device; make room on that disk`
    public var description: String {
        switch reason {
        case .refused(let doing, let code): "\(path): cannot \(doing): \(String(cString: strerror(code)))\(mend(code))"
        case .alreadyWritten:
            "\(path): another hub writes the alert log here; stop it, or give this one its own --state"
        case .noLog: "\(path): there is no alert log here; name the hub's state folder with --state"
        case .unreadableHead: "\(path): this is not the anchor that the hub writes; keep it as evidence"
        }
    }

    private func mend(_ code: Int32) -> String {
        switch code {
        case ENOSPC, EDQUOT: "; make room on that disk"
        case EACCES, EPERM, EROFS: "; give this user the right to it"
        case ENOENT: "; name the hub's state folder with --state"
        default: ""
        }
    }
}
