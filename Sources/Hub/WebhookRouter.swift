import Foundation
import Notify
import Registry

/// Sends each webhook by the settings of the endpoint that its contact names, or by those of all webhooks.
struct WebhookRouter: Channel {
    /// The longest address first, so that the most exact one is found.
    private let endpoints: [(url: String, channel: WebhookChannel)]
    private let other: WebhookChannel

    init(_ settings: HubSettings.Webhooks, now: @escaping @Sendable () -> Instant) throws {
        endpoints = try settings.endpoints.filter(\.enabled)
            .sorted { ($1.url.count, $0.name) < ($0.url.count, $1.name) }
            .map { ($0.url, try WebhookChannel(WebhookChannel.Settings($0.request), now: now)) }
        other = try WebhookChannel(WebhookChannel.Settings(settings.request), now: now)
    }

    func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        let endpoint = endpoints.first { contact.address == $0.url || contact.address.hasPrefix($0.url + "/") }
        return await (endpoint?.channel ?? other).send(notice, to: contact)
    }
}

extension HubSettings.Webhooks {
    /// The URL that a contact stands for: `webhook:desk/12C` is the endpoint's own with `/12C` behind it.
    ///
    /// - Returns: `nil` if its endpoint is not there or switched off.
    func url(of contact: Contact) -> String? {
        guard enabled else { return nil }
        let address = contact.address
        if address.hasPrefix("http://") || address.hasPrefix("https://") { return address }
        let parts = address.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let endpoint = parts.first.flatMap({ endpoint(String($0)) }), endpoint.enabled else { return nil }
        return parts.count > 1 ? "\(endpoint.url)/\(parts[1])" : endpoint.url
    }
}

extension WebhookChannel.Settings {
    fileprivate init(_ request: HubSettings.Request) {
        self.init()
        secret = request.secret.map { Array($0.value.utf8) }
        timeout = request.timeout
        connectTimeout = min(connectTimeout, request.timeout)
    }
}

extension HubSettings.Channels {
    /// The residents with only those contacts that some channel serves, webhooks with their full URLs.
    func reachable(_ residents: [Resident]) -> [Resident] {
        residents.map { resident in
            var resident = resident
            resident.contacts = resident.contacts.compactMap { contact in
                var contact = contact
                switch contact.channel {
                case SirenChannel.name: return siren.enabled ? contact : nil
                case "webhook":
                    guard let url = webhook.url(of: contact) else { return nil }
                    contact.address = url
                    return contact
                default: return nil
                }
            }
            return resident
        }
    }
}
