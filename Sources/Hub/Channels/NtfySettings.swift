import Notify
import Registry

extension HubSettings {
    /// `channels.ntfy`: pushes through a server of ntfy. A contact is `ntfy:<topic>`.
    public struct Ntfy: Hashable, Sendable {
        public var enabled = true
        public var url = "https://ntfy.sh"
        /// An access token; `nil` where everybody may publish.
        public var token: Secret?
        /// For one attempt, `100ms...15s`.
        public var timeout = Duration.seconds(5)
    }
}

extension HubSettings.Ntfy: ChannelSettings {
    static var key: String { "ntfy" }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(["enabled", "url", "token", "timeout"], &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("url", into: &url, &mistakes) { (node) throws(ConfigError) in try node.serviceAddress() }
        // What is switched off need not have its secret yet.
        if enabled {
            section.read("token", into: &token, &mistakes) { (node) throws(ConfigError) in try around.secret(node) }
        }
        section.read("timeout", into: &timeout, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(100) ... .seconds(15))
        }
    }

    func reaches(
        _ address: String, over channel: String, _ registry: EstateRegistry
    ) throws(AddressMistake) -> Bool {
        guard NtfyService.isAddress(address) else {
            throw AddressMistake(
                problem: "'ntfy:' is followed by no topic", mend: "write at most 64 letters, digits, '-' and '_'")
        }
        return enabled
    }

    func needsInternet(_ address: String, over channel: String) -> Bool { !WithoutInternet.isInHouse(url: url) }

    func channels(_ parts: ChannelParts) throws -> [String: any Channel] {
        guard enabled else { return [:] }
        return try ServiceChannel.channels([
            Self.key: (NtfyService(server: url, token: token?.value), timeout)
        ])
    }
}

extension YAMLNode {
    /// A service's address, without a slash at its end. - Throws: if it is none on the web.
    func serviceAddress() throws(ConfigError) -> String {
        let text = try text()
        guard HubSettings.Webhooks.isURL(text) else {
            throw mistake("'\(text)' is no web address", mend: "write https://host")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
