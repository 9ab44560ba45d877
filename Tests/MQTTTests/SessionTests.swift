import MQTT
import TestBroker
import Testing

@Suite struct `A session` {
    @Test(arguments: BrokerSettings.Version.allCases)
    func `gets again what it has not acknowledged, and not what it has`(_ version: BrokerSettings.Version) throws {
        let broker = try TestBroker()
        let session = try broker.session(version: version)
        try session.untilSubscribed()
        try broker.publish("t/1", "acknowledged")
        #expect(try session.messages(1) == ["acknowledged"])
        session.session.acknowledge()
        try broker.publish("t/2", "not acknowledged")
        #expect(try session.messages(1) == ["not acknowledged"])
        session.session.reconnect(reason: "a test")
        #expect(try session.messages(1) == ["not acknowledged"])
    }

    @Test(arguments: BrokerSettings.Version.allCases)
    func `that goes without a farewell leaves the broker what it had not acknowledged`(
        _ version: BrokerSettings.Version
    ) throws {
        let broker = try TestBroker()
        try Self.readAndVanish(broker, version)
        let next = try broker.session(version: version)
        #expect(try next.messages(3) == ["2", "3", "4"])
    }

    /// The session goes at the end of this, as with a process that is killed: its socket closes, and nothing else.
    private static func readAndVanish(_ broker: TestBroker, _ version: BrokerSettings.Version) throws {
        let session = try broker.session(version: version)
        try session.untilSubscribed()
        try broker.publish("t", lines: ["1"])
        #expect(try session.messages(1) == ["1"])
        session.session.acknowledge()
        try broker.publish("t", lines: ["2", "3", "4"])
        #expect(try session.messages(3) == ["2", "3", "4"])
    }

    @Test func `acknowledges nothing of a connection that has ended`() throws {
        let broker = try TestBroker()
        let session = try broker.session()
        try session.untilSubscribed()
        try broker.publish("t", "read before")
        #expect(try session.messages(1) == ["read before"])
        session.session.reconnect(reason: "a test")
        // Nothing is connected now, so this must not reach the next connection either.
        session.session.acknowledge()
        #expect(try session.messages(1) == ["read before"])
        session.session.acknowledge()
        session.session.reconnect(reason: "a test")
        try session.untilSubscribed()
        try broker.publish("t", "after")
        #expect(try session.messages(1) == ["after"])
    }

    @Test func `goes on reading while nothing can be committed, and gets all of it again`() throws {
        let broker = try TestBroker()
        let session = try broker.session()
        try session.untilSubscribed()
        try broker.publish("t", lines: (1...500).map(String.init))
        #expect(try session.messages(500).count == 500)
        try broker.publish("t", lines: ["501"])
        #expect(try session.messages(1) == ["501"])
        session.session.reconnect(reason: "a test")
        #expect(try session.messages(501) == (1...501).map(String.init))
    }

    @Test(arguments: BrokerSettings.Version.allCases)
    func `drains a backlog in order, once, in batches of the size that was set`(
        _ version: BrokerSettings.Version
    ) throws {
        let broker = try TestBroker()
        try broker.session(version: version).untilSubscribed()
        try broker.publish("t", lines: (1...5_000).map(String.init))
        var settings = broker.settings(clientID: "hub")
        settings.version = version
        settings.batchMessagesMax = 300
        let session = try Session(settings, subscriptions: [Subscription("t/#")])
        var payloads: [String] = []
        for _ in 0..<10_000 where payloads.count < 5_000 {
            let batch = session.nextBatch(waitingAtMost: .seconds(1))
            #expect(batch.messages.count <= 300)
            payloads += batch.messages.map { String(decoding: $0.payload, as: UTF8.self) }
            session.acknowledge()
        }
        #expect(payloads == (1...5_000).map(String.init))
        let idle = session.nextBatch(waitingAtMost: .zero)
        #expect(idle.messages.isEmpty && idle.dry)
    }

    @Test func `takes all that has arrived into one batch`() throws {
        let broker = try TestBroker()
        let session = try broker.session()
        try session.untilSubscribed()
        // Arrived when the broker has acknowledged them to their sender. More than libmosquitto's own pair of sockets
        // holds: a socket must not be taken for dry because that one is full.
        try broker.publish("t", lines: (1...1_500).map(String.init))
        let batch = session.session.nextBatch(waitingAtMost: .seconds(60))
        #expect(batch.messages.count == 1_500)
        #expect(batch.dry)
    }

    @Test func `says whether the broker has kept it`() throws {
        let broker = try TestBroker()
        let first = try broker.session()
        #expect(try first.untilConnected() == .connected(sessionPresent: false))
        try first.untilSubscribed()
        first.session.end()
        #expect(try broker.session().untilConnected() == .connected(sessionPresent: true))
    }

    @Test func `tells a retained message from one that happens now`() throws {
        let broker = try TestBroker()
        try broker.publish("t/state", "kept", retain: true)
        let session = try broker.session()
        var messages = try session.publications(1)
        try session.untilSubscribed()
        try broker.publish("t/state", "new", retain: true)
        messages += try session.publications(1)
        #expect(messages.map(\.retained) == [true, false])
        #expect(messages.map(\.topic) == ["t/state", "t/state"])
        #expect(messages.map(\.quality) == [.atLeastOnce, .atLeastOnce])
    }

    @Test func `reports a payload over the bound, and acknowledges it with the batch`() throws {
        let broker = try TestBroker()
        var settings = broker.settings(clientID: "hub")
        settings.payloadBytesMax = 10
        let session = try broker.driven(settings)
        try session.untilSubscribed()
        try broker.publish("t/large", "eleven byte")
        #expect(
            try session.until("dropped") { if case .dropped = $0 { true } else { false } }
                == .dropped(topic: "t/large", payloadBytes: 11))
        session.session.acknowledge()
        session.session.reconnect(reason: "a test")
        try session.untilSubscribed()
        try broker.publish("t/small", "ten bytes.")
        #expect(try session.messages(1) == ["ten bytes."])
    }

    @Test func `hands over a payload of 300 KiB and one of no byte at all`() throws {
        let broker = try TestBroker()
        var settings = broker.settings(clientID: "hub")
        settings.payloadBytesMax = 300 * 1024
        let session = try broker.driven(settings)
        try session.untilSubscribed()
        try broker.publish("t", bytes: [UInt8](repeating: 0xff, count: 300 * 1024))
        try broker.publish("t", "")
        #expect(try session.publications(2).map(\.payload.count) == [300 * 1024, 0])
    }

    @Test func `refuses at once what could never work`() throws {
        var settings = BrokerSettings(host: "127.0.0.1", port: 1883, clientID: "hub")
        settings.receiveMaximum = 0
        let error = #expect(throws: MQTTError.self) { try Session(settings, subscriptions: []) }
        #expect(
            error?.description == "mqtt://127.0.0.1:1883: a receive maximum of 0; write one of 1...65535")
        settings.receiveMaximum = 1
        #expect(throws: MQTTError.self) { try Session(settings, subscriptions: [Subscription("t/#/x")]) }
    }
}
