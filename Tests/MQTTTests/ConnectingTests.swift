import MQTT
import TestBroker
import Testing

@Suite struct `A connection` {
    @Test func `is made as soon as a broker that was unreachable at the start is there`() throws {
        let broker = try TestBroker()
        broker.stop()
        let session = try broker.session()
        #expect(try session.untilRefused().contains("Connection refused; is the broker running"))
        try broker.start()
        try session.untilSubscribed()
    }

    @Test func `does not hold its caller while nobody answers`() throws {
        // A listener whose queue is full takes no connection and refuses none: connecting to it blocks.
        let silent = try SilentListener()
        var settings = BrokerSettings(host: "127.0.0.1", port: silent.port, clientID: "hub")
        settings.connectTimeout = .milliseconds(50)
        let session = Driven(try Session(settings, subscriptions: []))
        let clock = ContinuousClock()
        let taken = clock.measure { _ = session.session.nextBatch(waitingAtMost: .milliseconds(1)) }
        // Connecting would block for two minutes.
        #expect(taken < .seconds(20))
        #expect(try session.untilRefused().contains("no answer within 0.05 seconds"))
    }

    @Test func `survives the broker's restart with its subscriptions and messages`() throws {
        let broker = try TestBroker()
        let session = try broker.session()
        try session.untilSubscribed()
        broker.stop()
        try session.untilDisconnected()
        try broker.start()
        try session.untilSubscribed()
        try broker.publish("t", "after")
        #expect(try session.messages(1) == ["after"])
    }

    @Test func `that is woken returns at once`() throws {
        let broker = try TestBroker()
        let session = try broker.session()
        try session.untilSubscribed()
        let wakeup = try Wakeup()
        wakeup.signal()
        // Would wait for an hour otherwise.
        #expect(session.session.nextBatch(waitingAtMost: .seconds(3600), wakeup: wakeup).messages.isEmpty)
        wakeup.drain()
        #expect(session.session.nextBatch(waitingAtMost: .milliseconds(1), wakeup: wakeup).messages.isEmpty)
    }

    @Test(arguments: BrokerSettings.Version.allCases)
    func `with a wrong password is refused with what to do, and tried again`(
        _ version: BrokerSettings.Version
    ) throws {
        let broker = try TestBroker(.passwords(["hub": "secret"]))
        var settings = broker.settings(clientID: "hub")
        settings.version = version
        settings.user = "hub"
        settings.password = "guessed"
        let wrong = try broker.driven(settings)
        for _ in 0..<2 {
            let text = try wrong.untilRefused()
            #expect(text.hasSuffix("refused user 'hub' or the password; check both against the broker's password file"))
            #expect(!text.contains("guessed"))
        }
        settings.password = "secret"
        try broker.driven(settings).untilSubscribed()
    }

    @Test func `reads its URL, and refuses one that it does not understand`() throws {
        let settings = try BrokerSettings(url: "mqtts://hub@broker.example:8884", clientID: "hub")
        #expect(settings.host == "broker.example" && settings.port == 8884 && settings.user == "hub")
        #expect(settings.tls != nil)
        #expect(try BrokerSettings(url: "mqtt://[::1]", clientID: "hub").host == "::1")
        #expect(try BrokerSettings(url: "mqtt://[::1]:1884/", clientID: "hub").port == 1884)
        for url in ["broker.example", "http://broker", "mqtt://broker:port", "mqtt://", "mqtt://hub:secret@broker"] {
            let error = #expect(throws: MQTTError.self) { try BrokerSettings(url: url, clientID: "hub") }
            #expect(error?.description.contains("secret") == false)
        }
    }
}

@Suite struct `A connection over TLS` {
    @Test(arguments: BrokerSettings.Version.allCases)
    func `with a client certificate carries batches like any other`(_ version: BrokerSettings.Version) throws {
        let broker = try TestBroker(.clientCertificates)
        let session = try broker.session(version: version)
        try session.untilSubscribed()
        try broker.publish("t", lines: (1...2_000).map(String.init))
        var payloads: [String] = []
        for _ in 0..<4 {
            payloads += try session.messages(500)
            session.session.acknowledge()
        }
        #expect(payloads == (1...2_000).map(String.init))
    }

    @Test func `finds the broker's certificate signed by a wrong CA, expired, or for another host`() throws {
        let broker = try TestBroker(.clientCertificates)
        let certificates = try #require(broker.certificates)
        var settings = broker.settings(clientID: "hub")
        settings.tls?.authority = certificates.wrongAuthority
        #expect(try refusal(settings).contains("certificate is not signed by '\(certificates.wrongAuthority)'"))
        settings.tls = .init(certificate: certificates.client.certificate, key: certificates.client.key)
        #expect(try refusal(settings).contains("is not signed by anybody this system trusts"))
        let expired = try TestBroker(.expired)
        #expect(try refusal(expired.settings(clientID: "hub")).contains("the broker's certificate has expired; renew"))
        let elsewhere = try TestBroker(.otherHost)
        #expect(
            try refusal(elsewhere.settings(clientID: "hub")).contains("certificate is not for '127.0.0.1'; connect by"))
    }

    @Test func `says that the broker refuses its own certificate`() throws {
        let broker = try TestBroker(.clientCertificates)
        let certificates = try #require(broker.certificates)
        for pair in [certificates.expired, certificates.stranger, nil] {
            var settings = broker.settings(clientID: "hub")
            settings.tls = .init(
                authority: certificates.authority, certificate: pair?.certificate, key: pair?.key)
            let session = Driven(try Session(settings, subscriptions: []))
            // A broker that refuses says so and hangs up; when it hangs up while we write, that is all we see. The next
            // attempt may see more.
            var texts: [String] = []
            for _ in 0..<50 where texts.last?.contains("the broker refused our certificate") != true {
                texts.append(try session.untilRefused())
            }
            #expect(texts.last?.contains("the broker refused our certificate") == true, "\(texts)")
            #expect(texts.dropLast().allSatisfy { $0.hasSuffix("and is ours valid?") })
        }
    }

    @Test func `names a file that is missing or does not fit`() throws {
        let broker = try TestBroker(.clientCertificates)
        let certificates = try #require(broker.certificates)
        var settings = broker.settings(clientID: "hub")
        settings.tls?.authority = "/nowhere/ca.crt"
        #expect(try refusal(settings).contains("cannot read '/nowhere/ca.crt': No such file or directory; check"))
        settings = broker.settings(clientID: "hub")
        settings.tls?.key = certificates.server.key
        #expect(try refusal(settings).contains("they must be PEM, belong together, and have no passphrase"))
    }

    @Test func `notices that the other side does not speak it`() throws {
        let plain = try TestBroker()
        let secure = try TestBroker(.clientCertificates)
        var settings = plain.settings(clientID: "hub")
        settings.tls = secure.settings(clientID: "hub").tls
        #expect(try refusal(settings).contains("does that port speak TLS"))
        settings = secure.settings(clientID: "hub")
        settings.tls = nil
        #expect(try refusal(settings).contains("if that port speaks TLS, write mqtts:// and name its CA file"))
    }

    /// What is said, twice, for an attempt must follow the first.
    private func refusal(_ settings: BrokerSettings) throws -> String {
        let session = Driven(try Session(settings, subscriptions: []))
        let first = try session.untilRefused()
        let second = try session.untilRefused()
        #expect(second == first)
        return first
    }
}
