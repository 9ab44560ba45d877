import Registry
import Rules
import Store

// What happens while nobody answers, and when somebody does.
extension Dispatcher {
    // MARK: Contacts

    /// After a delivery was accepted: whether and when the person's next contact is tried.
    mutating func awaitAnswer(to delivery: inout Delivery, at now: Instant) {
        guard let alert = progress[delivery.alert]?.alert, alert.climbs, let pause = settings.escalation.nextContact,
            answer(of: delivery) == nil, nextContact(after: delivery) != nil
        else { return }
        delivery.state = .accepted
        delivery.climbAt = now + pause
        climbs.add(delivery)
        progress[delivery.alert]?.awaited += 1
    }

    /// Tries the next contacts of those who have not answered in time.
    mutating func climb(at now: Instant) {
        while let delivery = climbs.next(at: now) {
            endClimb(delivery)
            openNextContact(after: delivery, at: now)
        }
    }

    /// Those of one person and incident climb no further.
    mutating func endClimbs(of key: Told.Key) {
        for delivery in climbs.removeAll(of: key) { endClimb(delivery) }
    }

    private mutating func endClimb(_ delivery: Delivery) {
        var delivery = delivery
        delivery.climbAt = nil
        unwritten.deliveries[delivery.id] = delivery
        progress[delivery.alert]?.awaited -= 1
        touched.insert(delivery.alert)
    }

    // MARK: People

    /// A new alert of an incident that asks: the steps count from now, unless it stands at the same stage as before.
    mutating func noteLadder(_ alert: Alert, at now: Instant) {
        guard alert.announcement == nil, !alert.isCanary else { return }
        guard alert.asks, !settings.escalation.people.isEmpty else {
            if alert.sounders == nil { endLadder(alert.incident) }
            return
        }
        if var ladder = ladders[alert.incident], progress[ladder.alert]?.alert.stage == alert.stage {
            ladder.alert = alert.id
            keep(ladder)
            return
        }
        keep(PeopleLadder(incident: alert.incident, alert: alert.id, beganAt: now))
    }

    /// Tells whoever is next of the incidents that nobody has answered.
    package mutating func escalate(at now: Instant, isAnswered: (Incident.ID) -> Bool) {
        for incident in ladders.keys.sorted() {
            while let ladder = ladders[incident], let due = due(ladder), due <= now {
                guard !isAnswered(incident), let alert = progress[ladder.alert]?.alert else {
                    endLadder(incident)
                    break
                }
                take(settings.escalation.people[ladder.next], ladder, alert, at: now)
            }
        }
    }

    private mutating func take(_ step: Escalation.Step, _ ladder: PeopleLadder, _ alert: Alert, at now: Instant) {
        // Else somebody further away, who is still to be put into the outbox, would be put there twice.
        if unfolding?.alert.id == alert.id { unfold(atOnce: .max, at: now) }
        var ladder = ladder
        var wider = alert
        wider.audience = [step.audience]
        let expansion = Expansion(wider, sequence: cursor, at: now, directory: directory, book: book)
        let new = expansion.deliveries.filter { progress[alert.id]?.contacts.contains($0.contact) == false }
        for entry in expansion.told where new.contains(where: { $0.target == entry.target }) {
            unwritten.told[entry.key] = book.note(entry, isUnheard: false)
        }
        for delivery in new { open(delivery) }
        if !new.isEmpty {
            note([records.escalation(alert, step, people: new.count, at: now)])
            touched.insert(alert.id)
        }
        ladder.next += 1
        keep(ladder)
    }

    private func due(_ ladder: PeopleLadder) -> Instant? {
        let steps = settings.escalation.people
        return ladder.next < steps.count ? ladder.beganAt + steps[ladder.next].after : nil
    }

    private mutating func keep(_ ladder: PeopleLadder) {
        let before = ladders[ladder.incident]?.alert
        if before != ladder.alert {
            if let before {
                progress[before]?.awaited -= 1
                touched.insert(before)
            }
            progress[ladder.alert]?.awaited += 1
        }
        ladders[ladder.incident] = ladder
        unwritten.ladders[ladder.incident] = .some(ladder)
    }

    mutating func endLadder(_ incident: Incident.ID) {
        guard let ladder = ladders.removeValue(forKey: incident) else { return }
        progress[ladder.alert]?.awaited -= 1
        touched.insert(ladder.alert)
        unwritten.ladders[incident] = .some(nil)
    }

    /// When something will be due that no delivery waits for.
    package var nextEscalation: Instant? {
        (ladders.values.compactMap(due) + [climbs.nextDue].compactMap { $0 }).min()
    }

    // MARK: Answers

    /// What a person has said ends what is still under way to tell them the same again.
    package mutating func take(_ answer: GivenAnswer) {
        let key = Told.Key(incident: answer.incident, target: answer.resident)
        answers[key] = answer
        unwritten.answers.append(answer)
        endClimbs(of: key)
        // Only what they have heard already over another contact: news that is on its way to them stays on its way.
        supersede(
            outbox.open(incident: answer.incident, target: answer.resident).filter {
                progress[$0.alert]?.told.contains(answer.resident) == true
            })
        if answer.answer == .onIt { endLadder(answer.incident) }
        note([records.answer(answer, place: directory.resident(answer.resident)?.place)])
    }

    mutating func takeHeard() -> [WrittenBack] {
        defer { heard = [] }
        return heard
    }

    /// What somebody has said since they were told this.
    func answer(of delivery: Delivery) -> GivenAnswer? {
        answers[Told.Key(incident: delivery.incident, target: delivery.target)]
            .flatMap { $0.at >= delivery.createdAt ? $0 : nil }
    }

    /// Of some people, who was told last, and of which incident; real ones before exercises.
    func lastTold(_ people: [Resident.ID]) -> (Resident.ID, Incident.ID)? {
        people.compactMap { book.last(of: $0) }.max { $0.at < $1.at }.map { ($0.target, $0.incident) }
    }

    /// A text from an address that is nobody's, or that was told nothing: its words are not kept.
    mutating func noteStranger(over channel: String, at now: Instant) {
        note([
            records.trouble(
                "A text came by \(channel) from somebody who was told of nothing that is open",
                "經 \(channel) 收到一則來自未獲通知者的訊息",
                ["channel": channel], at: now)
        ])
    }

    /// A text that is none of the words: a person has to ask back.
    ///
    /// - Returns: whether the guards are to hear of it: of each person once a minute, for a long text comes in parts.
    mutating func noteUnread(
        from resident: Resident.ID, to incident: Incident.ID, exercise: String?, over channel: String, at now: Instant
    ) -> Bool {
        note([
            records.trouble(
                "\(resident) has answered to \(incident) by \(channel) in words that are not understood; ask them",
                "\(resident) 經 \(channel) 回覆 \(incident)，但內容無法識別；請聯絡對方",
                ["channel": channel, "incident": incident, "resident": resident], exercise: exercise, at: now)
        ])
        unclear = unclear.filter { now - $0.value < Self.unclearInterval }
        guard unclear[resident] == nil else { return false }
        unclear[resident] = now
        return true
    }

    // MARK: Receipts

    package mutating func take(_ receipt: Receipt, at now: Instant) {
        unwritten.receipts.append(receipt)
        if receipt.kind == .undelivered { giveUp(receipt.delivery, receipt.reason, at: now) }
    }

    /// - Parameter reference: as in ``Outcome/accepted(reference:)``.
    package mutating func take(
        _ kind: Receipt.Kind, reference: String, channel: String, reason: String?, at now: Instant
    ) {
        guard let id = references[Reference(channel: channel, name: reference)] else {
            // It may be faster than the answer that brings the reference, or from before a restart.
            early.append((Reference(channel: channel, name: reference), kind, reason))
            if early.count > Self.earlyMax { early.removeFirst() }
            unwritten.reports.append(.init(kind, of: reference, channel: channel, at: now))
            return
        }
        take(Receipt(kind, of: id, at: now, reason: reason), at: now)
    }

    /// The far end has named what it took.
    mutating func note(_ reference: String, of delivery: Delivery, at now: Instant) {
        let key = Reference(channel: delivery.channel, name: reference)
        references.note(key, of: delivery)
        for (_, kind, reason) in early.filter({ $0.0 == key }) {
            take(Receipt(kind, of: delivery.id, at: now, reason: reason), at: now)
        }
        early.removeAll { $0.0 == key }
    }

    /// The far end took it and could not deliver it: the person's next contact does not wait.
    private mutating func giveUp(_ id: Delivery.ID, _ reason: String?, at now: Instant) {
        guard var delivery = climbs.remove(id) else { return }
        progress[delivery.alert]?.awaited -= 1
        delivery.climbAt = nil
        delivery.state = .failed
        delivery.error = reason ?? "accepted, and not delivered"
        unwritten.deliveries[id] = delivery
        failures.append(delivery)
        touched.insert(delivery.alert)
        openNextContact(after: delivery, at: now)
    }

    typealias Reference = ReferenceBook.Reference

    static let earlyMax = 1000
}
