import Foundation
import Registry

extension HubSettings {
    /// `channels`: the ways to reach people. A channel is on unless it says `enabled: false`.
    public struct Channels: Hashable, Sendable {
        public var siren = Siren()
        public var webhook = Webhooks()
    }

    /// `channels.siren`: how a siren sounds. A contact is `siren:<device id>`.
    public struct Siren: Hashable, Sendable {
        public var enabled = true
        /// The sound. Zigbee2MQTT's names; some devices know only some of them.
        public var mode = Mode.emergency
        public var level = Level.veryHigh
        /// How long it sounds unless it is told again, `1s...30m`.
        ///
        /// Too short, and a sleeper misses it; too long, and a siren that cannot be reached any more goes on.
        public var duration = Duration.seconds(180)

        public enum Mode: String, Hashable, Sendable, CaseIterable {
            case burglar, fire, emergency
            case policePanic = "police_panic"
            case firePanic = "fire_panic"
            case emergencyPanic = "emergency_panic"
        }

        public enum Level: String, Hashable, Sendable, CaseIterable {
            case low, medium, high
            case veryHigh = "very_high"
        }
    }

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

extension HubSettings.Channels {
    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(["siren", "webhook"], &mistakes)
        siren = HubSettings.Siren(section.section("siren", &mistakes), &mistakes)
        webhook = HubSettings.Webhooks(section.section("webhook", &mistakes), around, &mistakes)
    }
}

extension HubSettings.Siren {
    fileprivate init(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        section.checkKeys(["enabled", "mode", "level", "duration"], &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("mode", into: &mode, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.read("level", into: &level, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.read("duration", into: &duration, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(1) ... .seconds(1800))
        }
    }
}

extension HubSettings.Webhooks {
    fileprivate init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
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
