import Registry
import Rules
import Store

// Which channels work, and who is told otherwise while one does not.
extension Dispatcher {
    // MARK: Messages

    mutating func noteHealth(_ outcome: Outcome, of delivery: Delivery, at now: Instant) {
        if case .accepted = outcome, !health.isInDoubt { return health.noteWorking(delivery.channel, at: now) }
        guard let contact = directory.contact(delivery.contact) else { return }
        if let change = health.note(outcome, of: farEnd(of: contact), to: contact, at: now) { note(change, at: now) }
    }

    private func farEnd(of contact: Contact) -> ChannelHealth.Name {
        ChannelHealth.Name(
            channel: contact.channel, farEnd: channels[contact.channel]?.farEnd(of: contact) ?? "")
    }

    private func isDown(_ delivery: Delivery) -> Bool {
        directory.contact(delivery.contact).map { health.isDown(farEnd(of: $0)) } ?? false
    }

    /// A new alert's deliveries, and beside each whose far end is down the person's next contact at once: it is not waited
    /// for that the first one fails. What is told about a channel goes by one that is down only if every other is down as well.
    func inReach(
        _ deliveries: [Delivery], of alert: Alert, notOver channel: String?, at now: Instant
    ) -> [Delivery] {
        guard health.isInDoubt || channel != nil else { return deliveries }
        func isOut(_ delivery: Delivery) -> Bool { delivery.channel == channel || isDown(delivery) }
        let isTelling = alert.rule == Self.tellingVerb
        var reaching: [Delivery] = []
        var lastResorts: [Delivery] = []
        for delivery in deliveries {
            var last = delivery
            while isOut(last) {
                if !isTelling {
                    reaching.append(last)
                } else if last.channel != channel {
                    lastResorts.append(last)
                }
                guard let next = nextContact(after: last) else { break }
                last = Delivery(
                    alert: alert.id, incident: alert.incident, target: last.target, contact: next.id,
                    channel: next.channel, rank: last.rank, sequence: last.sequence, createdAt: now)
            }
            if !isOut(last) { reaching.append(last) }
        }
        return reaching.isEmpty ? lastResorts : reaching
    }

    // MARK: Tests

    package mutating func tests(at now: Instant) -> [ChannelHealth.Test] { health.tests(at: now) }

    package mutating func take(_ outcome: Outcome?, ofTest name: ChannelHealth.Name, at now: Instant) {
        if let change = health.note(outcome, ofTest: name, at: now, using: &random) { note(change, at: now) }
    }

    /// What is known of each.
    package var channelStates: [ChannelState] { health.states }

    // MARK: Telling

    private mutating func note(_ change: ChannelHealth.Change, at now: Instant) {
        let whose = change.contact.map { (" of \($0)", "（\($0)）") } ?? ("", "")
        var details = ["trouble": "channel", "channel": change.channel]
        details["contact"] = change.contact
        switch change.what {
        case .down(let why, let isTold):
            details["state"] = "open"
            details["error"] = why
            let text = LogRecord.Text(
                "The channel \(change.channel)\(whose.0) takes no messages: \(why); "
                    + "it is tested until it does, and people are told by their next contact",
                "通訊渠道 \(change.channel)\(whose.1) 無法傳送：\(why)；系統會持續測試，並改用其他聯絡方式")
            take(TellingNote(text, details, level: .trouble, isAnnounced: isTold), at: now)
        case .up(let duration):
            details["state"] = "put right"
            let lasted = DeliveryRecords.took(duration)
            details["lasted"] = lasted.english
            let text = LogRecord.Text(
                "The channel \(change.channel)\(whose.0) takes messages again, after \(lasted.english)",
                "通訊渠道 \(change.channel)\(whose.1) 已恢復，中斷 \(lasted.traditionalChinese)")
            take(TellingNote(text, details, level: .info), at: now)
        }
    }

    /// Puts on record what concerns the telling itself, and tells those who keep watch where that is asked for.
    mutating func take(_ telling: TellingNote, at now: Instant) {
        note([records.note(telling, at: now)])
        guard telling.isAnnounced else { return }
        let estate = directory.estate
        announcements += 1
        let alert = Alert(
            announcing: telling.text, id: "\(estate.id)-telling-\(now.milliseconds)-\(announcements)", at: now,
            block: "*", places: estate.blocks.map { Place(block: $0.id) }, verb: Self.tellingVerb,
            to: [.guards, .office, .maintenance])
        expand(alert, sequence: nil, at: now, notOver: telling.notOver)
        guard outbox.deliveries.allSatisfy({ $0.alert != alert.id || isDown($0) }) else { return }
        note([
            records.trouble(
                "Nobody who keeps watch can be told of that: none has a contact over a channel that works now",
                "無法通知當值人員：他們沒有可用的其他聯絡方式", ["alert": alert.id], at: now)
        ])
    }

    /// Of announcements about the telling itself.
    static let tellingVerb = "telling"
}

/// Something that concerns the telling itself, for the alert log, and perhaps for those who keep watch.
public struct TellingNote: Hashable, Sendable {
    /// No names, numbers or URLs in them. A trouble, or that it is put right, names it under `trouble`.
    public var text: LogRecord.Text
    public var details: [String: String]
    public var level: Level
    /// Guards, office and those who maintain are told, over channels that work.
    public var isAnnounced: Bool
    /// A channel that they are not told over, because it is what the note is about.
    public var notOver: String?

    public init(
        _ text: LogRecord.Text, _ details: [String: String], level: Level, isAnnounced: Bool = false,
        notOver channel: String? = nil
    ) {
        self.text = text
        self.details = details
        self.level = level
        self.isAnnounced = isAnnounced
        notOver = channel
    }
}
