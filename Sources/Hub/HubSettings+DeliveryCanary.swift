import Notify
import Registry

extension HubSettings {
    /// `delivery-canary`: a message that tries the whole way from a detector to a phone.
    public struct DeliveryCanary: Hashable, Sendable {
        /// `to`: whose contact it is; `nil`: none is sent.
        public var contact: Contact?
        /// `at` or `every`.
        public var schedule: Schedule? = .daily(at: .seconds(9 * 3600 + 30 * 60))
        /// How long it may be under way, `5s...10m`.
        ///
        /// Too short, and a slow evening of the gateway is a trouble; too long, and nobody is told of a way that is too
        /// slow for a fire.
        public var within = Duration.seconds(30)
        /// `report`: it has arrived when the gateway says that it was delivered, and not when the gateway has taken it.
        public var awaitsReport = false

        var channel: String { contact?.channel ?? "" }
    }

    mutating func readDeliveryCanary(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(["to", "at", "every", "within", "report"], &mistakes)
        section.read("to", into: &deliveryCanary.contact, &mistakes) { (node) throws(ConfigError) in
            let text = try node.text()
            guard text != "none" else { return nil }
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw node.mistake("this is no contact", mend: "write channel:address, such as webhook:duty, or none")
            }
            return Directory.canary(channel: parts[0], address: parts[1])
        }
        if let node = section["to"], deliveryCanary.contact != nil {
            // The contact is not quoted: it may be a number.
            canaryMistake.here = node.mistake("", mend: "")
        }
        if let node = section["every"], section["at"] != nil {
            mistakes.note(node.mistake("'at' stands there as well", mend: "write one of the two"))
        }
        section.read("at", into: &deliveryCanary.schedule, &mistakes) { (node) throws(ConfigError) in
            .daily(at: try node.timeOfDay(from: 0, through: 23))
        }
        section.read("every", into: &deliveryCanary.schedule, &mistakes) { (node) throws(ConfigError) in
            .every(try node.duration(in: .seconds(60) ... .seconds(7 * 86_400)))
        }
        section.read("within", into: &deliveryCanary.within, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(5) ... .seconds(600))
        }
        section.read("report", into: &deliveryCanary.awaitsReport, &mistakes) { (node) throws(ConfigError) in
            try node.flag()
        }
    }

    /// What is wrong with the contact that the canary goes to.
    func misplacedCanary(in registry: EstateRegistry) -> [ConfigError] {
        guard let contact = deliveryCanary.contact, var mistake = canaryMistake.here else { return [] }
        let people = registry.residents.flatMap(\.contacts)
        let notPersonal = [SirenChannel.name, SpeechChannel.name, DisplayChannel.name, CAPChannel.name]
        let known = channels.names.filter { !notPersonal.contains($0) }
        do {
            guard known.contains(contact.channel), let settings = channels.settings(of: contact.channel) else {
                throw AddressMistake(
                    problem: "a canary cannot go to '\(contact.channel)'",
                    mend: Spelling.mend(contact.channel, known: known))
            }
            guard !people.contains(where: { $0.channel == contact.channel && $0.address == contact.address }) else {
                throw AddressMistake(
                    problem: "that is the contact of somebody in residents.csv",
                    mend: "name a contact that is nobody's, such as a telephone in the office")
            }
            guard try settings.reaches(contact.address, over: contact.channel, registry) else {
                throw AddressMistake(
                    problem: "what the canary goes to is switched off", mend: "enable it, or write 'to: none'")
            }
            return []
        } catch {
            let found = error as? AddressMistake
            mistake.problem = found?.problem ?? "\(error)"
            mistake.mend = found?.mend ?? "write channel:address, such as webhook:duty, or none"
            return [mistake]
        }
    }

    /// Where a setting stands that can only be judged beside the registry: no setting, and so not shown as one.
    struct SettingPlace: Sendable, CustomReflectable {
        var here: ConfigError?
        var customMirror: Mirror { Mirror(self, children: []) }
    }
}
