public import Registry

extension HubSettings {
    /// The contacts that lead nowhere with these channels, and the people whom no channel reaches, each at its place in
    /// `residents.csv`; and what keeps a channel from working.
    ///
    /// A contact through what says `enabled: false` is right, but reaches nobody.
    public func unreached(in registry: EstateRegistry) -> [ConfigError] {
        registry.residents.flatMap { mistakes(inContactsOf: $0, registry) }
            + channels.all.flatMap { $0.weaknesses(in: registry) }
    }

    private func mistakes(inContactsOf resident: Resident, _ registry: EstateRegistry) -> [ConfigError] {
        var isReached = false
        var mistakes: [ConfigError] = []
        for (index, contact) in resident.contacts.enumerated() {
            do {
                let goesOut = try reaches(contact, registry)
                isReached = isReached || goesOut
            } catch {
                mistakes.append(
                    registry.mistake(resident: resident.id, contact: index, error.problem, mend: error.mend))
            }
        }
        if !isReached, mistakes.isEmpty { mistakes.append(nobodyReaches(resident, registry)) }
        return mistakes
    }

    private func nobodyReaches(_ resident: Resident, _ registry: EstateRegistry) -> ConfigError {
        let (why, mend) =
            resident.contacts.isEmpty
            ? ("there are no contacts", "write one, such as siren:<device id>")
            : ("all their contacts are switched off", "enable the channel in hub.yaml, or write another contact")
        return registry.mistake(resident: resident.id, "no channel reaches '\(resident.id)': \(why)", mend: mend)
    }

    /// Whether something goes out; `false` if it is switched off. - Throws: if the contact means nothing here.
    private func reaches(_ contact: Contact, _ registry: EstateRegistry) throws(AddressMistake) -> Bool {
        guard let settings = channels.settings(of: contact.channel) else {
            throw AddressMistake(
                problem: "there is no channel '\(contact.channel)'",
                mend: Spelling.mend(contact.channel, known: channels.names))
        }
        return try settings.reaches(contact.address, over: contact.channel, registry)
    }
}
