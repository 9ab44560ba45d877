import Foundation
import Notify
import Registry

extension HubSettings {
    /// `channels.webpush`: messages to browsers. A contact is `webpush:<name of a subscription>`.
    public struct WebPush: Sendable {
        public var enabled = true
        /// `subject`: whom a push service may ask, `mailto:` or `https:`.
        public var subject = ""
        /// `key`: what the messages are signed with; `nil` where there is no web push.
        public var vapid: VAPID?
        /// `subscriptions`: the file's contents.
        public var subscriptions: [String: PushSubscription] = [:] {
            didSet { book = PushBook(subscriptions) }
        }
        /// Where that file is; `nil` if there is none.
        public var subscriptionsFile: String?
        /// Those, and what people subscribe by themselves.
        var book = PushBook()
        /// `services`: the hosts that browsers may give as theirs; `*.` stands for whatever is before. What people bring
        /// would else make the hub call any address, those of its own network included.
        public var services = [
            // Chromium and its kin, Firefox, Edge, and Safari.
            "fcm.googleapis.com", "*.push.services.mozilla.com", "*.notify.windows.com", "*.push.apple.com",
        ]
        /// `keep`: how long a push service keeps a message for a phone that is off, `1m...1d`.
        ///
        /// Too short, and a phone in a lift misses it; too long, and a fire that is over wakes somebody.
        public var timeToLive = Duration.seconds(3600)
        /// For one attempt, `100ms...12s`.
        public var timeout = Duration.seconds(8)
    }
}

extension HubSettings.WebPush: ChannelSettings {
    static var key: String { "webpush" }

    private static let keys = ["enabled", "subject", "key", "subscriptions", "services", "keep", "timeout"]

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(Self.keys, &mistakes)
        section.read("enabled", into: &enabled, &mistakes) { (node) throws(ConfigError) in try node.flag() }
        section.read("keep", into: &timeToLive, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(60) ... .seconds(86_400))
        }
        section.read("timeout", into: &timeout, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .milliseconds(100) ... .seconds(12))
        }
        section.read("services", into: &services, &mistakes) { (node) throws(ConfigError) in
            var hosts: [String] = []
            for host in try node.list() { hosts.append(try host.text().lowercased()) }
            return hosts
        }
        guard enabled, section["key"] != nil || section["subscriptions"] != nil else { return }
        section.checkKeys(Self.keys, required: ["subject", "key"], &mistakes)
        section.read("subject", into: &subject, &mistakes) { (node) throws(ConfigError) in
            let text = try node.text()
            guard text.hasPrefix("mailto:") && text.contains("@") || text.hasPrefix("https://") else {
                throw node.mistake("'\(text)' is nobody to ask", mend: "write mailto:office@estate.example")
            }
            return text
        }
        let subject = subject
        section.read("key", into: &vapid, &mistakes) { (node) throws(ConfigError) in
            let secret = try around.secret(node)
            do {
                return try VAPID(key: secret.value, subject: subject)
            } catch {
                throw node.mistake(
                    "\(error)", mend: "make one: openssl ecparam -name prime256v1 -genkey -noout -out vapid.pem")
            }
        }
        section.read("subscriptions", into: &subscriptions, &mistakes) { (node) throws(ConfigError) in
            subscriptionsFile = try around.readableFile(node)
            return try Self.subscriptions(node, around)
        }
    }

    private static func subscriptions(
        _ node: YAMLNode, _ around: SettingsSurroundings
    ) throws(ConfigError) -> [String: PushSubscription] {
        let path = try around.readableFile(node)
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let mode = attributes?[.posixPermissions] as? Int ?? 0o777
        guard mode & 0o077 == 0 else {
            throw node.mistake("others can read '\(path)'", mend: "let the hub's user alone read it: chmod 600")
        }
        guard let file = FileManager.default.contents(atPath: path) else {
            throw node.mistake("the file '\(path)' cannot be read", mend: "let the hub's user read it")
        }
        do {
            return try PushSubscription.all(in: file, seal: around.seal)
        } catch {
            throw node.mistake(
                "'\(path)': \(error)", mend: #"write {"name": {"endpoint": …, "keys": {"p256dh": …, "auth": …}}, …}"#)
        }
    }

    /// Whether people may subscribe browsers that take messages there: at one of ``services``, over TLS, but for this
    /// machine's own.
    func serves(_ subscription: PushSubscription) -> Bool {
        guard let parts = URLComponents(string: subscription.endpoint), let host = parts.host?.lowercased(),
            parts.scheme?.lowercased() == "https" || host == "127.0.0.1"
        else { return false }
        return services.contains { $0.hasPrefix("*.") ? host.hasSuffix($0.dropFirst()) : host == $0 }
    }

    func reaches(_ address: String, over channel: String, _ registry: EstateRegistry) throws(AddressMistake) -> Bool {
        guard enabled else { return false }
        guard vapid != nil else {
            throw AddressMistake(
                problem: "web push is not set up", mend: "write subject and key under channels.webpush")
        }
        guard subscriptions[address] != nil else {
            // Its name may be a person's, and its likes are other people's.
            throw AddressMistake(
                problem: "there is no subscription of that name", mend: "add it to the file of subscriptions")
        }
        return true
    }

    func channels(_ parts: ChannelParts) throws -> [String: any Channel] {
        guard enabled, let vapid else { return [:] }
        var settings = WebPushChannel.Settings()
        settings.timeToLive = timeToLive
        settings.timeout = timeout
        let channel = try WebPushChannel(settings, vapid: vapid, subscriptions: book, now: parts.now)
        return [WebPushChannel.name: channel]
    }
}
