public import Rules

/// The committed alerts, in the order of their commit: what the notifier follows.
public protocol AlertSource: Sendable {
    /// - Parameter sequence: the last one that was taken; 0 for none.
    /// - Returns: the alerts that follow, at most `limit`, in ascending sequence; empty if there are none yet.
    /// - Throws: if they cannot be read now. The caller asks again later.
    func alerts(after sequence: Int64, limit: Int) throws -> [(sequence: Int64, alert: Alert)]

    /// Whether somebody who looks after the estate has seen an incident at its present stage, or it is over; `false` of one
    /// that is unknown.
    ///
    /// - Throws: if that cannot be read now; then it counts as not answered.
    func isAnswered(_ incident: Incident.ID) throws -> Bool
}
