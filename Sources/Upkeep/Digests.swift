public import Registry
public import Rules

/// Which days' digests have been given.
struct Digests: Sendable {
    /// In days since 1970-01-01, by the estate's clocks.
    var lastDay: Int?
}

extension Caretaker {
    /// The latest time of the day at which a digest that was missed is still given.
    static let digestUntil = Duration.seconds(21 * 3600)
    /// How many tickets a digest names.
    static let namedInDigest = 10

    /// What those who maintain are told once a day: what is open, the most urgent first.
    ///
    /// - Returns: `nil` if it is not the time for it, or nothing is open.
    public mutating func digest(at moment: Instant, _ estate: Estate) -> LogRecord.Text? {
        let day = moment.day(utcOffset: utcOffset)
        let time = Duration.milliseconds((moment + utcOffset).milliseconds - Int64(day) * 86_400_000)
        guard digests.lastDay ?? .min < day, time >= settings.digestAt, time < Self.digestUntil else { return nil }
        digests.lastDay = day
        changes.digestDay = day
        let open = book.open.sorted { ($0.due, $0.number) < ($1.due, $1.number) }
        guard !open.isEmpty else { return nil }
        let overdue = open.count { $0.isOverdue(at: moment) }
        let new = open.count { $0.since + .seconds(86_400) > moment }
        let named = open.prefix(Self.namedInDigest)
        let lines = named.map { words(of: $0, estate) }
        let more = open.count - named.count
        return LogRecord.Text(
            "\(open.count) tickets are open, \(overdue) overdue, \(new) new in a day. "
                + lines.map(\.english).joined(separator: "; ") + (more > 0 ? "; and \(more) more." : "."),
            "共有 \(open.count) 張維修單，逾期 \(overdue) 張，一天內新增 \(new) 張。"
                + lines.map(\.traditionalChinese).joined(separator: "；") + (more > 0 ? "；另有 \(more) 張。" : "。"))
    }

    /// `T-104 battery, a-12-C-smoke in Block A, 12C, due 2026-12-01`
    public func words(of ticket: Ticket, _ estate: Estate) -> LogRecord.Text {
        let place = PlaceNames(estate).text(ticket.place)
        let noun = ticket.kind.noun
        // When it opens, nobody has joined it yet.
        let count = ticket.deviceCount > 0 ? "\(ticket.deviceCount) " : ""
        let due = ticket.due.date(utcOffset: utcOffset)
        return LogRecord.Text(
            "\(ticket.id) \(noun.english), \(ticket.device ?? "\(count)devices") in \(place.english), "
                + "due \(due)",
            "\(ticket.id) \(noun.traditionalChinese)，\(place.traditionalChinese)"
                + (ticket.device.map { "的\($0)" } ?? "\(count)個裝置") + "，期限 \(due)")
    }
}
