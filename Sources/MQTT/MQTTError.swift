/// What went wrong with a broker, and what to do about it.
public struct MQTTError: Error, Sendable, Equatable, CustomStringConvertible {
    /// As in `mqtts://hub@broker.example:8883`.
    public var broker: String
    public var reason: Reason

    public init(broker: String, reason: Reason) {
        self.broker = broker
        self.reason = reason
    }

    public enum Reason: Sendable, Equatable {
        case settings(String, mend: String)
        case resource(String)
        // Reaching it.
        case unknownHost(String)
        case unreachable(String)
        case noAnswer(within: Duration)
        case closedBeforeAnswer(overTLS: Bool)
        // TLS.
        case unreadableFile(String, why: String)
        case unusableTLSFiles(String)
        case untrustedCertificate(String, authority: String?)
        case expiredCertificate
        case certificateNotYetValid
        case wrongCertificateName(host: String)
        case ownCertificateRefused(String)
        case tlsFailed(String)
        // The broker's answer.
        case refusedLogin(user: String?)
        case refusedClientID(String)
        case refusedVersion(BrokerSettings.Version)
        case brokerUnavailable(String)
        case refusedConnection(String)
        // Later.
        case connectionLost(String)
        case sessionTakenOver(clientID: String)
        case keepAliveExpired
        case reconnecting(String)
        // Publishing.
        case forbidden(topic: String)
        case publishRefused(topic: String, why: String)
        case invalidTopic(String)
        case payloadTooLarge(bytes: Int)
        case queueFull(limit: Int)
        case timedOut(after: Duration, connected: Bool)
        case stopped
        // The broker that we start.
        case notInstalled
        case brokerFailed(String)
    }

    /// `mqtt://127.0.0.1:1883: Connection refused; is the broker running, and host and port right?`
    public var description: String {
        (broker.isEmpty ? "" : "\(broker): ") + problem + (mend.isEmpty ? "" : "; \(mend)")
    }
}

extension MQTTError {
    /// Two switches, neither with a `default`: a new reason is an error here until it has its words.
    private var problem: String {
        switch reason {
        case .settings(let problem, _): problem
        case .resource(let why): "the system gives no more: \(why)"
        case .unknownHost(let why): "no such host (\(why))"
        case .unreachable(let why): why
        case .noAnswer(let within): "no answer within \(within)"
        case .closedBeforeAnswer: "closed the connection before answering"
        case .unreadableFile(let path, let why): "cannot read '\(path)': \(why)"
        case .unusableTLSFiles(let why): why
        case .untrustedCertificate(let why, let authority?):
            "the broker's certificate is not signed by '\(authority)' (\(why))"
        case .untrustedCertificate(let why, nil):
            "the broker's certificate is not signed by anybody this system trusts (\(why))"
        case .expiredCertificate: "the broker's certificate has expired"
        case .certificateNotYetValid: "the broker's certificate is not valid yet"
        case .wrongCertificateName(let host): "the broker's certificate is not for '\(host)'"
        case .ownCertificateRefused(let why): "the broker refused our certificate (\(why))"
        case .tlsFailed(let why): "TLS failed: \(why)"
        case .refusedLogin(let user?): "refused user '\(user)' or the password"
        case .refusedLogin(nil): "refused a connection without a user"
        case .refusedClientID(let id): "refused the client id '\(id)'"
        case .refusedVersion(let version): "does not speak MQTT \(version.rawValue)"
        case .brokerUnavailable(let why): "refused for now: \(why)"
        case .refusedConnection(let why): "refused the connection: \(why)"
        case .connectionLost(let why): "connection lost: \(why)"
        case .sessionTakenOver(let clientID): "another client took the id '\(clientID)'"
        case .keepAliveExpired: "no sign of life within the keep-alive"
        case .reconnecting(let why): "connection given up: \(why)"
        case .forbidden(let topic): "not allowed to publish on '\(topic)'"
        case .publishRefused(let topic, let why): "did not take a message on '\(topic)': \(why)"
        case .invalidTopic(let topic): "'\(topic)' is no topic to publish on"
        case .payloadTooLarge(let bytes): "a payload of \(bytes) bytes is over the broker's bound"
        case .queueFull(let limit): "\(limit) messages are waiting already"
        case .timedOut(let after, connected: true): "not acknowledged within \(after)"
        case .timedOut(let after, connected: false): "no connection for \(after)"
        case .stopped: "the connection has been stopped"
        case .notInstalled: "mosquitto is not installed"
        case .brokerFailed(let why): "mosquitto did not start: \(why)"
        }
    }

    private var mend: String {
        switch reason {
        case .settings(_, let mend): mend
        case .resource: "raise the limit of open files or threads (systemd: LimitNOFILE=, TasksMax=)"
        case .unknownHost: "check the broker's name and this machine's DNS"
        case .unreachable: "is the broker running, and are host, port and firewall right?"
        case .noAnswer: "is a broker behind that port, and does the firewall let it answer?"
        case .closedBeforeAnswer(overTLS: false): "if that port speaks TLS, write mqtts:// and name its CA file"
        case .closedBeforeAnswer(overTLS: true):
            "does that port speak TLS, does it ask for a certificate, and is ours valid?"
        case .unreadableFile: "check the path, and that the hub's user may read it"
        case .unusableTLSFiles: "they must be PEM, belong together, and have no passphrase"
        case .untrustedCertificate: "name the file of the CA that signed it"
        case .expiredCertificate: "renew it on the broker, or set this machine's clock right"
        case .certificateNotYetValid: "set this machine's clock right, or wait"
        case .wrongCertificateName(let host): "connect by the name in it, or have '\(host)' added to it"
        case .ownCertificateRefused: "use one that is valid now and signed by the CA that the broker trusts"
        case .tlsFailed: "does that port speak TLS 1.2 or 1.3?"
        case .refusedLogin(user: _?): "check both against the broker's password file"
        case .refusedLogin(nil): "give user and password, or a certificate whose name the broker knows"
        case .refusedClientID: "choose another; some brokers allow 23 letters and digits only"
        case .refusedVersion(let version): "set the protocol version to \(version == .v5 ? "3.1.1" : "5")"
        case .brokerUnavailable, .refusedConnection, .publishRefused: "see the broker's log"
        case .connectionLost: "see the broker's log if this repeats"
        case .sessionTakenOver: "give each hub and each connection an id of its own"
        case .keepAliveExpired: "check the network and the broker's load"
        case .forbidden: "allow it in the broker's ACL (topic write …)"
        case .invalidTopic: "write 1 to 65,535 bytes, without +, # and NUL"
        case .payloadTooLarge: "raise its message_size_limit or max_packet_size, or send less"
        case .queueFull: "the broker takes them too slowly, or is away"
        case .timedOut(_, connected: true): "the broker may or may not have it"
        case .timedOut(_, connected: false): "the message was not sent"
        case .reconnecting, .stopped: ""
        case .notInstalled: "install it: apt-get install mosquitto"
        case .brokerFailed: "see its log"
        }
    }
}
