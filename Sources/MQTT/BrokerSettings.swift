/// How a broker is reached, and within which bounds. One value makes one connection: a session or a publisher.
public struct BrokerSettings: Sendable, CustomStringConvertible {
    /// A name or an address, without brackets around IPv6.
    public var host: String
    /// `1...65535`; usually 1883, with TLS 8883.
    public var port: Int
    /// What the broker knows this connection by; a second connection with the same one ends the first.
    public var clientID: String
    public var version: Version = .v5
    public var user: String?
    public var password: String?
    /// `nil`: in the clear, as on loopback.
    public var tls: TLS?
    /// Silence after which each side asks whether the other is there, and gives it up at one and a half times of it.
    ///
    /// Too long, and a dead link goes unnoticed; too short, and a commit that takes long ends the connection.
    /// Allowed: whole seconds, `5...65_535`.
    public var keepAlive: Duration = .seconds(30)
    /// How long the broker keeps messages for a session that is away (MQTT 5; under 3.1.1 the broker decides).
    public var sessionExpiry: Duration = .seconds(7 * 86_400)
    /// How many messages the broker may have sent without an acknowledgement (MQTT 5): the bound of what a crash
    /// repeats. The broker's `max_inflight_messages` bounds it too. Allowed: `1...65_535`.
    public var receiveMaximum = 10_000
    /// `true` throws away what the broker has kept for this client; a session wants `false`.
    public var cleanStart = false
    /// What the broker says on our behalf when the connection ends without a farewell.
    public var will: Will?
    /// Larger payloads are reported and dropped without being copied.
    public var payloadBytesMax = 256 * 1024
    /// What one packet may take of our memory (MQTT 5; under 3.1.1 only the broker's `message_size_limit` bounds it).
    /// The broker throws larger ones away without a word to us, so it is far above ``payloadBytesMax``.
    public var packetBytesMax: UInt32 = 16 * 1024 * 1024
    /// A batch ends at this many messages, over TLS at the end of the TLS record that holds the last of them.
    ///
    /// Too small, and each commit carries little; as large as ``receiveMaximum``, and the broker idles during commits.
    public var batchMessagesMax = 2_500
    /// A batch ends when its payloads have reached this size: the bound of its memory.
    public var batchBytesMax = 16 * 1024 * 1024
    /// How long an attempt to connect may take, from the name's look-up to the broker's answer.
    public var connectTimeout: Duration = .seconds(10)
    public var backoff = Backoff()

    public init(host: String, port: Int, clientID: String) {
        self.host = host
        self.port = port
        self.clientID = clientID
    }

    /// `mqtts://hub@broker.example:8883`, never with the password.
    public var description: String {
        "\(tls == nil ? "mqtt" : "mqtts")://\(user.map { "\($0)@" } ?? "")\(address)"
    }

    /// `broker.example:8883`.
    var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension BrokerSettings {
    public enum Version: String, Sendable, CaseIterable {
        case v5 = "5"
        case v311 = "3.1.1"
    }

    /// PEM files. They are read anew for each connection, so renewed certificates need no restart.
    public struct TLS: Sendable, Equatable {
        /// Who must have signed the broker's certificate; `nil`: whom the system trusts (`/etc/ssl/certs`).
        public var authority: String?
        /// What we show the broker; needs ``key``.
        public var certificate: String?
        /// Without a passphrase.
        public var key: String?

        public init(authority: String? = nil, certificate: String? = nil, key: String? = nil) {
            self.authority = authority
            self.certificate = certificate
            self.key = key
        }
    }

    /// Published by the broker with QoS 1 when the connection ends without a farewell.
    public struct Will: Sendable, Equatable {
        public var topic: String
        public var payload: [UInt8]
        public var retain: Bool

        public init(topic: String, payload: [UInt8], retain: Bool) {
            self.topic = topic
            self.payload = payload
            self.retain = retain
        }
    }

    /// The pauses between attempts: doubled from `first` to `longest`, each shortened at random by up to a half, so that
    /// a broker that comes back is not met by everybody at once.
    public struct Backoff: Sendable, Equatable {
        public var first: Duration
        public var longest: Duration

        public init(first: Duration = .milliseconds(250), longest: Duration = .seconds(10)) {
            self.first = first
            self.longest = longest
        }

        /// The pause after so many failures in a row (from 0).
        func pause(after failures: Int) -> Duration {
            let doubled = first * (1 << min(failures, 16))
            return min(doubled, longest) * Double.random(in: 0.5...1)
        }
    }
}

extension BrokerSettings {
    /// From `mqtt://[user@]host[:port]` or `mqtts://…`; throws ``MQTTError`` with `.settings` for anything else.
    public init(url: String, clientID: String) throws(MQTTError) {
        func refuse(_ problem: String) -> MQTTError {
            MQTTError(
                broker: url,
                reason: .settings("\(problem) in '\(url)'", mend: "write mqtt://[user@]host:port or mqtts://…"))
        }
        let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "mqtt" || parts[0] == "mqtts" else {
            throw refuse("no mqtt:// or mqtts://")
        }
        let secure = parts[0] == "mqtts"
        var rest = parts[1]
        if rest.hasSuffix("/") { rest.removeLast() }
        var user: String?
        if let at = rest.lastIndex(of: "@") {
            user = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        if let user, user.contains(":") {
            throw MQTTError(
                broker: secure ? "mqtts://…" : "mqtt://…",
                reason: .settings(
                    "a password in the broker's URL", mend: "keep it in a file or an environment variable"))
        }
        var port = secure ? 8883 : 1883
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") {
            guard let number = Int(rest[rest.index(after: colon)...]) else { throw refuse("a port that is no number") }
            port = number
            rest = rest[..<colon]
        }
        if rest.hasPrefix("["), rest.hasSuffix("]") { rest = rest.dropFirst().dropLast() }
        self.init(host: String(rest), port: port, clientID: clientID)
        self.user = user
        tls = secure ? TLS() : nil
        try check()
    }

    /// Throws ``MQTTError`` with `.settings` where no connection could ever be made of these.
    func check() throws(MQTTError) {
        func require(_ holds: Bool, _ problem: String, _ mend: String) throws(MQTTError) {
            if !holds { throw MQTTError(broker: description, reason: .settings(problem, mend: mend)) }
        }
        try require(!host.isEmpty, "the broker has no host", "name one, such as 127.0.0.1")
        try require((1...65_535).contains(port), "port \(port) does not exist", "write one of 1...65535")
        try require(!clientID.isEmpty, "the client id is empty", "give each connection one of its own")
        try require(
            (5...65_535).contains(keepAlive.components.seconds) && keepAlive.components.attoseconds == 0,
            "a keep-alive of \(keepAlive)", "write whole seconds, 5...65535")
        try require(
            (1...65_535).contains(receiveMaximum), "a receive maximum of \(receiveMaximum)", "write one of 1...65535")
        try require(batchMessagesMax > 0, "a batch of at most \(batchMessagesMax) messages", "allow at least 1")
        try require(batchBytesMax > 0, "a batch of at most \(batchBytesMax) bytes", "allow at least 1")
        try require(payloadBytesMax >= 0, "payloads of at most \(payloadBytesMax) bytes", "allow at least 0")
        try require(
            (tls?.certificate == nil) == (tls?.key == nil), "a client certificate and its key go together",
            "give both, or neither")
        try require(
            password == nil || user != nil || version == .v5, "a password without a user",
            "MQTT 3.1.1 needs a user name with it")
    }
}
