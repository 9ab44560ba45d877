import Devices
import Registry
import Rules

// What cannot be understood or placed. Nothing of it is lost silently, and none of it floods the log.
extension Pipeline {
    func noteMalformed(_ malformed: Malformed, topic: String, at moment: Instant) {
        board.count(malformed: 1)
        guard troubles.isNews("malformed \(malformed.address ?? topic)", at: moment) else { return }
        note(
            hub: LogRecord.Text(
                "A message on \(topic.shortened) cannot be understood: \(malformed.description.shortened)",
                "無法理解 \(topic.shortened) 的訊息：\(malformed.description.shortened)"),
            level: .trouble, event: .trouble,
            details: ["trouble": "malformed", "state": "open", "topic": topic.shortened])
    }

    func noteUnmapped(_ report: Report, at moment: Instant) {
        let fields = report.unmapped.joined(separator: " ")
        guard troubles.isNews("unmapped \(report.address) \(fields)", at: moment) else { return }
        note(
            hub: LogRecord.Text(
                "\(report.address.shortened) sends \(fields), which may be an alarm and which no table explains",
                "\(report.address.shortened) 傳送了未能解讀的欄位 \(fields)，可能是警報"),
            level: .trouble, event: .trouble,
            details: ["trouble": "unmapped", "state": "open", "address": report.address.shortened, "fields": fields])
    }

    /// A device that is not in the registry. Its alarm is told to the guards' log at once; it confirms nothing.
    func noteUnknown(_ report: Report, retained: Bool, at moment: Instant) {
        board.count(unknown: 1)
        let alarms = report.readings.contains { reading in
            reading.value == .flag(true) && Signal.Kind(reading.kind, from: .sensor) != nil
        }
        let key = "unknown \(report.ecosystem.rawValue) \(report.address) \(alarms)"
        guard troubles.isNews(key, at: moment) else { return }
        let place = report.place.map { " (\($0))" } ?? ""
        let name = "\(report.ecosystem.rawValue) \(report.address.shortened)\(place)"
        note(
            hub: alarms
                ? LogRecord.Text(
                    "An ALARM from a device that devices.csv does not have: \(name); go and look, then add it",
                    "未登記的裝置發出警報：\(name)；請到場查看並登記")
                : LogRecord.Text(
                    "A device that devices.csv does not have: \(name); add it, or its alarms count for nothing",
                    "未登記的裝置：\(name)；請登記，否則其警報無效"),
            level: alarms ? .alarm : .trouble, event: .trouble,
            details: [
                "trouble": "unknown device", "state": "open", "ecosystem": report.ecosystem.rawValue,
                "address": report.address.shortened, "retained": "\(retained)",
            ])
    }

    func noteDropped(topic: String, payloadBytes: Int, at moment: Instant) {
        board.count(dropped: 1)
        guard troubles.isNews("dropped \(topic)", at: moment) else { return }
        note(
            hub: LogRecord.Text(
                "A message of \(payloadBytes) bytes on \(topic.shortened) was dropped: more than payload-bytes-max",
                "\(topic.shortened) 的訊息有 \(payloadBytes) 位元組，超出上限，已捨棄"),
            level: .trouble, event: .trouble,
            details: ["trouble": "payload too large", "state": "open", "topic": topic.shortened])
    }
}

/// Which troubles have been told lately, so that one that goes on is one line an hour. Bounded: when it is full, it
/// forgets, and tells again.
struct TroubleMemory {
    private var toldAt: [String: Instant] = [:]

    static let namesMax = 10_000
    static let again = Duration.seconds(3600)

    mutating func isNews(_ name: String, at moment: Instant) -> Bool {
        // Strangers choose the names, up to 64 KiB of them.
        let name = name.shortened
        if let told = toldAt[name], moment < told + Self.again { return false }
        if toldAt.count >= Self.namesMax { toldAt.removeAll() }
        toldAt[name] = moment
        return true
    }
}

extension String {
    /// What strangers send, short enough for a line of the log.
    var shortened: String { count <= 200 ? self : prefix(200) + "…" }
}
