import Registry
import Rules
import Store

// What people choose for themselves.
extension Dispatcher {
    /// An answer to somebody who has chosen by a text.
    struct Reply: Hashable, Sendable {
        var wish: Wish
        var resident: Resident.ID
        var contact: Contact
        /// Of the person, for their link.
        var endedLinks: Int
        var at: Instant
    }

    /// From now on they are told as they have chosen; what is under way to a contact that they have turned off is not
    /// sent again.
    ///
    /// - Returns: whether anything has changed.
    @discardableResult
    package mutating func take(_ choosing: Choosing) -> Bool {
        guard let before = directory.resident(choosing.resident) else { return false }
        var choices = directory.choices(of: before.id)
        for choice in choosing.choices { choices.take(choice, in: directory) }
        guard choices != directory.choices(of: before.id) else { return false }
        directory.choose(choices)
        unwritten.choices[before.id] = choices
        if let after = directory.resident(before.id) { note(records.choices(choosing, before, after)) }
        return true
    }

    /// Takes what people wish who have one address, such as a family's telephone.
    mutating func take(
        _ wish: Wish, of senders: [Resident], at address: String, over channel: String, at now: Instant
    ) {
        for (index, sender) in senders.enumerated() {
            guard let contact = sender.contacts.first(where: { $0.channel == channel && $0.address == address })
            else { continue }
            switch wish {
            case .stop, .start:
                let choosing = Choosing(
                    [.contact(contact.id, isOn: wish == .start)], of: sender.id, at: now, over: channel)
                // One message for all of them, and none if it was so already: another machine may be answering.
                guard take(choosing), index == 0 else { continue }
            case .settings:
                if let last = linkedAt[contact.id], now - last < Self.linkPause { continue }
                linkedAt[contact.id] = now
            }
            replies.append(
                Reply(
                    wish: wish, resident: sender.id, contact: contact,
                    endedLinks: directory.choices(of: sender.id).endedLinks, at: now))
        }
    }

    /// Somebody who asks again sooner has the link on its way.
    private static let linkPause = Duration.seconds(60)

    mutating func takeReplies() -> [Reply] {
        defer { replies = [] }
        return replies
    }

    /// What waits for the end of somebody's quiet hours is out of date when the same place has something newer to say.
    mutating func forgetWaiting(for alert: Alert, _ deliveries: [Delivery], at now: Instant) {
        let waiting = Set(deliveries.lazy.filter { $0.dueAt > now }.map(\.target))
        guard !waiting.isEmpty else { return }
        supersede(
            outbox.deliveries.filter { older in
                guard older.dueAt > now, older.attempts == 0, waiting.contains(older.target),
                    let said = progress[older.alert]?.alert
                else { return false }
                return said.announcement != nil && said.block == alert.block && said.places == alert.places
            }.sorted { $0.id < $1.id })
    }
}

extension DeliveryRecords {
    /// What somebody has chosen, by the ids of their contacts. It is a trouble that nothing reaches them any more, and that
    /// who looks after the estate is harder to reach.
    func choices(_ choosing: Choosing, _ before: Resident, _ after: Resident) -> [LogRecord] {
        let was = Set(before.contacts.filter(\.isOn).map(\.id))
        let off = after.contacts.filter { !$0.isOn && was.contains($0.id) }.map(\.id)
        let on = after.contacts.filter { $0.isOn && !was.contains($0.id) }.map(\.id)
        let gone = was.subtracting(after.contacts.map(\.id)).sorted()
        let id = after.id
        var lines: [LogRecord] = []
        func line(_ english: String, _ chinese: String, _ contacts: [Contact.ID], _ state: String) {
            guard !contacts.isEmpty else { return }
            let named = contacts.joined(separator: " ")
            lines.append(
                LogRecord(
                    at: choosing.at, event: .receipt, level: state == "off" && after.role.isStaff ? .trouble : .info,
                    estate: estate.id, place: after.place,
                    text: .init(
                        "\(id) \(english) \(named) (by \(choosing.channel))",
                        "\(id) \(chinese) \(named)（經 \(choosing.channel)）"),
                    details: ["channel": choosing.channel, "contacts": named, "resident": id, "state": state]))
        }
        line("has turned off", "已關閉", off + gone, "off")
        line("has turned on", "已開啟", on, "on")
        if after.hasOptedOut, !before.hasOptedOut {
            lines.append(
                trouble(
                    "\(id) has turned off their last contact: nobody will warn them",
                    "\(id) 已關閉最後一個聯絡方法：將不會收到任何警報", ["resident": id], at: choosing.at))
        }
        return lines
    }
}
