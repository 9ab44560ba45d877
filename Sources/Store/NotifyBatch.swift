public import Rules

/// What the notifier wants written at once: the state that is now true, not the steps that led there. Writing a batch
/// twice changes nothing but its records.
public struct NotifyBatch: Sendable {
    /// The sequence of the last alert that was expanded; `nil` if it has not moved.
    public var cursor: Int64?
    public var alerts: [Alert] = []
    public var deliveries: [Delivery.ID: Delivery] = [:]
    public var told: [Told.Key: Told] = [:]
    /// Incidents that are over, of which nobody needs to be reminded.
    public var forgotten: Set<String> = []
    /// Lines owed to the alert log.
    public var records: [LogRecord] = []

    public init() {}

    public var isEmpty: Bool {
        cursor == nil && alerts.isEmpty && deliveries.isEmpty && told.isEmpty && forgotten.isEmpty && records.isEmpty
    }
}
