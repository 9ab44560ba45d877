public import Rules

/// The committed alerts, in the order of their commit: what the notifier follows.
public protocol AlertSource: Sendable {
    /// - Parameter sequence: the last one that was taken; 0 for none.
    /// - Returns: the alerts that follow, at most `limit`, in ascending sequence; empty if there are none yet.
    /// - Throws: if they cannot be read now. The caller asks again later.
    func alerts(after sequence: Int64, limit: Int) throws -> [(sequence: Int64, alert: Alert)]
}
