import Registry
import Rules
import Store

/// What the dispatcher owes to the alert log and to the disk.
extension Dispatcher {
    /// Adds lines for the alert log. Beyond the limit, which only a disk that takes nothing can reach, the oldest are
    /// dropped.
    mutating func note(_ lines: [LogRecord]) {
        unwritten.records += lines
        let excess = unwritten.records.count - settings.unwrittenRecordsMax
        if excess > 0 { unwritten.records.removeFirst(excess) }
    }

    mutating func noteDropped(alerts: Int, at now: Instant) {
        note([
            records.trouble(
                "\(alerts) alerts were dropped, because too many that could not be written down were waiting",
                "因等候中而未能寫入的警報過多，\(alerts) 個警報已被捨棄", ["alerts": "\(alerts)"], at: now)
        ])
    }

    package mutating func note(_ trouble: ChannelTrouble, at now: Instant) {
        note([records.trouble(trouble.text.english, trouble.text.traditionalChinese, trouble.details, at: now)])
    }

    package mutating func noteUnwritable(_ error: String, at now: Instant) {
        note([
            records.trouble(
                "The outbox cannot be written; alerts go out from memory",
                "無法寫入待發記錄；警報改由記憶體直接發出", ["error": error], at: now)
        ])
    }

    package mutating func noteRecovery(failingSince: Instant, at now: Instant) {
        let seconds = (now - failingSince).wholeMilliseconds / 1000
        note([
            records.trouble(
                "The outbox can be written again, after \(seconds) s", "待發記錄在 \(seconds) 秒後恢復寫入",
                ["seconds": "\(seconds)"], at: now)
        ])
    }

    /// Keeps the debt bounded while the disk takes nothing: finished deliveries go first, and would be sent again only
    /// if the process ended before the disk recovers.
    package mutating func trimUnwritten() {
        guard unwritten.deliveries.count > settings.openDeliveriesMax else { return }
        unwritten.deliveries = unwritten.deliveries.filter { !$0.value.state.isFinal }
    }
}
