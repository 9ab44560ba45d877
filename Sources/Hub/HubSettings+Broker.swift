import Registry

extension HubSettings {
    /// `broker`: how the hub reaches it.
    public struct Broker: Hashable, Sendable {
        /// `url`; `user` wins over a user in it.
        public var address = BrokerAddress(host: "127.0.0.1", port: 1883)
        /// `client-id`: the broker keeps the session under it, so it stays the same and no other client has it.
        /// `nil` for `smokehub-<hub>`.
        public var clientID: String?
        public var protocolVersion = ProtocolVersion.v5
        public var keepAlive = Duration.seconds(30)
        /// `session-expiry`: how long the broker keeps messages for a hub that is away. MQTT 5 only: under 3.1.1 the
        /// broker decides.
        public var sessionExpiry = Duration.seconds(7 * 86_400)
        /// `receive-maximum`: messages sent and not yet acknowledged, `1...65535`. The broker's
        /// `max_inflight_messages` bounds it as well.
        public var receiveMaximum = 10_000
        public var password: Secret?
        /// For `mqtts`; `nil` there trusts the system's authorities and shows no certificate.
        public var tls: TLS?

        public init() {}

        public var user: String? { address.user }

        /// What `--broker` does: another broker, whose TLS settings stay as long as it is an `mqtts` one, and whose
        /// user stays as long as the address names none.
        public mutating func use(_ other: BrokerAddress) {
            let user = other.user ?? address.user
            address = other
            address.user = user
            if !other.isEncrypted { tls = nil }
        }
    }

    public enum ProtocolVersion: String, Hashable, Sendable, CaseIterable {
        case v5 = "5"
        case v311 = "3.1.1"
    }

    /// Files in PEM form.
    public struct TLS: Hashable, Sendable {
        /// The authority that the broker's certificate is checked against; `nil` for the system's.
        public var authority: String?
        /// The hub's own certificate and its key: both or none.
        public var certificate: String?
        public var key: String?
    }
}

extension HubSettings.Broker {
    private static let keys = [
        "url", "client-id", "protocol", "keep-alive", "session-expiry", "receive-maximum", "user", "password", "tls",
    ]

    init(_ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes) {
        section.checkKeys(Self.keys, &mistakes)
        section.read("url", into: &address, &mistakes) { (node) throws(ConfigError) in
            try node.address(BrokerAddress.init)
        }
        section.read("client-id", into: &clientID, &mistakes) { (node) throws(ConfigError) in try node.identifier() }
        section.read("protocol", into: &protocolVersion, &mistakes) { (node) throws(ConfigError) in try node.choice() }
        section.read("keep-alive", into: &keepAlive, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(5) ... .seconds(3600))
        }
        section.read("session-expiry", into: &sessionExpiry, &mistakes) { (node) throws(ConfigError) in
            try node.duration(in: .seconds(60) ... .seconds(365 * 86_400))
        }
        section.read("receive-maximum", into: &receiveMaximum, &mistakes) { (node) throws(ConfigError) in
            try node.integer(in: 1...65_535)
        }
        section.read("user", into: &address.user, &mistakes) { (node) throws(ConfigError) in try node.text() }
        section.read("password", into: &password, &mistakes) { (node) throws(ConfigError) in try around.secret(node) }
        if let node = section["password"], section["user"] == nil, address.user == nil {
            mistakes.note(node.mistake("a password without a user", mend: "add 'user:' beside it"))
        }
        readTLS(section, around, &mistakes)
    }

    private mutating func readTLS(
        _ section: SettingsSection, _ around: SettingsSurroundings, _ mistakes: inout Mistakes
    ) {
        guard let node = section["tls"] else { return }
        let inner = section.section("tls", &mistakes)
        inner.checkKeys(["ca", "certificate", "key"], &mistakes)
        var files = HubSettings.TLS()
        inner.read("ca", into: &files.authority, &mistakes) { (node) throws(ConfigError) in
            try around.readableFile(node)
        }
        inner.read("certificate", into: &files.certificate, &mistakes) { (node) throws(ConfigError) in
            try around.readableFile(node)
        }
        inner.read("key", into: &files.key, &mistakes) { (node) throws(ConfigError) in try around.readableFile(node) }
        for (one, other) in [("certificate", "key"), ("key", "certificate")] {
            if let node = inner[one], inner[other] == nil {
                mistakes.note(node.mistake("a \(one) without a \(other)", mend: "add '\(other):' beside it"))
            }
        }
        if !address.isEncrypted {
            mistakes.note(
                node.mistake("TLS settings for a broker without TLS", mend: "write mqtts://… as the url, or remove tls")
            )
        }
        tls = files
    }
}
