import Devices
import Registry
import Rules
import Store
import Synchronization

// Devices that nobody has registered. Their alarms are told to the guards at once and confirm nothing; everything else
// that they say waits for somebody to adopt them.
extension Pipeline {
    /// What could have been said of strangers by now, and what is told of those whom nobody was told of.
    struct Strangers {
        /// Messages to the guards: five alarms at once in ten minutes, the rest as a number.
        var alarms = Spate(singly: 5, within: .seconds(600), gathering: .seconds(30))
        /// Lines of the alert log: fifty in ten minutes, the rest as a number.
        var lines = Spate(singly: 50, within: .seconds(600), gathering: .seconds(30))
        /// When it was told that the quarantine is full.
        var overflowToldAt: Instant?
        var overflowTold = 0
    }

    func noteUnknown(_ report: Report, _ message: Message, exercise: String?, at moment: Instant) {
        board.count(unknown: 1)
        // Drills are played by devices of the registry alone.
        guard exercise == nil else { return }
        let place = report.place.flatMap { registry.estate.has($0) ? $0 : nil }
        let news = board.quarantine.withLock { $0.hear(report, message, place: place, at: moment) }
        if news.isKept, news.alarmIsNew { writeAtOnce(QuarantinedDevice.Key(report.ecosystem, report.address)) }
        let isNews = troubles.isNews(
            "unknown \(report.ecosystem.rawValue) \(report.address) \(news.alarm)", at: moment)
        guard isNews else { return }
        let said = report.place.map { " (\($0))" } ?? ""
        let name = "\(report.ecosystem.rawValue) \(report.address.shortened)\(said)"
        let details = [
            "ecosystem": report.ecosystem.rawValue, "address": report.address.shortened,
            "retained": "\(message.retained)",
        ]
        if news.alarm {
            noteStrangersAlarm(name, details, block: place?.block, retained: message.retained, at: moment)
        } else if strangers.lines.tells(at: moment) {
            note(
                trouble: "unknown device",
                "A device that devices.csv does not have: \(name); add it, or its alarms count for nothing",
                "未登記的裝置：\(name)；請登記，否則其警報無效", details)
        }
    }

    private func noteStrangersAlarm(
        _ name: String, _ details: [String: String], block: String?, retained: Bool, at moment: Instant
    ) {
        let text = LogRecord.Text(
            "An ALARM from a device that devices.csv does not have: \(name); go and look, then add it",
            "未登記的裝置發出警報：\(name)；請到場查看並登記")
        // What the broker kept may be of last year.
        let isTold = !retained && strangers.alarms.tells(at: moment)
        if isTold || strangers.lines.tells(at: moment) {
            note(trouble: "unknown device", level: .alarm, text.english, text.traditionalChinese, details)
        }
        if isTold { announce(text, of: "unknown device", block: block, at: moment) }
    }

    /// A message that cannot be understood, of an address that nobody has registered.
    func quarantine(_ malformed: Malformed, _ message: Message, at moment: Instant) {
        guard let ecosystem = malformed.ecosystem, let address = malformed.address,
            registry.position(of: ecosystem, address: address) == nil
        else { return }
        board.quarantine.withLock { $0.hear(malformed, message, at: moment) }
    }

    /// Tells of those strangers whom nobody was told of one by one.
    func tellOfStrangers(at moment: Instant) {
        if let count = strangers.alarms.sum(at: moment) {
            let text = LogRecord.Text(
                "And \(count) more unknown \(count == 1 ? "device alarms" : "devices alarm"); "
                    + "smokehub devices --unknown shows them; go and look",
                "另有 \(count) 個未登記的裝置發出警報；smokehub devices --unknown 可列出；請到場查看")
            note(
                trouble: "unknown device", level: .alarm, text.english, text.traditionalChinese, ["more": "\(count)"])
            announce(text, of: "unknown device", block: nil, at: moment)
        }
        if let count = strangers.lines.sum(at: moment) {
            note(
                trouble: "unknown device",
                "And \(count) more messages of devices that devices.csv does not have; 'smokehub devices --unknown'",
                "另有 \(count) 則未登記裝置的訊息；請用 smokehub devices --unknown 查看", ["more": "\(count)"])
        }
        tellOfOverflow(at: moment)
    }

    private func tellOfOverflow(at moment: Instant) {
        let lost = board.quarantine.withLock { $0.thrownOut + $0.turnedAway }
        guard lost > strangers.overflowTold,
            strangers.overflowToldAt.map({ moment >= $0 + TroubleMemory.again }) ?? true
        else { return }
        let count = lost - strangers.overflowTold
        strangers.overflowTold = lost
        strangers.overflowToldAt = moment
        note(
            trouble: "quarantine",
            "More unknown devices speak than the \(Quarantine.devicesMax) that are kept; \(count) could not be: "
                + "somebody makes up addresses, or a whole system is missing in devices.csv",
            "未登記的裝置超過可保留的 \(Quarantine.devicesMax) 個，\(count) 個未能保留；可能有人偽造地址，或整個系統尚未登記",
            ["not_kept": "\(count)"])
    }

    /// Adds what has changed of unknown devices to what is written next.
    ///
    /// - Returns: whether that was all.
    func writeQuarantine(limit: Int) -> Bool {
        let changes = board.quarantine.withLock { quarantine in
            quarantine.forget(at: now())
            return quarantine.takeChanges(limit)
        }
        unwritten.quarantine.add(kept: changes.kept, gone: changes.gone)
        return max(changes.kept.count, changes.gone.count) < limit
    }

    /// An alarm does not wait for the next checkpoint; while nothing can be written it stays where it is.
    private func writeAtOnce(_ key: QuarantinedDevice.Key) {
        guard fault == nil, let device = board.quarantine.withLock({ $0.takeChange(key) }) else { return }
        unwritten.quarantine.add(kept: [device], gone: [])
    }
}

extension Estate {
    fileprivate func has(_ place: Place) -> Bool { (try? check(place)) != nil }
}
