import Foundation
import Logging
public import Notify
public import Registry
public import Rules
import Store
import Synchronization

/// Somebody's own page: what they have chosen, and what they may choose.
public struct PersonalPage: Hashable, Sendable {
    public var resident: Resident.ID
    public var language: Language
    /// Those that there are messages in.
    public var languages: [Language]
    /// Their own contacts, in the order in which they are tried.
    public var contacts: [Contact]
    public var quietHours: DayTime?
    public var needsHelp: Bool
    /// The office knows already that they do.
    public var isKnownToNeedHelp: Bool
    /// The browsers that they have subscribed, by name.
    public var browsers: [String]
    /// What browsers subscribe with; `nil`: the hub takes no subscriptions.
    public var pushKey: String?
    /// They look after the estate, and have no quiet hours.
    public var isStaff: Bool

    /// One way to reach them.
    public struct Contact: Hashable, Sendable, Identifiable {
        public var id: Registry.Contact.ID
        public var channel: String
        /// What may be shown of its address.
        public var masked: String
        public var isOn: Bool
    }
}

extension HubService {
    // MARK: The page

    /// Whose page a code opens; `nil` if it is nobody's, or they have ended it.
    public func personalPage(by code: String) -> PersonalPage? {
        guard let telling = telling.withLock({ $0 }), let owner = telling.personalLinks.owner(of: code, at: moment)
        else {
            return nil
        }
        let directory = telling.directory
        let choices = directory.choices(of: owner.resident)
        guard let resident = directory.resident(owner.resident), choices.endedLinks == owner.endedLinks else {
            return nil
        }
        let browsers = directory.openBrowsers(of: resident.id).map(\.name)
        let own = resident.contacts.filter { $0.isPersonal && !browsers.contains($0.address) }
        let webpush = configuration.settings.channels.webpush
        let takesBrowsers = webpush.enabled && configuration.settings.personalData.seal != nil
        return PersonalPage(
            resident: resident.id, language: telling.catalogue.language(for: resident.language),
            languages: telling.catalogue.languages,
            contacts: own.map {
                .init(id: $0.id, channel: $0.channel, masked: PhoneNumber.masked($0.address), isOn: $0.isOn)
            },
            quietHours: choices.quietHours, needsHelp: choices.needsHelp,
            isKnownToNeedHelp: !resident.needs.isEmpty && !choices.needsHelp,
            browsers: browsers, pushKey: takesBrowsers ? webpush.vapid?.publicKey : nil,
            isStaff: resident.role.isStaff)
    }

    /// The address of somebody's page; `nil` if there is nobody of that id, or `answers.url` is not set.
    public func personalLink(of resident: Resident.ID) -> String? {
        guard let telling = telling.withLock({ $0 }), telling.directory.resident(resident) != nil,
            let url = configuration.settings.answers.url
        else { return nil }
        let ended = telling.directory.choices(of: resident).endedLinks
        return "\(url)/me/\(telling.personalLinks.code(of: resident, endedLinks: ended))"
    }

    /// Takes what somebody has chosen on their page; returns when it is on the disk.
    ///
    /// - Throws: ``Notifier/NotKept`` if it could not be written down.
    public func take(_ choices: [Choice], of resident: Resident.ID) async throws {
        guard let telling = telling.withLock({ $0 }) else { throw Notifier.NotKept() }
        let before = telling.directory.choices(of: resident).browsers
        try await telling.notifier.take(Choosing(choices, of: resident, at: moment, over: "page"))
        let after = telling.directory.choices(of: resident).browsers
        for gone in before where !after.contains(where: { $0.name == gone.name }) {
            configuration.settings.channels.webpush.book.remove(gone.name)
        }
    }

    // MARK: Browsers

    /// Subscribes a browser; returns when that is on the disk, sealed.
    ///
    /// - Parameter json: a `PushSubscription` as browsers give it.
    /// - Throws: what is wrong with it, ``NoSubscriptions`` where none are taken, or ``Notifier/NotKept``.
    public func subscribe(_ json: [UInt8], of resident: Resident.ID) async throws {
        let settings = configuration.settings
        guard let seal = settings.personalData.seal, settings.channels.webpush.vapid != nil else {
            throw NoSubscriptions()
        }
        let subscription = try JSONDecoder().decode(PushSubscription.self, from: Data(json))
        guard settings.channels.webpush.serves(subscription) else {
            throw PushSubscription.Mistake(description: "no push service of channels.webpush.services is there")
        }
        let name = subscription.name(of: resident)
        let sealed = try seal.seal(String(decoding: json, as: UTF8.self), of: resident, as: Self.sealedField)
        settings.channels.webpush.book.add(subscription, named: name)
        try await take([.subscribe(SealedBrowser(name: name, subscription: sealed))], of: resident)
    }

    /// This hub takes no browsers' subscriptions.
    public struct NoSubscriptions: Error {}

    static let sealedField = "webpush"

    /// Takes over what people have chosen before this start; browsers that no key opens any more are kept, and told
    /// nothing.
    ///
    /// - Returns: what to say of those; `nil` if there are none.
    func takeChoices(
        from database: NotifyDatabase, into directory: inout Directory, _ settings: HubSettings
    ) -> TellingNote? {
        var shut: [Resident.ID: Int] = [:]
        do {
            for choices in try database.choices() where directory.resident(choices.resident) != nil {
                let own = choices.browsers.filter { !open($0, of: choices.resident, settings) }
                if !own.isEmpty { shut[choices.resident] = own.count }
                directory.choose(choices, shut: own)
            }
        } catch {
            // Better told against their wish than not at all.
            logger.error("What people have chosen cannot be read", metadata: ["reason": "\(error)"])
        }
        return shut.isEmpty ? nil : Self.note(ofShut: shut)
    }

    private static func note(ofShut shut: [Resident.ID: Int]) -> TellingNote {
        let count = shut.values.reduce(0, +)
        return TellingNote(
            LogRecord.Text(
                "\(count) browsers that people have subscribed do not open, and are told nothing: personal-data.key is "
                    + "another than then, or Web Push has no key",
                "\(count) 個由住戶訂閱的瀏覽器無法解密，不會收到任何訊息：personal-data.key 已更改，或 Web Push 沒有金鑰"),
            [
                "trouble": "browsers", "state": "open", "browsers": "\(count)",
                "residents": shut.keys.sorted().joined(separator: " "),
            ], level: .trouble)
    }

    private func open(_ browser: SealedBrowser, of resident: Resident.ID, _ settings: HubSettings) -> Bool {
        guard settings.channels.webpush.vapid != nil, let seal = settings.personalData.seal,
            let json = try? seal.open(browser.subscription, of: resident, as: Self.sealedField),
            let subscription = try? JSONDecoder().decode(PushSubscription.self, from: Data(json.utf8))
        else {
            logger.warning("A browser's subscription cannot be opened", metadata: ["resident": "\(resident)"])
            return false
        }
        settings.channels.webpush.book.add(subscription, named: browser.name)
        return true
    }

    /// What a push service says is gone is nobody's contact any more; of the file's, the office hears by each failure.
    func forgetGoneBrowsers(_ webpush: HubSettings.WebPush, _ notifier: Notifier) {
        // Weak, for the book outlives what this hub is made of, and must not hold it.
        webpush.book.whenGone { [weak self, weak notifier, logger] contact in
            guard let moment = self?.moment, let notifier else { return }
            let resident = String(contact.id.prefix { $0 != "/" })
            Task {
                do {
                    try await notifier.take(
                        Choosing([.unsubscribe(contact.address)], of: resident, at: moment, over: WebPushChannel.name))
                } catch {
                    logger.error("A browser that is gone cannot be forgotten", metadata: ["reason": "\(error)"])
                }
            }
        }
    }
}
