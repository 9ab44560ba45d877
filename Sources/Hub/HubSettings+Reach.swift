public import Registry

extension HubSettings {
    /// The contacts that lead nowhere with these channels, and the people whom no channel reaches: each at its place
    /// in `residents.csv`.
    ///
    /// A contact through what says `enabled: false` is right, but reaches nobody.
    public func unreached(in registry: EstateRegistry) -> [ConfigError] {
        registry.residents.flatMap { mistakes(inContactsOf: $0, registry) }
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
        switch contact.channel {
        case "siren": try reachesSiren(contact.address, registry)
        case "webhook": try reachesWebhook(contact.address)
        case let other:
            throw AddressMistake(
                problem: "there is no channel '\(other)'", mend: Spelling.mend(other, known: ["siren", "webhook"]))
        }
    }

    private func reachesSiren(_ id: String, _ registry: EstateRegistry) throws(AddressMistake) -> Bool {
        guard let device = registry.device(id) else {
            let sirens = registry.devices.filter { $0.kind == .siren }.map(\.id)
            let nearest = Spelling.nearest(to: id, in: sirens)
            throw AddressMistake(
                problem: "no siren '\(id)' in devices.csv",
                mend: nearest.map { "write '\($0)', or add the siren" } ?? "add the siren, or write another one's id")
        }
        guard device.kind == .siren else {
            throw AddressMistake(
                problem: "'\(id)' is no siren but of kind \(device.kind.rawValue)", mend: "write the id of a siren")
        }
        guard [.native, .zigbee2mqtt].contains(device.ecosystem) else {
            throw AddressMistake(
                problem: "sirens of the ecosystem \(device.ecosystem.rawValue) cannot be told to sound",
                mend: "write the id of a native or a zigbee2mqtt siren")
        }
        return channels.siren.enabled
    }

    private func reachesWebhook(_ address: String) throws(AddressMistake) -> Bool {
        if address.contains("://") {
            guard Webhooks.isURL(address) else {
                throw AddressMistake(
                    problem: "'webhook:' is followed by no web address", mend: "write https://host/path")
            }
            return channels.webhook.enabled
        }
        let name = String(address.prefix { $0 != "/" })
        guard let endpoint = channels.webhook.endpoint(name) else {
            throw AddressMistake(
                problem: "no webhook endpoint '\(name)' in hub.yaml",
                mend: channels.webhook.endpoints.isEmpty
                    ? "name it under channels.webhook.endpoints"
                    : Spelling.mend(name, known: channels.webhook.endpoints.map(\.name)))
        }
        return channels.webhook.enabled && endpoint.enabled
    }
}
