public import Registry
import Rules
public import Store

// What people have chosen for themselves, against what the files say.
extension Directory {
    /// What a person has chosen; of somebody who has chosen nothing, just that.
    public func choices(of resident: Resident.ID) -> PersonChoices { chosen[resident] ?? PersonChoices(of: resident) }

    /// The browsers that messages can be sealed for, the first first.
    public func openBrowsers(of resident: Resident.ID) -> [SealedBrowser] {
        choices(of: resident).browsers.filter { !shutBrowsers.contains($0) }
    }

    /// Takes over what a person has chosen, at once; nothing of somebody who is not in `residents.csv`.
    ///
    /// - Parameter shut: the browsers among it that no key here opens. They are kept, for it may come back.
    public mutating func choose(_ choices: PersonChoices, shut: [SealedBrowser] = []) {
        guard let resident = registered(choices.resident) else { return }
        shutBrowsers.formUnion(shut)
        chosen[resident.id] = choices
        replace(chosen(resident, choices))
    }

    private func chosen(_ registered: Resident, _ choices: PersonChoices) -> Resident {
        var resident = registered
        resident.language = choices.language ?? registered.language
        // What the office knows of stays known.
        if choices.needsHelp, registered.needs.isEmpty { resident.needs = Self.unnamedNeed }
        for index in resident.contacts.indices where resident.contacts[index].isPersonal {
            resident.contacts[index].isOn = !choices.declined.contains(digest(resident.contacts[index]))
        }
        // The quickest and cheapest first.
        resident.contacts = browsers(of: choices) + resident.contacts
        return resident
    }

    private func browsers(of choices: PersonChoices) -> [Contact] {
        openBrowsers(of: choices.resident).reversed().map { browser in
            var contact = Contact(
                resident: choices.resident, position: 0, channel: WebPushChannel.name, address: browser.name)
            contact.id = "\(choices.resident)/push-\(browser.name)"
            return contact
        }
    }

    /// On the roll-call, of somebody who has said on their page that they need help.
    static let unnamedNeed = "needs help to get out (as they say)"

    func digest(_ contact: Contact) -> String {
        digest(contact, of: String(contact.id.prefix { $0 != "/" }))
    }

    /// Until when something that is no danger waits for a person; `nil` if it need not. Those who look after the estate
    /// are always on duty.
    func quietUntil(_ resident: Resident, _ alert: Alert, at now: Instant) -> Instant? {
        guard alert.announcement != nil || alert.exercise != nil, !resident.role.isStaff else { return nil }
        return chosen[resident.id]?.quietHours?.end(containing: now, utcOffset: utcOffset)
    }
}

extension Resident.Role {
    /// Looks after the estate.
    public var isStaff: Bool {
        switch self {
        case .guardian, .warden, .office, .maintenance: true
        case .resident, .owner, .nextOfKin: false
        }
    }
}

extension Resident {
    /// They have contacts of their own, and have turned all of them off.
    public var hasOptedOut: Bool {
        let own = contacts.filter(\.isPersonal)
        return !own.isEmpty && !own.contains(where: \.isOn)
    }
}
