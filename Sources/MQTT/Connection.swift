import CMosquitto
import Glibc

/// One connection to the broker, from the attempt to its end: one handle of libmosquitto, never used again.
///
/// A new connection is a new handle, so no packet that was queued for a dead connection, an acknowledgement above all,
/// can leave on the next. Used by one thread at a time, which need not be the same throughout.
final class Connection {
    private let handle: OpaquePointer
    private let settings: BrokerSettings
    let inbox: Inbox

    enum Reading {
        case packet
        /// Nothing more has arrived so far.
        case dry
        case closed(MQTTError)
    }

    /// Throws ``MQTTError`` for settings that libmosquitto cannot use.
    init(_ settings: BrokerSettings) throws(MQTTError) {
        Self.startLibrary
        self.settings = settings
        inbox = Inbox(payloadBytesMax: settings.payloadBytesMax)
        guard let handle = mosquitto_new(settings.clientID, settings.cleanStart, inbox.context) else {
            throw MQTTError(
                broker: settings.description,
                reason: errno == ENOMEM
                    ? .resource(systemText(errno))
                    : .settings("the client id '\(settings.clientID)' is not UTF-8", mend: "use plain letters"))
        }
        self.handle = handle
        inbox.install(on: handle)
        try configure()
    }

    deinit { mosquitto_destroy(handle) }

    private static let startLibrary: Void = {
        // Only fails without memory, and then so does mosquitto_new.
        _ = mosquitto_lib_init()
    }()

    private func configure() throws(MQTTError) {
        // Keeps packets in the queue until `write()`: without it libmosquitto sends a PUBACK as soon as it is made.
        try require(mosquitto_threaded_set(handle, true))
        let version = settings.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
        try require(mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, version))
        try require(mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(settings.receiveMaximum)))
        try require(mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, Int32(Publisher.inFlightMax)))
        try require(mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1))
        if settings.user != nil || settings.password != nil {
            try require(mosquitto_username_pw_set(handle, settings.user, settings.password))
        }
        if let will = settings.will {
            let size = Int32(clamping: will.payload.count)
            try require(
                mosquitto_will_set(handle, will.topic, size, will.payload, Quality.atLeastOnce.code, will.retain),
                "the will on '\(will.topic)'")
        }
        if let tls = settings.tls { try configure(tls) }
    }

    private func configure(_ tls: BrokerSettings.TLS) throws(MQTTError) {
        for path in [tls.authority, tls.certificate, tls.key].compactMap(\.self) where access(path, R_OK) != 0 {
            throw MQTTError(broker: settings.description, reason: .unreadableFile(path, why: systemText(errno)))
        }
        let systemAuthorities = tls.authority == nil ? "/etc/ssl/certs" : nil
        try require(
            // Without this callback OpenSSL would ask for a passphrase on the terminal, and wait.
            mosquitto_tls_set(handle, tls.authority, systemAuthorities, tls.certificate, tls.key) { _, _, _, _ in 0 },
            "the TLS files")
    }

    private func require(_ code: Int32, _ what: String = "a setting") throws(MQTTError) {
        guard code != MOSQ_ERR_SUCCESS.rawValue else { return }
        throw MQTTError(
            broker: settings.description,
            reason: .settings("libmosquitto refuses \(what): \(text(code, errno))", mend: "check the broker's settings")
        )
    }

    /// Looks the name up and connects. Blocks, for minutes where nobody answers; sends nothing yet.
    func connect() throws(MQTTError) {
        var properties: OpaquePointer?
        defer { mosquitto_property_free_all(&properties) }
        if settings.version == .v5 {
            let expiry = UInt32(clamping: settings.cleanStart ? 0 : settings.sessionExpiry.components.seconds)
            try require(
                mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), expiry))
            try require(
                mosquitto_property_add_int32(
                    &properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), settings.packetBytesMax))
        }
        let keepAlive = Int32(settings.keepAlive.components.seconds)
        let code = mosquitto_connect_bind_v5(
            handle, settings.host, Int32(settings.port), keepAlive, nil, properties)
        let number = errno
        guard code != MOSQ_ERR_SUCCESS.rawValue else { return }
        throw MQTTError(broker: settings.description, reason: connectReason(code, number))
    }

    private func connectReason(_ code: Int32, _ number: Int32) -> MQTTError.Reason {
        switch code {
        case MOSQ_ERR_EAI.rawValue: .unknownHost(String(cString: gai_strerror(number)))
        case MOSQ_ERR_ERRNO.rawValue: .unreachable(systemText(number))
        case MOSQ_ERR_TLS.rawValue: handshakeReason(code) ?? .unusableTLSFiles(openSSL.joined(separator: "; "))
        default: .unreachable(text(code, number))
        }
    }

    /// Where the broker is quick, the handshake has come to its end before `connect()` returns.
    private func handshakeReason(_ code: Int32) -> MQTTError.Reason? {
        let reason = tlsReason(code)
        if case .tlsFailed? = reason { return nil }
        return reason
    }
}

extension Connection {
    /// -1 once the connection is closed.
    var descriptor: Int32 { mosquitto_socket(handle) }

    var wantsToWrite: Bool { mosquitto_want_write(handle) }

    /// Takes at most one packet from the socket (over TLS, what one record holds) into the inbox.
    func read() -> Reading {
        let callsBefore = inbox.calls
        errno = 0
        let code = mosquitto_loop_read(handle, 1)
        let number = errno
        if code != MOSQ_ERR_SUCCESS.rawValue || descriptor < 0 { return .closed(ending(code, number)) }
        // `EAGAIN` alone would not do: for each acknowledgement that it queues, libmosquitto also writes a byte into a
        // pair of sockets for its own loop; once that is full, the failed write leaves `EAGAIN` behind as well.
        return number == EAGAIN && inbox.calls == callsBefore ? .dry : .packet
    }

    /// Lets queued packets leave, **acknowledgements included**, as far as the socket takes them.
    func write() -> MQTTError? {
        let code = mosquitto_loop_write(handle, 1)
        let number = errno
        return code == MOSQ_ERR_SUCCESS.rawValue && descriptor >= 0 ? nil : ending(code, number)
    }

    /// Queues a ping when the keep-alive asks for one, and closes when the last was not answered.
    func keepAlive() -> MQTTError? {
        let code = mosquitto_loop_misc(handle)
        return code == MOSQ_ERR_SUCCESS.rawValue ? nil : ending(code, errno)
    }

    /// Whether the other side is gone, which a failed TLS handshake does not report by itself.
    var isHungUp: Bool {
        var interest = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&interest, 1, 0) > 0 && Int32(interest.revents) & (POLLHUP | POLLERR) != 0
    }

    /// While set, what is written leaves in as few TCP segments as possible.
    func gather(_ on: Bool) {
        var flag: Int32 = on ? 1 : 0
        // A refusal costs speed, not correctness.
        _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CORK, &flag, socklen_t(MemoryLayout<Int32>.size))
    }

    /// libmosquitto formats its log for every message; of use only until the connection stands.
    func stopLog() {
        mosquitto_log_callback_set(handle, nil)
        inbox.log = []
    }

    /// Queues SUBSCRIBE; the id comes back in `Inbox.subscribed`.
    func subscribe(_ filters: [String], _ quality: Quality) -> Result<Int32, MQTTError> {
        var id: Int32 = 0
        let strings = filters.map { strdup($0) }
        defer { strings.forEach { free($0) } }
        let code = strings.withUnsafeBufferPointer { pointers in
            pointers.baseAddress.map { base in
                base.withMemoryRebound(to: UnsafeMutablePointer<CChar>?.self, capacity: filters.count) {
                    mosquitto_subscribe_multiple(handle, &id, Int32(filters.count), $0, quality.code, 0, nil)
                }
            }
        }
        if code == MOSQ_ERR_SUCCESS.rawValue { return .success(id) }
        return .failure(failure(.connectionLost("SUBSCRIBE: \(text(code ?? 0, errno))")))
    }

    /// Queues PUBLISH; the id comes back in `Inbox.published`, for QoS 0 when it has left.
    func publish(_ message: OutgoingMessage) -> Result<Int32, MQTTError> {
        var id: Int32 = 0
        let code = mosquitto_publish_v5(
            handle, &id, message.topic, Int32(clamping: message.payload.count), message.payload, message.quality.code,
            message.retain, nil)
        switch code {
        case MOSQ_ERR_SUCCESS.rawValue: return .success(id)
        case MOSQ_ERR_INVAL.rawValue, MOSQ_ERR_MALFORMED_UTF8.rawValue:
            return .failure(failure(.invalidTopic(message.topic)))
        case MOSQ_ERR_PAYLOAD_SIZE.rawValue, MOSQ_ERR_OVERSIZE_PACKET.rawValue:
            return .failure(failure(.payloadTooLarge(bytes: message.payload.count)))
        default: return .failure(failure(.publishRefused(topic: message.topic, why: text(code, errno))))
        }
    }

    /// Queues DISCONNECT, after which the broker keeps the will to itself.
    func sayFarewell() {
        // Fails only where there is no connection any more.
        _ = mosquitto_disconnect_v5(handle, 0, nil)
    }

    func failure(_ reason: MQTTError.Reason) -> MQTTError { MQTTError(broker: settings.description, reason: reason) }
}

extension Connection {
    /// What the end of the connection means, from libmosquitto's code, `errno`, and what OpenSSL and the broker said.
    private func ending(_ code: Int32, _ number: Int32) -> MQTTError {
        if let greeting = inbox.greeting, greeting.code != 0 { return failure(refusal(greeting.code)) }
        if let reason = tlsReason(code) { return failure(reason) }
        if code == MOSQ_ERR_SUCCESS.rawValue, let farewell = inbox.farewell, farewell != 0 {
            return failure(
                farewell == Int32(MQTT_RC_SESSION_TAKEN_OVER.rawValue)
                    ? .sessionTakenOver(clientID: settings.clientID)
                    : .connectionLost("the broker says: \(String(cString: mosquitto_reason_string(farewell)))"))
        }
        if code == MOSQ_ERR_KEEPALIVE.rawValue { return failure(.keepAliveExpired) }
        if inbox.greeting == nil { return failure(.closedBeforeAnswer(overTLS: settings.tls != nil)) }
        // Under TLS libmosquitto calls every end a protocol error.
        let closed = code == MOSQ_ERR_CONN_LOST.rawValue || (number == EPROTO && settings.tls != nil)
        return failure(.connectionLost(closed || code == 0 ? "the broker closed it" : text(code, number)))
    }

    private func refusal(_ code: Int32) -> MQTTError.Reason {
        let words = { (code: Int32) in String(cString: mosquitto_reason_string(code)) }
        return switch code {
        case 1, Int32(MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION.rawValue): .refusedVersion(settings.version)
        case 2, Int32(MQTT_RC_CLIENTID_NOT_VALID.rawValue): .refusedClientID(settings.clientID)
        case 4, 5, Int32(MQTT_RC_BAD_USERNAME_OR_PASSWORD.rawValue), Int32(MQTT_RC_NOT_AUTHORIZED.rawValue):
            .refusedLogin(user: settings.user)
        case 3: .brokerUnavailable("server unavailable")
        case Int32(MQTT_RC_SERVER_UNAVAILABLE.rawValue), Int32(MQTT_RC_SERVER_BUSY.rawValue),
            Int32(MQTT_RC_QUOTA_EXCEEDED.rawValue), Int32(MQTT_RC_CONNECTION_RATE_EXCEEDED.rawValue):
            .brokerUnavailable(words(code))
        default: .refusedConnection("code \(code), \(words(code))")
        }
    }

    private func tlsReason(_ code: Int32) -> MQTTError.Reason? {
        guard settings.tls != nil, code == MOSQ_ERR_TLS.rawValue || !inbox.log.isEmpty else { return nil }
        let lines = openSSL
        let all = lines.joined(separator: "; ")
        if all.contains("host name verification failed") { return .wrongCertificateName(host: settings.host) }
        if all.contains("certificate verify failed") {
            let verdict = CertificateVerdict(ofSession: mosquitto_ssl_get(handle))
            return switch verdict?.code {
            case 10: .expiredCertificate
            case 9: .certificateNotYetValid
            default: .untrustedCertificate(verdict?.text ?? all, authority: settings.tls?.authority)
            }
        }
        // Alerts are what the other side says; here they can only concern the certificate that we show, or do not show.
        if all.contains("alert"), all.contains("certificate") || all.contains("unknown ca") {
            return .ownCertificateRefused(lines.first { $0.contains("alert") } ?? all)
        }
        if all.contains("unexpected eof") { return .closedBeforeAnswer(overTLS: true) }
        return .tlsFailed(all.isEmpty ? text(code, errno) : all)
    }

    /// OpenSSL's lines without its numbers: of `OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify
    /// failed` the last part.
    private var openSSL: [String] {
        inbox.log.map { line in
            guard line.hasPrefix("OpenSSL Error"), let last = line.split(separator: ":").last else { return line }
            return String(last)
        }
    }

    private func text(_ code: Int32, _ number: Int32) -> String {
        code == MOSQ_ERR_ERRNO.rawValue ? systemText(number) : String(cString: mosquitto_strerror(code))
    }
}

extension Quality {
    var code: Int32 { Int32(rawValue) }
}
