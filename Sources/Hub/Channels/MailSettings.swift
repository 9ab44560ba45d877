import Foundation
import Notify
import Registry

extension HubSettings {
    /// `channels.mail`: e-mail through the estate's mail server. A contact is `mail:name@example.org`.
    public struct Mail: Hashable, Sendable {
        public var enabled = true
        /// `smtp://host[:port]` or `smtps://host[:port]`; `nil` if there is no section.
        public var url: String?
        /// Whether `smtp://` asks for encryption, or only takes it if it is offered.
        public var starttls = MailChannel.Server.Encryption.required
        /// `from`: `SmokeHub <alarm@estate.example>`
        public var sender: MailChannel.Sender?
        public var user: String?
        public var password: Secret?
        /// A file of certificates to trust.
        public var ca: String?
        /// `connections-max`: mails under way at once, `1...64`.
        public var connectionsMax = 8
        /// For one attempt, `100ms...15s`.
        public var timeout = Duration.seconds(10)
    }
}

extension HubSettings.Mail: ChannelSettings {
    static var key: String { MailChannel.name }

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(
            ["enabled", "url", "starttls", "from", "user", "password", "ca", "connections-max", "timeout"],
            required: ["url", "from"],
            &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("url", into: &url, &mistakes) { (node) throws(ConfigError) in try node.mailServer() }
        section.read("starttls", into: &starttls, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.read("from", into: &sender, &mistakes) { (node) throws(ConfigError) in
            let text = try node.text()
            guard let sender = MailChannel.Sender(text) else {
                throw node.mistake(
                    "'\(text)' is no sender", mend: "write alarm@estate.example, or SmokeHub <alarm@estate.example>")
            }
            return sender
        }
        section.read("user", into: &user, &mistakes) { (node) throws(ConfigError) in try node.text() }
        // What is switched off need not have its secret and its file yet.
        if enabled {
            section.read("password", into: &password, &mistakes) { (node) throws(ConfigError) in
                try around.secret(node)
            }
            section.read("ca", into: &ca, &mistakes) { (node) throws(ConfigError) in try around.readableFile(node) }
        }
        section.read("connections-max", into: &connectionsMax, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 1...64)
        }
        section.read("timeout", into: &timeout, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(100) ... .seconds(15))
        }
        checkLogin(section, &mistakes)
    }

    private func checkLogin(_ section: SettingsSection, _ mistakes: inout Mistakes) {
        if let node = section["password"], section["user"] == nil {
            mistakes.note(node.mistake("a password without a user", mend: "write user as well, or remove it"))
        }
        if let node = section["user"], section["password"] == nil {
            mistakes.note(node.mistake("a user without a password", mend: "write password as well, or remove it"))
        }
        if let node = section["starttls"], starttls == .optional, section["password"] != nil,
            url?.hasPrefix("smtp:") == true
        {
            mistakes.note(
                node.mistake("the password might go out unencrypted", mend: "write starttls: required, or smtps://"))
        }
    }

    func reaches(
        _ address: String, over channel: String, _ registry: EstateRegistry
    ) throws(AddressMistake) -> Bool {
        guard url != nil else {
            throw AddressMistake(
                problem: "hub.yaml says nothing of a mail server", mend: "write channels.mail there, with url and from")
        }
        guard MailChannel.isAddress(address) else {
            throw AddressMistake(
                problem: "'mail:' is followed by no e-mail address", mend: "write mail:name@example.org")
        }
        return enabled
    }

    func channels(_ parts: ChannelParts) throws -> [String: any Channel] {
        guard enabled, let url, let sender else { return [:] }
        var server = MailChannel.Server(url: url)
        server.encryption = starttls
        server.user = user
        server.password = password?.value
        server.authorities = ca
        server.timeout = timeout
        server.connectTimeout = min(server.connectTimeout, timeout)
        var settings = MailChannel.Settings(server: server, sender: sender)
        settings.connectionsMax = connectionsMax
        return [Self.key: try MailChannel(settings, now: parts.now)]
    }
}

extension YAMLNode {
    /// - Throws: unless it is `smtp://host[:port]` or `smtps://host[:port]`.
    fileprivate func mailServer() throws(ConfigError) -> String {
        let text = try text()
        guard let url = URLComponents(string: text), ["smtp", "smtps"].contains(url.scheme),
            url.host?.isEmpty == false, url.path.isEmpty || url.path == "/", url.query == nil
        else {
            throw mistake("'\(text)' is no mail server", mend: "write smtp://host:587, or smtps://host:465")
        }
        // It would be a secret in the file.
        guard url.user == nil, url.password == nil else {
            throw mistake("a user stands in the address", mend: "write user and password as keys of their own")
        }
        return text
    }
}
