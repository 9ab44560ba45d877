import Registry
import Rules
import Store

/// What an alert comes to: who is told over which contacts, who has heard enough, and who cannot be reached.
///
/// **One message a person and stage.** Whoever was told of this incident's stage is told again only if the alert is a
/// repetition, if the danger has come nearer to them (their own flat, or their floor, now alarms), or if it is news
/// that the building's own alarm is silent. A stage that comes back (from `clearing` to `confirmed`) is a new stage.
///
/// **Contacts.** A person is told over the first of their contacts that is not a siren; the next is tried when that
/// one refuses, expires or keeps failing. Sirens are sounders beside it: a siren sounds for the people of the place
/// where it stands and for everybody who names it as a contact, once an alert however many these are.
///
/// **Sirens while it is investigated** sound in the place that alarms, for staff, and for a person who has no other
/// contact; not in the neighbours' flats, because burnt toast must not wake a floor by sirens. `clearing` and `closed`
/// stop the sirens that were sounded, unless another open incident sounds them too.
///
/// **A silenced incident.** Its first alert stops the sirens that were sounded, and tells nobody else; while it lasts
/// people are told as ever, and sirens are only noted; at its end all that were sounded or noted sound again, and staff
/// are told again.
///
/// **Quiet hours.** What is only announced waits for a resident until their quiet hours are over, and an exercise leaves
/// them out, for it is over by then; danger knows no quiet hours.
///
/// **Stations.** One that stands for a place, such as a player of spoken texts, goes by the rules of sirens, but that it
/// is never told to stop. One of no place, such as a receiver of CAP messages, gets every alert, repetitions included;
/// only announcements, and that sirens stop or sound again, are not its business.
struct Expansion: Sendable {
    var deliveries: [Delivery] = []
    var told: [Told] = []
    /// People in the audience without any contact.
    var unreachable: [Resident.ID] = []
    /// Those who have turned all their contacts off.
    var optedOut: [Resident.ID] = []
    /// Nobody at all is in the audience.
    var isDeaf = false

    init(_ alert: Alert, sequence: Int64, at now: Instant, directory: Directory, book: ToldBook) {
        guard !alert.isCanary else {
            tellCanary(alert, sequence, now, directory, book)
            return
        }
        let resolver = AudienceResolver(directory: directory, moment: now)
        let recipients = resolver.recipients(of: alert, told: book.targets(of: alert.incident))
        isDeaf =
            recipients.isEmpty && alert.sounders != .stop
            && !(alert.isOver && book.targets(of: alert.incident).isEmpty)
        var sirens: [Device.ID: AudienceResolver.Recipient] = [:]
        for station in directory.stations where station.place == nil && Self.isOfDanger(alert) {
            deliver(alert, to: station.target, over: station.channel, rank: Nearness.anywhere.rank, sequence, now)
        }
        for recipient in recipients {
            switch recipient.subject {
            case .person(let resident):
                let quietUntil = directory.quietUntil(resident, alert, at: now)
                if alert.announcement != nil, alert.exercise == nil || quietUntil == nil {
                    tell(resident, recipient, alert, sequence, quietUntil ?? now)
                } else if quietUntil == nil, Self.isHeard(alert, by: resident), Self.isNews(alert, for: recipient, book)
                {
                    tell(resident, recipient, alert, sequence, now)
                }
                for siren in Self.sirens(of: resident, alert, recipient) where Self.comesFirst(recipient, sirens[siren])
                {
                    sirens[siren] = recipient
                }
            case .siren(let siren):
                // Whoever sleeps beside it is told by other means, or tomorrow.
                if alert.announcement == nil, Self.sounds(recipient, alert), Self.comesFirst(recipient, sirens[siren]) {
                    sirens[siren] = recipient
                }
            case .station(let station):
                guard alert.announcement == nil, alert.sounders != .stop, Self.sounds(recipient, alert) else {
                    continue
                }
                sound(
                    station.target, over: station.channel, recipient, alert, sequence, now, book,
                    seesEveryEnd: station.seesEveryEnd)
            }
        }
        for (siren, recipient) in sirens.sorted(by: { ($0.value.rank, $0.key) < ($1.value.rank, $1.key) }) {
            sound(
                Directory.target(ofSiren: siren), over: SirenChannel.name, recipient, alert, sequence, now, book)
        }
        deliveries.sort { ($0.rank, $0.contact) < ($1.rank, $1.contact) }
    }

    /// The first of it, to its contact alone.
    private mutating func tellCanary(
        _ alert: Alert, _ sequence: Int64, _ now: Instant, _ directory: Directory, _ book: ToldBook
    ) {
        let target = Directory.canaryTarget
        guard let contact = directory.canary else { return }
        let isFirst = book.entry(alert.incident, target) == nil
        // At its end, too, so that it is not tried any longer.
        if isFirst || alert.isOver { note(alert, target: target, nearness: .anywhere, now) }
        guard isFirst, !alert.isOver else { return }
        deliver(alert, to: target, over: contact.channel, rank: Nearness.anywhere.rank, sequence, now)
    }

    private mutating func tell(
        _ resident: Resident, _ recipient: AudienceResolver.Recipient, _ alert: Alert, _ sequence: Int64, _ now: Instant
    ) {
        note(alert, target: resident.id, nearness: recipient.nearness, now)
        if let contact = resident.contacts.first(where: { $0.isPersonal && $0.isOn }) {
            deliveries.append(
                Delivery(
                    alert: alert.id, incident: alert.incident, target: resident.id, contact: contact.id,
                    channel: contact.channel, rank: recipient.rank, sequence: sequence, createdAt: now))
        } else if resident.contacts.isEmpty {
            unreachable.append(resident.id)
        } else if resident.hasOptedOut {
            optedOut.append(resident.id)
        }
    }

    private mutating func sound(
        _ target: String, over channel: String, _ recipient: AudienceResolver.Recipient, _ alert: Alert,
        _ sequence: Int64, _ now: Instant, _ book: ToldBook, seesEveryEnd: Bool = false
    ) {
        var recipient = recipient
        recipient.target = target
        if let sounders = alert.sounders {
            guard noted(sounders, target, recipient, alert, now, book) else { return }
        } else if !Self.isNews(alert, for: recipient, book) {
            return
        } else if alert.isOver {
            guard book.entry(alert.incident, target) != nil else { return }
            note(alert, target: target, nearness: recipient.nearness, now)
            guard
                seesEveryEnd
                    || !book.isSounding(target, besides: alert.incident, inExercise: alert.exercise != nil)
            else { return }
        } else {
            note(alert, target: target, nearness: recipient.nearness, now)
        }
        deliver(alert, to: target, over: channel, rank: recipient.rank, sequence, now)
    }

    /// To what is its own only contact.
    private mutating func deliver(
        _ alert: Alert, to target: String, over channel: String, rank: Int, _ sequence: Int64, _ now: Instant
    ) {
        deliveries.append(
            Delivery(
                alert: alert.id, incident: alert.incident, target: target, contact: target, channel: channel,
                rank: rank, sequence: sequence, createdAt: now))
    }

    /// Whether an alert says something of a danger, not only of sirens or of what is announced.
    private static func isOfDanger(_ alert: Alert) -> Bool {
        alert.announcement == nil && (alert.sounders == nil || alert.sounders == .quiet)
    }

    /// - Returns: whether a siren is to be told something because its incident is silenced, or is so no more.
    private mutating func noted(
        _ sounders: Alert.Sounders, _ target: String, _ recipient: AudienceResolver.Recipient, _ alert: Alert,
        _ now: Instant, _ book: ToldBook
    ) -> Bool {
        let before = book.entry(alert.incident, target)
        switch sounders {
        case .quiet:
            // To sound when the silence is over; one that was sounded is on the list already.
            if before == nil { note(alert, target: target, nearness: recipient.nearness, now) }
            return false
        case .stop, .resume:
            guard before != nil else { return false }
            note(alert, target: target, nearness: recipient.nearness, now)
            return sounders == .resume
                || !book.isSounding(target, besides: alert.incident, inExercise: alert.exercise != nil)
        }
    }

    /// Whether a person is told at all: that sirens are stopped is told to nobody, that they sound again to staff.
    private static func isHeard(_ alert: Alert, by resident: Resident) -> Bool {
        switch alert.sounders {
        case .stop: false
        case .resume: resident.role != .resident
        case .quiet, nil: true
        }
    }

    /// Nothing to remember of an announcement, which is told once.
    private mutating func note(_ alert: Alert, target: String, nearness: Nearness, _ now: Instant) {
        guard let stage = alert.stage else { return }
        told.append(
            Told(
                incident: alert.incident, target: target, stage: stage, nearness: nearness.rank,
                contradiction: alert.contradiction, isExercise: alert.exercise != nil, at: now, alert: alert.id,
                places: alert.places))
    }

    private static func isNews(_ alert: Alert, for recipient: AudienceResolver.Recipient, _ book: ToldBook) -> Bool {
        guard alert.repetition == 0, alert.sounders != .resume,
            let before = book.entry(alert.incident, recipient.target)
        else { return true }
        let isNearer =
            recipient.nearness.rank <= Nearness.sameFloor.rank && recipient.nearness.rank < before.nearness
        return before.stage != alert.stage || isNearer || (alert.contradiction && !before.contradiction)
    }

    private static func sirens(
        of resident: Resident, _ alert: Alert, _ recipient: AudienceResolver.Recipient
    ) -> [Device.ID] {
        guard alert.announcement == nil else { return [] }
        let sirens = resident.contacts.filter { $0.channel == SirenChannel.name }
        let hasNoOther = sirens.count == resident.contacts.count
        let sounds = hasNoOther || resident.role != .resident || Self.sounds(recipient, alert)
        return sounds ? sirens.map(\.address) : []
    }

    private static func sounds(_ recipient: AudienceResolver.Recipient, _ alert: Alert) -> Bool {
        alert.stage != .investigate || recipient.nearness == .inside
    }

    private static func comesFirst(
        _ recipient: AudienceResolver.Recipient, _ other: AudienceResolver.Recipient?
    ) -> Bool {
        other.map { recipient.rank < $0.rank } ?? true
    }
}

extension Alert {
    /// The danger is past: what was sounded is to stop.
    var isOver: Bool { stage?.isOver ?? false }
}

extension Stage {
    /// The danger is past: what was sounded is to stop.
    var isOver: Bool { self == .clearing || self == .closed }
}
