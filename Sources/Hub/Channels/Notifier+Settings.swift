import Notify
import Registry

extension HubSettings.Channels {
    /// The residents with only those contacts that are switched on: a channel that is off is no failure.
    func reachable(_ registry: EstateRegistry) -> [Resident] {
        registry.residents.map { resident in
            var resident = resident
            resident.contacts.removeAll { contact in
                // What means nothing here is left to fail, where it is seen.
                guard let settings = settings(of: contact.channel) else { return false }
                return (try? settings.reaches(contact.address, over: contact.channel, registry)) == false
            }
            return resident
        }
    }

    /// Every channel that is switched on, by the name that contacts begin with.
    func made(_ parts: ChannelParts) throws -> [String: any Channel] {
        try all.reduce(into: [:]) { try $0.merge($1.channels(parts)) { first, _ in first } }
    }
}

extension Notifier.Settings {
    init(_ settings: HubSettings) {
        self.init()
        inFlightPerHost = settings.deliveries.concurrentMax
        inFlightPerChannel = max(inFlightPerChannel, settings.deliveries.concurrentMax)
        retry.deadline = settings.deliveries.giveUp
        selfTest = settings.deliveries.selfTest
        keep = settings.personalData.keep
        escalation = settings.escalation
        for channel in settings.channels.all {
            for name in channel.names { retryByChannel[name] = channel.retry(retry) }
        }
    }
}
