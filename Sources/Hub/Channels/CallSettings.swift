import Notify
import Registry

extension HubSettings {
    /// `channels.call`: spoken calls over a voice gateway. A contact is `call:+85291234567`.
    public struct Calls: Hashable, Sendable {
        public var enabled = true
        /// How the gateway is spoken to, without its secret; `nil` if there is none.
        public var gateway: HTTPGateway?
        public var secret: Secret?
        public var callback: GatewayCallbackSettings?
        /// For handing over one call, `100ms...10s`.
        public var timeout = Duration.seconds(5)
    }
}

extension HubSettings.Calls: ChannelSettings {
    private enum Kind: String, CaseIterable {
        case twilio, http

        var keys: [String] {
            switch self {
            case .twilio: ["account", "token", "from", "url", "machine-detection"]
            case .http: ["method", "url", "headers", "format", "body", "from", "user", "secret", "answer", "report"]
            }
        }

        var required: [String] {
            switch self {
            case .twilio: ["account", "token", "from"]
            case .http: ["url"]
            }
        }
    }

    static var key: String { CallChannel.name }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        var kind: Kind?
        section.read("kind", into: &kind, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        let isEmpty = section.entries.allSatisfy { $0.key == "enabled" }
        section.checkKeys(
            ["enabled", "kind", "timeout", "callback"] + (kind?.keys ?? section.entries.map(\.key)),
            required: isEmpty ? [] : ["kind"] + (kind?.required ?? []), &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("timeout", into: &timeout, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(100) ... .seconds(10))
        }
        callback = HubSettings.GatewayCallbackSettings(section, isOn: enabled, around, &mistakes)
        guard let kind else { return }
        gateway = Self.gateway(kind, section, &mistakes)
        guard enabled else { return }
        section.read(kind == .twilio ? "token" : "secret", into: &secret, &mistakes) { (node) throws(ConfigError) in
            try around.secret(node)
        }
    }

    private static func gateway(
        _ kind: Kind, _ section: SettingsSection, _ mistakes: inout Mistakes
    ) -> HTTPGateway {
        func text(_ key: String) -> String {
            var text = ""
            section.read(key, into: &text, &mistakes) { (node) throws(ConfigError) in try node.text() }
            return text
        }
        switch kind {
        case .twilio:
            var detectsMachines = false
            section.read("machine-detection", into: &detectsMachines, &mistakes) { (node) throws(ConfigError) in
                try node.flag()
            }
            let gateway = HTTPGateway.twilioCalls(
                account: text("account"), token: "", from: text("from"), detectsMachines: detectsMachines)
            return HubSettings.SMSRoute.preset(gateway, section, &mistakes)
        case .http:
            var gateway = HTTPGateway(url: GatewayTemplate(""))
            (gateway.from, gateway.user) = (text("from"), text("user"))
            gateway.report.text = "digits"
            gateway.read(section, &mistakes)
            return gateway
        }
    }

    func reaches(_ address: String, over channel: String, _ registry: EstateRegistry) throws(AddressMistake) -> Bool {
        do {
            _ = try PhoneNumber(address)
        } catch {
            throw AddressMistake(error, of: address, over: Self.key)
        }
        guard gateway != nil else {
            throw AddressMistake(
                problem: "hub.yaml has no gateway for calls", mend: "write one under channels.call")
        }
        return enabled
    }

    func channels(_ parts: ChannelParts) throws -> [String: any Channel] {
        guard enabled, var gateway else { return [:] }
        gateway.secret = secret?.value ?? ""
        var settings = CallChannel.Settings(gateway)
        settings.callback = callback.map { GatewayCallback(url: $0.url, secret: Array($0.secret.value.utf8)) }
        settings.timeout = timeout
        return [
            Self.key: try CallChannel(
                settings, directory: parts.directory, catalogue: parts.catalogue, now: parts.now)
        ]
    }
}
