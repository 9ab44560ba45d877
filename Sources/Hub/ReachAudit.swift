import Notify
public import Registry
import Rules
import Store

/// Whom an alarm would reach, as far as that can be known without one: people without a contact that works, flats that
/// nobody could reach, languages without texts, gateways without credit, channels that take nothing.
public struct ReachAudit: Hashable, Sendable, Codable {
    public var reach: Reach
    /// The contacts that would not work, and why.
    public var contacts: [Finding]
    /// People with no contact that works, by their ids.
    public var people: [Resident.ID]
    public var languages: [Missing]
    /// Channels that take nothing now.
    public var channels: [Finding]
    /// What is left of each SMS route's account, where it says so.
    public var credits: [String: Double]
    /// Whether a running hub was asked; what channels do now and what became of messages is else unknown.
    public var isLive: Bool

    public struct Finding: Hashable, Sendable, Codable {
        /// A contact's id, or a channel's name.
        public var what: String
        public var channel: String
        public var why: String
    }

    public struct Missing: Hashable, Sendable, Codable {
        public var language: String
        public var people: Int
    }

    /// What a running hub knows.
    struct Knowledge: Sendable {
        var channels: [ChannelState] = []
        var outcomes: [LastOutcome] = []
        var credits: [String: Double] = [:]
        /// Sirens that would not sound, by their ids.
        var deadSirens: Set<Device.ID> = []
        /// What people have turned off for themselves.
        var declined: Set<Contact.ID> = []
        /// The browsers that people have subscribed, which residents.csv does not have.
        var browsers: Set<Contact.ID> = []
    }

    /// - Parameter known: `nil` if no hub runs.
    init(_ configuration: HubConfiguration, _ known: Knowledge?) {
        let registry = configuration.registry
        let judge = ContactJudge(configuration, known ?? Knowledge())
        var findings: [Finding] = []
        var reached: Set<Resident.ID> = []
        func works(_ resident: Resident, _ contact: Contact) -> Bool {
            guard let why = judge.whyNot(contact) else { return true }
            findings.append(Finding(what: contact.id, channel: contact.channel, why: why))
            return false
        }
        // Who keeps watch over the whole estate is in no block.
        for resident in registry.residents {
            // Each is asked, so that each that does not work is found.
            let working = resident.contacts.filter { works(resident, $0) }
            if !working.isEmpty { reached.insert(resident.id) }
        }
        reach = Reach(
            registry, contact: { _, contact in judge.whyNot(contact) == nil },
            siren: { judge.whyNot(siren: $0.id) == nil })
        contacts = findings
        people = registry.residents.map(\.id).filter { !reached.contains($0) }
        let unspoken = registry.residents.map(\.language).filter { !configuration.catalogue.speaks($0) }
        languages = Dictionary(grouping: unspoken, by: \.tag).map { Missing(language: $0, people: $1.count) }
            .sorted { $0.language < $1.language }
        channels = (known?.channels ?? []).filter { $0.downSince != nil }
            .map { Finding(what: $0.contact ?? $0.channel, channel: $0.channel, why: $0.why ?? "no reason given") }
        credits = known?.credits ?? [:]
        isLive = known != nil
    }

    /// By the configuration alone.
    public init(offline configuration: HubConfiguration, at moment: Instant) {
        self.init(configuration.without(leftAt: moment), nil)
    }

    /// The flats that nobody could reach.
    public var flatsLeft: [Reach.Flat] { reach.blocks.flatMap(\.left) }

    /// Those of them where somebody lives.
    public var homesLeft: [Reach.Flat] { flatsLeft.filter { $0.people > 0 } }

    public var isGood: Bool { flatsLeft.isEmpty && people.isEmpty && languages.isEmpty && channels.isEmpty }

    /// For the alert log: flats and numbers alone.
    var record: TellingNote {
        let (left, homes) = (flatsLeft.count, homesLeft.count)
        let all = reach.blocks.map(\.flats).reduce(0, +)
        var details = [
            "trouble": "reach", "state": left + people.count + languages.count == 0 ? "put right" : "open",
            "flats_left": "\(left)", "flats": "\(all)", "homes_left": "\(homes)", "people_left": "\(people.count)",
            "contacts_not_working": "\(contacts.count)",
        ]
        let named = (homesLeft + flatsLeft.filter { $0.people == 0 }).prefix(Self.namedMax).map(\.place)
        if left > 0 {
            let more = left > named.count ? " and \(left - named.count) more" : ""
            details["left"] = named.joined(separator: " ") + more
        }
        if !languages.isEmpty { details["languages"] = languages.map(\.language).joined(separator: " ") }
        let text = LogRecord.Text(
            "Reachability: \(left) of \(all) flats could be reached by nobody, \(homes) of them with people registered; "
                + "\(people.count) people have no contact that works. See 'smokehub audit'",
            "聯絡檢查：\(all) 個單位中有 \(left) 個無法聯絡，其中 \(homes) 個有登記住戶；\(people.count) 人沒有可用的聯絡方法。請執行 smokehub audit")
        return TellingNote(text, details, level: details["state"] == "open" ? .trouble : .info)
    }

    private static let namedMax = 40
}

/// Whether a contact would work.
private struct ContactJudge {
    private let configuration: HubConfiguration
    private let known: ReachAudit.Knowledge
    private let outcomes: [Contact.ID: LastOutcome]
    private let down: [String: ChannelState]
    private let downContacts: [Contact.ID: ChannelState]

    init(_ configuration: HubConfiguration, _ known: ReachAudit.Knowledge) {
        self.configuration = configuration
        self.known = known
        outcomes = Dictionary(known.outcomes.map { ($0.contact, $0) }, uniquingKeysWith: { first, _ in first })
        let down = known.channels.filter { $0.downSince != nil }
        self.down = Dictionary(
            down.filter { $0.contact == nil }.map { ($0.channel, $0) }, uniquingKeysWith: { first, _ in first })
        downContacts = Dictionary(
            down.compactMap { state in state.contact.map { ($0, state) } }, uniquingKeysWith: { first, _ in first })
    }

    /// Why something that is sent there would not arrive; `nil` if nothing speaks against it.
    func whyNot(_ contact: Contact) -> String? {
        guard !known.declined.contains(contact.id) else { return "the person has turned it off" }
        guard let settings = configuration.settings.channels.settings(of: contact.channel) else {
            return "hub.yaml has no channel '\(contact.channel)'"
        }
        do {
            var isOn = known.browsers.contains(contact.id)
            if !isOn { isOn = try settings.reaches(contact.address, over: contact.channel, configuration.registry) }
            guard isOn else { return "it is switched off in hub.yaml" }
        } catch {
            return error.problem
        }
        if contact.channel == SirenChannel.name, let why = whyNot(siren: contact.address) { return why }
        if let state = down[contact.channel] ?? downContacts[contact.id] {
            return "the channel takes nothing: \(state.why ?? "no reason given")"
        }
        // A channel that was down for a while says nothing of the person.
        guard let last = outcomes[contact.id], last.state == .refused || last.state == .failed else { return nil }
        return "the last message did not get through: \(last.error ?? "no reason given")"
    }

    func whyNot(siren id: Device.ID) -> String? {
        guard let siren = configuration.registry.device(id) else { return "devices.csv has no such siren" }
        guard configuration.settings.channels.siren.enabled else { return "sirens are switched off in hub.yaml" }
        guard SirenChannel.canTell(siren) else { return "such sirens cannot be told to sound" }
        return known.deadSirens.contains(id) ? "the siren is silent, gone, faulty, or was never heard" : nil
    }
}
