import AlertLog
import Devices
import Registry
import Rules
import Store

// The lines of the alert log that are about the hub itself, and about what cannot be understood or placed. Nothing of
// it is lost silently, and none of it floods the log.
extension Pipeline {
    func note(_ english: String, _ chinese: String, _ details: [String: String] = [:]) {
        note(LogRecord.Text(english, chinese), .hub, .info, details)
    }

    /// Opens a trouble. Its name is what ``note(putRight:_:_:)`` closes it by.
    func note(
        trouble name: String, level: Level = .trouble, _ english: String, _ chinese: String,
        _ details: [String: String] = [:]
    ) {
        let ticket = ["trouble": name, "state": "open"]
        note(LogRecord.Text(english, chinese), .trouble, level, details.merging(ticket) { $1 })
    }

    func note(putRight name: String, _ english: String, _ chinese: String) {
        note(LogRecord.Text(english, chinese), .trouble, .info, ["trouble": name, "state": "put right"])
    }

    private func note(_ text: LogRecord.Text, _ event: LogRecord.Event, _ level: Level, _ details: [String: String]) {
        // The log's lines keep their order.
        collect()
        unwritten.outcome.records.append(
            LogRecord(
                at: now(), event: event, level: level, estate: registry.estate.id, text: text, details: details))
    }

    /// Tells the guards and those who maintain of something that may be an alarm, as soon as it is durable.
    ///
    /// - Parameter block: whose guards; `nil` if nobody can tell, and then all.
    func announce(_ text: LogRecord.Text, of trouble: String, block: String?, at moment: Instant) {
        let block = block.flatMap { registry.estate.block($0)?.id } ?? "*"
        let places = block == "*" ? registry.estate.blocks.map { Place(block: $0.id) } : [Place(block: block)]
        let number = unwritten.outcome.alerts.count
        unwritten.outcome.alerts.append(
            Alert(
                announcing: text,
                id: "\(block == "*" ? registry.estate.id : block)-trouble-\(moment.milliseconds)-\(number)",
                at: moment, block: block, places: places, verb: trouble, to: [.guards, .maintenance]))
    }

    /// Somebody, or the disk, has cut the alert log: that belongs on record where everybody looks.
    func noteDamage(_ opening: LogWriter.Opening) {
        if let missing = opening.missing {
            let (first, last) = (missing.lowerBound, missing.upperBound)
            note(
                trouble: "log", "Lines \(first) to \(last) are missing from the alert log; run 'smokehub log verify'",
                "警報記錄缺少第 \(first) 至 \(last) 行；請執行 smokehub log verify", ["first": "\(first)", "last": "\(last)"])
        } else {
            note(
                trouble: "log",
                "The alert log's anchor alerts.head was gone or changed; nobody can say what its end was",
                "警報記錄的錨點 alerts.head 曾遺失或被更改，無法確定其結尾是否完整")
        }
    }

    func noteMalformed(_ malformed: Malformed, _ message: Message, at moment: Instant) {
        board.count(malformed: 1)
        quarantine(malformed, message, at: moment)
        if let ecosystem = malformed.ecosystem, let refusal = malformed.refusal,
            let index = registry.position(of: ecosystem, address: refusal.identity)
        {
            return noteRefused(refusal, of: registry.devices[index], at: moment)
        }
        guard troubles.isNews("malformed \(malformed.address ?? message.topic)", at: moment) else { return }
        let topic = message.topic.shortened
        let reason = malformed.description.shortened
        note(
            trouble: "malformed",
            "A message on \(topic) cannot be understood: \(reason) (more of them are only counted for an hour)",
            "無法理解 \(topic) 的訊息：\(reason)（一小時內的同類訊息只作點算）", ["topic": topic])
    }

    /// Somebody announces a device of the registry that another has announced.
    private func noteRefused(_ refusal: Malformed.Refusal, of device: Device, at moment: Instant) {
        guard troubles.isNews("announcement \(device.id) \(refusal.topic)", at: moment) else { return }
        let (identity, topic, holder) = (refusal.identity.shortened, refusal.topic.shortened, refusal.holder.shortened)
        note(
            trouble: "announcement",
            "\(topic) announces \(device.id) (\(identity)), which is \(holder)'s: refused; find out who speaks there, and "
                + "withdraw one of them, or name its node under ecosystems.homeassistant_discovery.nodes",
            "\(topic) 宣告 \(device.id)（\(identity)），但它屬於 \(holder)：已拒絕；請查明來源並撤回其中之一，"
                + "或在 ecosystems.homeassistant_discovery.nodes 註明其節點",
            ["device": device.id, "identity": identity, "refused": topic, "holder": holder])
    }

    /// A device whose topic names another place than `devices.csv` does, which is what counts.
    func noteMisplaced(_ device: Device, said place: Place, at moment: Instant) {
        guard troubles.isNews("misplaced \(device.id)", at: moment) else { return }
        note(
            trouble: "misplaced",
            "\(device.id) says in its topic that it is in \(place); devices.csv says \(device.place), which counts: correct one of them",
            "\(device.id) 的主題顯示位置為 \(place)，但 devices.csv 登記為 \(device.place)；以登記為準，請更正",
            ["device": device.id, "said": place.description])
    }

    func noteDropped(topic: String, payloadBytes: Int, at moment: Instant) {
        // Nobody's message, and no trouble, however many devices it lists.
        guard !decoders.isInventory(topic) else { return board.count(inventories: 1) }
        board.count(dropped: 1)
        guard troubles.isNews("dropped \(topic)", at: moment) else { return }
        let topic = topic.shortened
        note(
            trouble: "payload too large",
            "A message of \(payloadBytes) bytes on \(topic) was dropped: more than payload-bytes-max",
            "\(topic) 的訊息有 \(payloadBytes) 位元組，超出上限，已捨棄", ["topic": topic])
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
