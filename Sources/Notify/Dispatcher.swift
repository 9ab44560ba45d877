import Registry
import Rules
import Store

/// The notifier's decisions: what is sent when, what an outcome leads to, and what has to be written down. It neither
/// sends, writes nor waits; ``Notifier`` does.
package struct Dispatcher: Sendable {
    package internal(set) var directory: Directory
    let channels: [String: any Channel]
    let settings: Notifier.Settings
    let records: DeliveryRecords
    var random: any RandomNumberGenerator & Sendable

    package internal(set) var outbox: Outbox
    package private(set) var cursor: Int64
    private var expanded: [Alert.ID: Alert.Meaning]
    var book: ToldBook
    var progress: [Alert.ID: Progress] = [:]
    var climbs = Climbs()
    /// Of the incidents that are not over; also those at whose top nobody has answered, so that it is not climbed anew.
    var ladders: [Incident.ID: PeopleLadder] = [:]
    /// The last of each person.
    var answers: [Told.Key: GivenAnswer] = [:]
    /// When the guards last heard that somebody's words were not understood; nobody of longer than ``unclearInterval`` ago.
    var unclear: [Resident.ID: Instant] = [:]
    static let unclearInterval = Duration.seconds(60)
    var references = ReferenceBook()
    /// Reports of names that nobody knows yet.
    var early: [(Reference, Receipt.Kind, reason: String?)] = []
    var health: ChannelHealth
    /// How many announcements about the telling itself were made, for their ids.
    var announcements = 0
    /// The alert that is being unfolded, if there is one.
    package internal(set) var unfolding: Unfolding?
    /// In flight while the same target is told otherwise: not repeated if they fail.
    private var overtaken: Set<Delivery.ID> = []
    /// Of this turn.
    var failures: [Delivery] = []
    var touched: Set<Alert.ID> = []
    /// What people have answered by a text, this turn.
    var heard: [WrittenBack] = []
    /// What people who chose by a text are told of it, this turn.
    var replies: [Reply] = []
    /// When somebody last asked over a contact for their link.
    var linkedAt: [Contact.ID: Instant] = [:]
    /// What has to be written, and is not yet.
    package var unwritten = NotifyBatch()

    /// One delivery on its way to its channel.
    package struct Departure: Sendable {
        package var delivery: Delivery
        package var alert: Alert
        package var contact: Contact
        /// What its target knew before this alert; `nil` if it is the first that they hear.
        package var before: Told.Before?
    }

    package init(
        _ state: NotifyState, directory: Directory, channels: [String: any Channel], settings: Notifier.Settings,
        random: any RandomNumberGenerator & Sendable
    ) {
        self.directory = directory
        self.channels = channels
        self.settings = settings
        self.random = random
        records = DeliveryRecords(estate: directory.estate)
        health = ChannelHealth(selfTest: settings.selfTest)
        // What nobody needs may be down.
        health.watch(channels.keys.filter(directory.channelsInUse.contains).sorted())
        outbox = Outbox(
            limits: .init(
                lane: .init(inFlightMax: settings.inFlightPerHost), inFlightPerChannel: settings.inFlightPerChannel,
                attemptsBeforeOthers: settings.retry.attemptsBeforeNextContact))
        cursor = state.cursor
        expanded = state.expanded
        book = ToldBook(state.told)
        for answer in state.answers {
            answers[Told.Key(incident: answer.incident, target: answer.resident)] = answer
        }
        for alert in state.alerts {
            progress[alert.id] = Progress(alert)
            progress[alert.id]?.isUnfolding = state.expanded[alert.id] == nil
        }
        for delivery in state.deliveries {
            progress[delivery.alert]?.restore(delivery)
            if let reference = delivery.reference {
                references.note(Reference(channel: delivery.channel, name: reference), of: delivery)
            }
            if delivery.climbAt != nil {
                climbs.add(delivery)
                progress[delivery.alert]?.awaited += 1
            }
            guard !delivery.state.isFinal else { continue }
            var delivery = delivery
            // Its receipt was lost with the process that sent it.
            if delivery.state == .sending { delivery.dueAt = delivery.attemptedAt ?? delivery.createdAt }
            delivery.state = .pending
            outbox.add(delivery, lane: lane(of: delivery))
        }
        for ladder in state.ladders where progress[ladder.alert] != nil {
            ladders[ladder.incident] = ladder
            progress[ladder.alert]?.awaited += 1
        }
        for id in progress.keys { progress[id]?.restoreSummaries() }
    }

    // MARK: Alerts

    /// Makes an alert's deliveries; nothing if that was done before.
    ///
    /// - Parameters:
    ///   - sequence: its place in the hub's database; `nil` if the hub could not write it down.
    ///   - channel: nobody is told over it, but by their next contact.
    ///   - max: so many deliveries are put into the outbox now, the nearest first; the others by ``unfold(atOnce:at:)``.
    /// - Returns: the alert under the id that it is told by.
    @discardableResult
    package mutating func expand(
        _ alert: Alert, sequence: Int64?, at now: Instant, notOver channel: String? = nil, atOnce max: Int = .max
    ) -> Alert {
        // One alert is unfolded at a time; and nobody hears what is older after what is newer.
        if max < .max || unfolding?.alert.incident == alert.incident { unfold(atOnce: .max, at: now) }
        let (alert, isNew) = named(alert)
        guard isNew else {
            note(cursor: sequence)
            return alert
        }
        expanded[alert.id] = alert.meaning
        var expansion = Expansion(alert, sequence: sequence ?? cursor, at: now, directory: directory, book: book)
        if progress[alert.id] == nil {
            unwritten.alerts.append(alert)
            progress[alert.id] = Progress(alert)
            note(records.gaps(alert, expansion, at: now))
            noteLadder(alert, at: now)
        } else {
            leaveOutThoseInOutbox(&expansion, of: alert)
        }
        var unfolding = Unfolding(alert, sequence, expansion, notOver: channel)
        unfold(&unfolding, atOnce: max, at: now)
        if !unfolding.isOver { self.unfolding = unfolding }
        return alert
    }

    mutating func note(cursor sequence: Int64?) {
        guard let sequence, sequence > cursor else { return }
        cursor = sequence
        unwritten.cursor = sequence
    }

    /// The alert under its own id, or, if that was told of another before it was durable, under the next: `a-fire-7/3-2`.
    private func named(_ alert: Alert) -> (alert: Alert, isNew: Bool) {
        var named = alert
        var number = 1
        while let told = expanded[named.id] {
            if told == alert.meaning { return (named, false) }
            number += 1
            named.id = "\(alert.id)-\(number)"
        }
        return (named, true)
    }

    /// Whether what is still to be sent to a target has not reached them by any contact.
    func isUnheard(_ older: [Delivery]) -> Bool {
        guard !older.isEmpty else { return false }
        return older.allSatisfy {
            $0.state == .pending && $0.attempts == 0 && progress[$0.alert]?.told.contains($0.target) != true
        }
    }

    mutating func forget(_ incident: String) {
        book.forget(incident)
        answers = answers.filter { $0.key.incident != incident }
        unwritten.told = unwritten.told.filter { $0.key.incident != incident }
        unwritten.forgotten.insert(incident)
    }

    mutating func open(_ delivery: Delivery) {
        progress[delivery.alert]?.add(delivery)
        outbox.add(delivery, lane: lane(of: delivery))
        unwritten.deliveries[delivery.id] = delivery
    }

    /// An older message must neither delay nor follow a newer one. What is in flight is let finish, but not repeated:
    /// not even after a crash, so it is written down as superseded already.
    mutating func supersede(_ older: [Delivery]) {
        for var delivery in older {
            if delivery.state == .pending {
                finish(delivery, as: .superseded)
            } else {
                overtaken.insert(delivery.id)
                delivery.state = .superseded
                unwritten.deliveries[delivery.id] = delivery
            }
        }
    }

    // MARK: Sending

    /// What leaves now, marked as attempted in ``unwritten``.
    package mutating func departures(at now: Instant) -> [Departure] {
        climb(at: now)
        var departures: [Departure] = []
        var isExhausted = false
        while !isExhausted {
            let taken = outbox.depart(at: now)
            isExhausted = true
            for delivery in taken {
                if let departure = prepare(delivery, at: now) {
                    departures.append(departure)
                } else {
                    isExhausted = false  // Its place in the lane is free again.
                }
            }
        }
        return departures
    }

    /// - Returns: `nil` if it cannot or need not be sent any more; it is then finished.
    private mutating func prepare(_ delivery: Delivery, at now: Instant) -> Departure? {
        var delivery = delivery
        guard let alert = progress[delivery.alert]?.alert, let contact = directory.contact(delivery.contact) else {
            delivery.error = "the contact is no longer in residents.csv"
            giveUp(delivery, as: .failed, at: now)
            return nil
        }
        guard contact.isOn else {
            delivery.error = "the person has turned it off"
            giveUp(delivery, as: .refused, at: now)
            return nil
        }
        guard channels[delivery.channel] != nil else {
            delivery.error = "hub.yaml has no channel of this name"
            giveUp(delivery, as: .failed, at: now)
            return nil
        }
        guard now - delivery.createdAt < settings.retry(delivery.channel).deadline else {
            delivery.error = delivery.error ?? "its time was over before it could be sent"
            giveUp(delivery, as: .expired, at: now)
            return nil
        }
        delivery.attempts += 1
        delivery.firstAttemptedAt = delivery.firstAttemptedAt ?? now
        delivery.attemptedAt = now
        outbox.note(delivery)
        unwritten.deliveries[delivery.id] = delivery
        let told = book.entry(delivery.incident, delivery.target)
        return Departure(
            delivery: delivery, alert: alert, contact: contact,
            before: told?.alert == delivery.alert ? told?.before : nil)
    }

    private mutating func giveUp(_ delivery: Delivery, as state: Delivery.State, at now: Instant) {
        outbox.land(delivery.id, .nothing, at: now)
        finish(delivery, as: state)
        tryNextContact(after: delivery, at: now)
    }

    // MARK: Outcomes

    /// Takes the outcome of a delivery that had departed.
    package mutating func take(_ outcome: Outcome, of id: Delivery.ID, at now: Instant) {
        guard var delivery = outbox[id] else { return }
        outbox.land(id, Lane.Verdict(outcome), at: now)
        if delivery.attempts == 1 { progress[delivery.alert]?.noteTried(delivery) }
        touched.insert(delivery.alert)
        noteHealth(outcome, of: delivery, at: now)
        switch outcome {
        case .accepted(let reference):
            delivery.acceptedAt = now
            delivery.error = nil
            delivery.reference = reference
            if !overtaken.contains(id) { awaitAnswer(to: &delivery, at: now) }
            if let reference { note(reference, of: delivery, at: now) }
            finish(delivery, as: .accepted)
            let others = outbox.open(incident: delivery.incident, target: delivery.target)
            supersede(others.filter { $0.alert == delivery.alert })
        case .refused(let reason):
            delivery.error = reason
            finish(delivery, as: .refused)
            tryNextContact(after: delivery, at: now)
        case .failed(let reason, let retryAfter):
            delivery.error = reason
            retry(delivery, retryAfter, at: now)
        }
    }

    private mutating func retry(_ failed: Delivery, _ retryAfter: Duration?, at now: Instant) {
        var delivery = failed
        let policy = settings.retry(delivery.channel)
        var pause = policy.pause(after: delivery.attempts, using: &random)
        // What a far end asks for keeps no alarm back for longer than it is worth.
        if let retryAfter, now + retryAfter - delivery.createdAt < policy.deadline { pause = max(pause, retryAfter) }
        delivery.dueAt = now + pause
        let isTooLate = delivery.dueAt - delivery.createdAt >= policy.deadline
        if overtaken.contains(delivery.id) || isTooLate || delivery.attempts >= policy.attemptsMax {
            finish(delivery, as: .expired)
            tryNextContact(after: delivery, at: now)
            return
        }
        delivery.state = .pending
        outbox.postpone(delivery)
        unwritten.deliveries[delivery.id] = delivery
        if delivery.attempts >= policy.attemptsBeforeNextContact || pause > policy.longestBeforeNextContact {
            tryNextContact(after: delivery, at: now)
        }
    }

    private mutating func tryNextContact(after delivery: Delivery, at now: Instant) {
        // `finish` has taken an overtaken delivery for superseded: then nobody waits for this text any more.
        guard unwritten.deliveries[delivery.id]?.state != .superseded, let progress = progress[delivery.alert],
            !progress.told.contains(delivery.target)
        else { return }
        openNextContact(after: delivery, at: now)
    }

    /// The contact after a delivery's that the person has not turned off, if it has not been tried.
    func nextContact(after delivery: Delivery) -> Contact? {
        guard let contacts = directory.resident(delivery.target)?.contacts.filter(\.isPersonal),
            case let after = contacts.firstIndex(where: { $0.id == delivery.contact }).map({ $0 + 1 }) ?? 0,
            let next = contacts[after...].first(where: \.isOn),
            progress[delivery.alert]?.contacts.contains(next.id) == false
        else { return nil }
        return next
    }

    mutating func openNextContact(after delivery: Delivery, at now: Instant) {
        guard let next = nextContact(after: delivery) else { return }
        open(
            Delivery(
                alert: delivery.alert, incident: delivery.incident, target: delivery.target, contact: next.id,
                channel: next.channel, rank: delivery.rank, sequence: delivery.sequence, createdAt: now))
    }

    // MARK: Endings

    /// - Parameter state: what it would be had nobody told the target otherwise meanwhile.
    mutating func finish(_ delivery: Delivery, as state: Delivery.State) {
        var delivery = delivery
        let isOvertaken = overtaken.remove(delivery.id) != nil
        delivery.state = isOvertaken && state != .accepted ? .superseded : state
        if delivery.attempts == 0 { progress[delivery.alert]?.noteTried(delivery) }
        progress[delivery.alert]?.finish(delivery)
        outbox.remove(delivery)
        unwritten.deliveries[delivery.id] = delivery
        touched.insert(delivery.alert)
        if [.refused, .failed, .expired].contains(delivery.state) { failures.append(delivery) }
    }

    /// Writes what has come to an end in this turn into the records, and forgets alerts with nothing open.
    package mutating func settle(at now: Instant) {
        note(
            records.failures(failures, at: now) { progress[$0]?.alert })
        failures = []
        for id in touched.sorted() {
            guard let alert = progress[id]?.alert else { continue }
            for (channel, tally) in progress[id]?.dueSummaries() ?? [] {
                note([records.summary(alert, channel: channel, tally, at: now)])
            }
            if let reach = progress[id]?.dueReach() { note([records.reach(alert, reach, at: now)]) }
            if progress[id]?.isOver == true {
                progress[id] = nil
                references.forget(id)
            }
        }
        touched = []
    }

    private func lane(of delivery: Delivery) -> Outbox.LaneName {
        let contact = directory.contact(delivery.contact)
        let host = contact.flatMap { channels[delivery.channel]?.farEnd(of: $0) } ?? ""
        return Outbox.LaneName(channel: delivery.channel, farEnd: host)
    }
}
