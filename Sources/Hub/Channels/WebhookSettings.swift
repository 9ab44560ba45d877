import Foundation
import Notify
import Registry

extension HubSettings {
    /// `channels.webhook`: HTTP POST of JSON. A contact is `webhook:<name>`, `webhook:<name>/<more path>`, or
    /// `webhook:https://…`, which goes by the settings here.
    public struct Webhooks: Hashable, Sendable {
        public var enabled = true
        public var request = Request()
        /// `endpoints`, by their names, in the order of the file.
        public var endpoints: [Endpoint] = []

        public func endpoint(_ name: String) -> Endpoint? {
            endpoints.first { $0.name == name }
        }
    }

    /// A named address that webhooks go to.
    public struct Endpoint: Hashable, Sendable {
        public var name: String
        public var enabled = true
        public var url: String
        /// What the endpoint does not say itself is as for all webhooks.
        public var request: Request
    }

    /// How one webhook is sent, and sent again.
    public struct Request: Hashable, Sendable {
        /// Signs the body with HMAC-SHA-256; `nil` leaves it unsigned.
        public var secret: Secret?
        /// For one attempt, `100ms...60s`.
        public var timeout = Duration.seconds(5)
        /// `retries-max`: attempts after the first, `0...100`.
        public var retriesMax = 8
        /// Before the first retry; doubled, with jitter, before each further one.
        public var backoff = Duration.milliseconds(500)
        /// `backoff-max`: no pause is longer.
        public var backoffMax = Duration.seconds(60)
    }
}

extension HubSettings.Webhooks: ChannelSettings {
    static var key: String { "webhook" }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(["enabled", "endpoints"] + HubSettings.Request.keys, &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        request.read(section, enabled ? around : nil, &mistakes)
        let named = section.section("endpoints", &mistakes)
        for entry in named.entries {
            guard !["http", "https"].contains(entry.key) else {
                mistakes.note(
                    entry.keyNode.mistake("no endpoint can be named '\(entry.key)'", mend: "give it another name"))
                continue
            }
            let inner = named.section(entry.key, &mistakes)
            if let endpoint = endpoint(entry, inner, around, &mistakes) { endpoints.append(endpoint) }
        }
    }

    private func endpoint(
        _ entry: YAMLMapping.Entry, _ section: SettingsSection, _ around: SettingsSurroundings,
        _ mistakes: inout Mistakes
    ) -> HubSettings.Endpoint? {
        section.checkKeys(["enabled", "url"] + HubSettings.Request.keys, required: ["url"], &mistakes)
        _ = mistakes.reading { () throws(ConfigError) in try entry.keyNode.identifier() }
        var endpoint = HubSettings.Endpoint(name: entry.key, url: "", request: request)
        section.read("enabled", into: &endpoint.enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("url", into: &endpoint.url, &mistakes) { (node) throws(ConfigError) in
            let text = try node.text()
            guard HubSettings.Webhooks.isURL(text) else {
                throw node.mistake("'\(text)' is no web address", mend: "write https://host/path")
            }
            return text
        }
        endpoint.request.read(section, enabled && endpoint.enabled ? around : nil, &mistakes)
        return section["url"] == nil ? nil : endpoint
    }

    static func isURL(_ text: String) -> Bool {
        guard let url = URLComponents(string: text) else { return false }
        return ["http", "https"].contains(url.scheme) && url.host?.isEmpty == false
    }

    func needsInternet(_ address: String, over channel: String) -> Bool {
        let url = address.contains("://") ? address : endpoint(String(address.prefix { $0 != "/" }))?.url
        return !(url.map(WithoutInternet.isInHouse(url:)) ?? false)
    }

    func reaches(
        _ address: String, over channel: String, _ registry: EstateRegistry
    ) throws(AddressMistake) -> Bool {
        if address.contains("://") {
            guard Self.isURL(address) else {
                throw AddressMistake(
                    problem: "'webhook:' is followed by no web address", mend: "write https://host/path")
            }
            return enabled
        }
        let name = String(address.prefix { $0 != "/" })
        guard let endpoint = endpoint(name) else {
            throw AddressMistake(
                problem: "no webhook endpoint '\(name)' in hub.yaml",
                mend: endpoints.isEmpty
                    ? "name it under channels.webhook.endpoints"
                    : Spelling.mend(name, known: endpoints.map(\.name)))
        }
        return enabled && endpoint.enabled
    }

    func retry(_ usual: RetryPolicy) -> RetryPolicy {
        var policy = usual
        policy.first = request.backoff
        policy.longest = request.backoffMax
        policy.attemptsMax = request.retriesMax + 1
        return policy
    }

    func channels(_ parts: ChannelParts) throws -> [String: any Channel] {
        var settings = WebhookChannel.Settings()
        settings.request = WebhookChannel.Request(request)
        for endpoint in endpoints where endpoint.enabled {
            settings.endpoints[endpoint.name] = WebhookChannel.Endpoint(
                url: endpoint.url, request: WebhookChannel.Request(endpoint.request))
        }
        return [Self.key: try WebhookChannel(settings, now: parts.now)]
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

extension HubSettings.Request {
    fileprivate static let keys = ["secret", "timeout", "retries-max", "backoff", "backoff-max"]

    /// - Parameter around: `nil` for what is switched off: its secret need not be there yet.
    fileprivate mutating func read(
        _ section: SettingsSection, _ around: SettingsSurroundings?, _ mistakes: inout Mistakes
    ) {
        if let around {
            section.read("secret", into: &secret, &mistakes) { (node) throws(ConfigError) in try around.secret(node) }
        }
        section.read("timeout", into: &timeout, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(100) ... .seconds(60))
        }
        section.read("retries-max", into: &retriesMax, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 0...100)
        }
        section.read("backoff", into: &backoff, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(10) ... .seconds(60))
        }
        section.read("backoff-max", into: &backoffMax, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(10) ... .seconds(3600))
        }
        if backoffMax < backoff, let node = section["backoff-max"] ?? section["backoff"] {
            mistakes.note(node.mistake("the longest pause is shorter than the first", mend: "raise backoff-max"))
        }
    }
}
