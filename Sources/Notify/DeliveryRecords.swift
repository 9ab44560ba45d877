import Registry
import Rules
import Store

/// The lines that the notifier owes to the alert log.
///
/// A fire in a block of 250 flats must stay readable at night, so telling is one line for each alert and channel:
/// written when everybody has been tried once, and again when all is over if more were told meanwhile. What finally
/// failed is a trouble of its own, one line for each reason. Contacts appear by their id, and nobody by name, number
/// or URL.
struct DeliveryRecords: Sendable {
    let estate: Estate

    /// How many contacts a line names; the outbox knows the rest.
    private static let namedMax = 64

    func summary(_ alert: Alert, channel: String, _ tally: Progress.Tally, at now: Instant) -> LogRecord {
        let told = tally.told.count
        let all = tally.targets.count
        // From when the alert came here: its own time is that of the event, and in a drill runs faster than life.
        let took = Self.took((tally.lastAcceptedAt ?? now) - (tally.beganAt ?? now))
        let rest = tally.open == 0 || told == all ? ("", "") : ("; the others are tried again", "；其餘正在重試")
        let text =
            if channel == SirenChannel.name {
                alert.isOver || alert.sounders == .stop
                    ? LogRecord.Text(
                        "\(told) of \(all) sirens told to stop in \(took.english)\(rest.0)",
                        "\(told)/\(all) 個警笛已獲指令停止，用時 \(took.traditionalChinese)\(rest.1)")
                    : LogRecord.Text(
                        "\(told) of \(all) sirens told to sound in \(took.english)\(rest.0)",
                        "\(told)/\(all) 個警笛已獲指令響起，用時 \(took.traditionalChinese)\(rest.1)")
            } else if let stations = Self.stations(channel) {
                LogRecord.Text(
                    "\(told) of \(all) \(stations.english) told by \(channel) in \(took.english)\(rest.0)",
                    "已經 \(channel) 通知 \(told)/\(all) \(stations.traditionalChinese)"
                        + "，用時 \(took.traditionalChinese)\(rest.1)")
            } else {
                LogRecord.Text(
                    "\(told) of \(all) people told by \(channel) in \(took.english)\(rest.0)",
                    "已經 \(channel) 通知 \(told)/\(all) 人，用時 \(took.traditionalChinese)\(rest.1)")
            }
        var details = ["channel": channel, "told": "\(told)", "of": "\(all)", "took": took.english]
        details["contacts"] = Self.named(tally.contacts)
        return record(alert, told == all ? .info : .trouble, text, details, at: now)
    }

    /// What is told over a channel that has no people.
    private static func stations(_ channel: String) -> LogRecord.Text? {
        switch channel {
        case CAPChannel.name: LogRecord.Text("receivers", "個接收端")
        case SpeechChannel.name: LogRecord.Text("players", "個廣播器")
        case DisplayChannel.name: LogRecord.Text("displays", "個顯示屏")
        default: nil
        }
    }

    /// The people over all channels together: `248 of 251 people reached in 41 s`.
    func reach(_ alert: Alert, _ tally: Progress.Tally, at now: Instant) -> LogRecord {
        let (told, all) = (tally.told.count, tally.targets.count)
        let took = Self.took((tally.lastAcceptedAt ?? now) - (tally.beganAt ?? now))
        let text = LogRecord.Text(
            "\(told) of \(all) people reached in \(took.english)", "已聯絡 \(told)/\(all) 人，用時 \(took.traditionalChinese)")
        let details = ["reached": "\(told)", "of": "\(all)", "took": took.english]
        return record(alert, told == all ? .info : .trouble, text, details, at: now)
    }

    /// One line for all that failed of the same alert, channel and reason.
    func failures(_ deliveries: [Delivery], at now: Instant, alert: (Alert.ID) -> Alert?) -> [LogRecord] {
        var lines: [[Delivery]] = []
        for delivery in deliveries {
            let index = lines.firstIndex { line in
                line.first.map {
                    ($0.alert, $0.channel, $0.error, $0.state)
                        == (delivery.alert, delivery.channel, delivery.error, delivery.state)
                } ?? false
            }
            if let index { lines[index].append(delivery) } else { lines.append([delivery]) }
        }
        return lines.compactMap { line in
            guard let first = line.first, let alert = alert(first.alert) else { return nil }
            return failure(line, first, alert, at: now)
        }
    }

    private func failure(_ line: [Delivery], _ first: Delivery, _ alert: Alert, at now: Instant) -> LogRecord {
        let error = first.error ?? "no reason given"
        let who = line.count == 1 ? (first.contact, first.contact) : ("\(line.count) contacts", "\(line.count) 個聯絡")
        let what: (String, String) =
            switch first.state {
            case .refused: ("refused", "被拒絕")
            case .expired: ("given up", "已放棄")
            default: ("not possible", "無法傳送")
            }
        let text = LogRecord.Text(
            "\(who.0) not told by \(first.channel): \(what.0), \(error)",
            "未能經 \(first.channel) 通知 \(who.1)：\(what.1)，\(error)")
        var details = ["channel": first.channel, "state": first.state.rawValue, "error": error]
        details["contacts"] = Self.named(line.map(\.contact))
        details["attempts"] = "\(line.map(\.attempts).max() ?? 0)"
        return record(alert, .trouble, text, details, at: now)
    }

    /// People without a contact, and alerts that nobody would hear.
    func gaps(_ alert: Alert, _ expansion: Expansion, at now: Instant) -> [LogRecord] {
        var lines: [LogRecord] = []
        if !expansion.unreachable.isEmpty {
            let count = expansion.unreachable.count
            let text = LogRecord.Text(
                "\(count) people should be told and have no contact", "\(count) 名應獲通知的人沒有任何聯絡方法")
            lines.append(record(alert, .trouble, text, ["residents": Self.named(expansion.unreachable)], at: now))
        }
        if !expansion.optedOut.isEmpty {
            let count = expansion.optedOut.count
            let text = LogRecord.Text(
                "\(count) people are not told: they have turned their contacts off", "\(count) 人已關閉所有聯絡方法，未獲通知")
            lines.append(record(alert, .trouble, text, ["residents": Self.named(expansion.optedOut)], at: now))
        }
        if expansion.isDeaf {
            let text = LogRecord.Text("Nobody is there to be told", "沒有任何可通知的對象")
            let audience = alert.audience.map(\.rawValue).joined(separator: " ")
            lines.append(record(alert, .trouble, text, ["audience": audience], at: now))
        }
        return lines
    }

    /// Nobody has answered, and others are told.
    func escalation(_ alert: Alert, _ step: Escalation.Step, people: Int, at now: Instant) -> LogRecord {
        let seconds = step.after.wholeMilliseconds / 1000
        let text = LogRecord.Text(
            "nobody has answered for \(seconds) s; \(people) more \(people == 1 ? "is" : "are") told: "
                + step.audience.words.english,
            "\(seconds) 秒內無人回應；另外通知 \(people) 人：\(step.audience.words.traditionalChinese)")
        return record(alert, .info, text, ["audience": step.audience.rawValue, "people": "\(people)"], at: now)
    }

    /// `Block A, 12C: r-a-12-C is safe (page)`
    func answer(_ answer: GivenAnswer, place: Place?) -> LogRecord {
        let words: (String, String) =
            switch answer.answer {
            case .safe: ("is safe", "安全")
            case .needHelp: ("NEEDS HELP", "求助")
            case .falseAlarm: ("says that it is a false alarm", "表示是誤報")
            case .onIt: ("is on the way", "正前往處理")
            }
        let names = PlaceNames(estate)
        let at = place.map(names.text) ?? names.estate
        return LogRecord(
            at: answer.at, event: .receipt, level: answer.answer == .needHelp ? .alarm : .info, estate: estate.id,
            place: place, incident: answer.incident, exercise: answer.exercise,
            text: LogRecord.Text(
                "\(at.english): \(answer.resident) \(words.0) (\(answer.channel))",
                "\(at.traditionalChinese)：\(answer.resident) \(words.1)（\(answer.channel)）"),
            details: ["answer": answer.answer.rawValue, "channel": answer.channel, "resident": answer.resident])
    }

    /// Something that concerns the notifier itself.
    func trouble(
        _ english: String, _ traditionalChinese: String, _ details: [String: String], exercise: String? = nil,
        at now: Instant
    ) -> LogRecord {
        LogRecord(
            at: now, event: .trouble, level: .trouble, estate: estate.id, exercise: exercise,
            text: .init(english, traditionalChinese), details: details)
    }

    func note(_ telling: TellingNote, at now: Instant) -> LogRecord {
        LogRecord(
            at: now, event: telling.details["trouble"] == nil ? .hub : .trouble, level: telling.level,
            estate: estate.id, text: telling.text,
            details: telling.details)
    }

    private func record(
        _ alert: Alert, _ level: Level, _ text: LogRecord.Text, _ details: [String: String], at now: Instant
    ) -> LogRecord {
        let prefix = alert.exercise == nil ? "" : MessageCatalogue.exercisePrefix
        let block = alert.block == "*" ? estate.name : estate.block(alert.block)?.name
        let place = (block?[.english] ?? alert.block, block?[.traditionalChinese] ?? alert.block)
        var details = details
        details["alert"] = alert.id
        return LogRecord(
            at: now, event: .delivery, level: level, estate: estate.id, place: Place(block: alert.block),
            incident: alert.incident, stage: alert.stage, exercise: alert.exercise,
            text: LogRecord.Text(
                "\(prefix)\(place.0): \(text.english) (#\(alert.id))",
                "\(prefix)\(place.1)：\(text.traditionalChinese)（#\(alert.id)）"), details: details)
    }

    /// `14 ms`, `1.4 s`.
    static func took(_ duration: Duration) -> LogRecord.Text {
        let milliseconds = max(0, duration.wholeMilliseconds)
        guard milliseconds >= 1000 else { return LogRecord.Text("\(milliseconds) ms", "\(milliseconds) 毫秒") }
        let tenths = (milliseconds + 50) / 100
        return LogRecord.Text("\(tenths / 10).\(tenths % 10) s", "\(tenths / 10).\(tenths % 10) 秒")
    }

    private static func named(_ ids: [String]) -> String {
        let shown = ids.prefix(namedMax).joined(separator: " ")
        return ids.count > namedMax ? "\(shown) and \(ids.count - namedMax) more" : shown
    }
}
