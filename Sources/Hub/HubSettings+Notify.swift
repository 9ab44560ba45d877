import Notify
import Registry

// What `hub.yaml` says of the channels, as the notifier takes it.
extension HubSettings.Channels {
    /// The residents with only those contacts that are switched on: a channel that is off is no failure.
    func reachable(_ residents: [Resident]) -> [Resident] {
        residents.map { resident in
            var resident = resident
            resident.contacts.removeAll { !isOn($0) }
            return resident
        }
    }

    private func isOn(_ contact: Contact) -> Bool {
        switch contact.channel {
        case SirenChannel.name: return siren.enabled
        case "webhook":
            guard webhook.enabled else { return false }
            let name = contact.address.prefix { $0 != "/" }
            return webhook.endpoint(String(name))?.enabled ?? true
        default: return true
        }
    }
}

extension WebhookChannel.Settings {
    init(_ webhooks: HubSettings.Webhooks) {
        self.init()
        request = WebhookChannel.Request(webhooks.request)
        for endpoint in webhooks.endpoints where endpoint.enabled {
            endpoints[endpoint.name] = WebhookChannel.Endpoint(
                url: endpoint.url, request: WebhookChannel.Request(endpoint.request))
        }
    }
}

extension WebhookChannel.Request {
    fileprivate init(_ request: HubSettings.Request) {
        self.init()
        secret = request.secret.map { Array($0.value.utf8) }
        timeout = request.timeout
        connectTimeout = min(connectTimeout, request.timeout)
    }
}

extension SirenChannel.Settings {
    init(_ settings: HubSettings) {
        self.init()
        evacuation = settings.channels.siren.duration
        zigbee2mqttMode = settings.channels.siren.mode.rawValue
        zigbee2mqttLevel = settings.channels.siren.level.rawValue
        zigbee2mqttBases = settings.zigbee2MQTTBaseTopics
    }
}

extension Notifier.Settings {
    init(_ settings: HubSettings) {
        self.init()
        inFlightPerHost = settings.deliveries.concurrentMax
        retry.deadline = settings.deliveries.giveUp
        var webhooks = retry
        webhooks.first = settings.channels.webhook.request.backoff
        webhooks.longest = settings.channels.webhook.request.backoffMax
        webhooks.attemptsMax = settings.channels.webhook.request.retriesMax + 1
        retryByChannel["webhook"] = webhooks
    }
}
