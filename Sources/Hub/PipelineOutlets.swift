import Rules

/// Where the pipeline hands over what it has decided. None of these may make it wait.
struct PipelineOutlets: Sendable {
    var announcer: Announcer
    /// Alerts were committed.
    var wakeNotifier: @Sendable () -> Void
    /// Alerts that could not be committed, and have to go out all the same.
    var takeUndurable: @Sendable ([Alert]) -> Void
    /// Records were committed.
    var wakeLog: @Sendable () -> Void
    /// The backlog is through: the hub hears what happens as it happens.
    var ready: @Sendable () -> Void
    /// The pipeline has come round once more.
    var isAlive: @Sendable () -> Void

    /// - Parameters:
    ///   - told: how many of the alerts have gone out before they were durable.
    ///   - lastAlert: the sequence of the last alert in the database.
    func tell(_ outcome: Consequences, alertsFrom told: Int, through lastAlert: Int64) {
        if !outcome.alerts.isEmpty {
            announcer.announce(Array(outcome.alerts.dropFirst(told)), through: lastAlert)
            wakeNotifier()
        }
        announcer.show(outcome)
        if !outcome.records.isEmpty { wakeLog() }
    }

    func tell(undurable alerts: [Alert], of outcome: Consequences) {
        announcer.announce(alerts, through: nil)
        takeUndurable(alerts)
        announcer.show(outcome)
    }
}
