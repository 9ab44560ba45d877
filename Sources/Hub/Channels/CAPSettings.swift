import Notify
import Registry

extension HubSettings {
    /// `channels.cap`: every alert as a CAP 1.2 message, in a feed and posted to endpoints. Nobody has such a contact.
    public struct CAP: Hashable, Sendable {
        public var enabled = true
        /// `sender`; `nil` for a name made from the estate's id.
        public var sender: String?
        /// `scope: public`: for everybody.
        public var isPublic = false
        /// `restriction`: for whom it is meant, unless for everybody.
        public var restriction = "For those who live in the estate, who look after it, and who come to their help."
        /// `valid`: how long a message holds unless another one supersedes it, `10m...7d`.
        ///
        /// Too short, and a fire disappears from a receiver's map while it burns; too long, and after a hub has died
        /// with the building it stays there.
        public var validity = Duration.seconds(4 * 3600)
        /// `trial`: real alerts are marked as tests.
        public var isTrial = false
        /// `endpoints`, in the order of the file.
        public var endpoints: [Endpoint] = []

        /// Where each alert is posted to.
        public struct Endpoint: Hashable, Sendable {
            public var name: String
            public var enabled = true
            public var url = ""
            public var token: Secret?
            /// For one attempt, `100ms...12s`.
            public var timeout = Duration.seconds(5)
        }
    }
}

extension HubSettings.CAP: ChannelSettings {
    static var key: String { "cap" }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(["enabled", "sender", "scope", "restriction", "valid", "trial", "endpoints"], &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("sender", into: &sender, &mistakes) { (node) throws(ConfigError) in
            let text = try node.text()
            guard !text.isEmpty, !text.contains(where: { " ,<&".contains($0) || $0.isNewline }) else {
                throw node.mistake(
                    "'\(text)' cannot be a sender", mend: "write a name without spaces, commas, '<' and '&'")
            }
            return text
        }
        section.read("scope", into: &isPublic, &mistakes) { (node) throws(ConfigError) in
            let scope: Scope = try node.choice()
            return scope == .public
        }
        section.read("restriction", into: &restriction, &mistakes) { (node) throws(ConfigError) in
            let text = try node.text()
            guard !text.isEmpty else {
                throw node.mistake("it says nobody", mend: "write for whom the messages are, or 'scope: public'")
            }
            return text
        }
        section.read("valid", into: &validity, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(600) ... .seconds(7 * 86_400))
        }
        section.read("trial", into: &isTrial, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        let named = section.section("endpoints", &mistakes)
        for entry in named.entries {
            _ = mistakes.reading { () throws(ConfigError) in try entry.keyNode.identifier() }
            let inner = named.section(entry.key, &mistakes)
            endpoints.append(Endpoint(entry.key, inner, enabled ? around : nil, &mistakes))
        }
    }

    private enum Scope: String, CaseIterable {
        case restricted, `public`
    }

    func reaches(_ address: String, over channel: String, _ registry: EstateRegistry) throws(AddressMistake) -> Bool {
        throw AddressMistake(
            problem: "nobody has a CAP contact: the endpoints in hub.yaml get every alert",
            mend: "remove it, and write another contact")
    }

    func stations(in estate: Estate) -> [Station] {
        enabled ? endpoints.filter(\.enabled).map { Station(channel: CAPChannel.name, name: $0.name) } : []
    }

    func sender(in estate: Estate) -> String {
        sender ?? String("smokehub.\(estate.id)".map { " ,<&".contains($0) ? "_" : $0 })
    }

    /// - Returns: `nil` if it is switched off.
    func writer(estate: Estate, catalogue: MessageCatalogue) -> CAPWriter? {
        guard enabled else { return nil }
        let settings = CAPWriter.Settings(
            sender: sender(in: estate), scope: isPublic ? .everybody : .restricted(restriction), validity: validity,
            isTrial: isTrial)
        return CAPWriter(settings, estate: estate, catalogue: catalogue)
    }

    func channels(_ parts: ChannelParts) throws -> [String: any Channel] {
        let estate = parts.directory.estate
        guard !stations(in: estate).isEmpty, let writer = writer(estate: estate, catalogue: parts.catalogue) else {
            return [:]
        }
        let named = endpoints.map { endpoint in
            (
                endpoint.name,
                CAPChannel.Endpoint(url: endpoint.url, token: endpoint.token?.value, timeout: endpoint.timeout)
            )
        }
        let channel = try CAPChannel(
            writer, endpoints: Dictionary(named, uniquingKeysWith: { first, _ in first }), alerts: parts.alerts)
        return [CAPChannel.name: channel]
    }
}

extension HubSettings.CAP.Endpoint {
    /// - Parameter around: `nil` if it is switched off anyway, so that its secret need not be there.
    fileprivate init(
        _ name: String, _ section: SettingsSection, _ around: SettingsSurroundings?, _ mistakes: inout Mistakes
    ) {
        self.init(name: name)
        section.checkKeys(["enabled", "url", "token", "timeout"], required: ["url"], &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("url", into: &url, &mistakes) { (node) throws(ConfigError) in
            let text = try node.text()
            guard HubSettings.Webhooks.isURL(text) else {
                throw node.mistake("'\(text)' is no web address", mend: "write https://host/path")
            }
            return text
        }
        if let around, enabled {
            section.read("token", into: &token, &mistakes) { (node) throws(ConfigError) in try around.secret(node) }
        }
        section.read("timeout", into: &timeout, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(100) ... .seconds(12))
        }
    }
}
