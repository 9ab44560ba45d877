import MQTT
import TestBroker
import Testing

@Suite struct `A publisher` {
    @Test(arguments: BrokerSettings.Version.allCases)
    func `returns when the broker has the message`(_ version: BrokerSettings.Version) async throws {
        let broker = try TestBroker()
        var settings = broker.settings(clientID: "out")
        settings.version = version
        let publisher = try Publisher(settings)
        try await publisher.publish(OutgoingMessage(topic: "t/state", payload: Array("kept".utf8), retain: true))
        try await publisher.publish(OutgoingMessage(topic: "t/x", payload: [], quality: .atMostOnce))
        #expect(try broker.session().messages(1) == ["kept"])
    }

    @Test func `keeps the order of a burst, and loses none of it`() async throws {
        let broker = try TestBroker()
        let session = try broker.session()
        try session.untilSubscribed()
        let publisher = try Publisher(broker.settings(clientID: "out"))
        let numbers = (1...5_000).map(String.init)
        for number in numbers { publisher.publish(OutgoingMessage(topic: "t", payload: Array(number.utf8))) { _ in } }
        #expect(try session.messages(5_000) == numbers)
    }

    @Test func `says that a topic is forbidden, and that others are not`() async throws {
        let broker = try TestBroker(
            .passwords(["hub": "secret"], acl: ["user hub", "topic write t/allowed"]))
        var settings = broker.settings(clientID: "out")
        settings.user = "hub"
        settings.password = "secret"
        let publisher = try Publisher(settings)
        let error = await #expect(throws: MQTTError.self) {
            try await publisher.publish(OutgoingMessage(topic: "t/forbidden", payload: []))
        }
        #expect(
            error?.description.hasSuffix(
                "not allowed to publish on 't/forbidden'; allow it in the broker's ACL (topic write …)") == true)
        try await publisher.publish(OutgoingMessage(topic: "t/allowed", payload: []))
    }

    @Test func `sends after a restart of the broker what came meanwhile, and its announcement again`() async throws {
        let broker = try TestBroker()
        let (stream, continuation) = AsyncStream.makeStream(of: Publisher.Event.self)
        let publisher = try Publisher(
            broker.settings(clientID: "out"),
            announcement: OutgoingMessage(topic: "t/status", payload: Array("online".utf8), retain: true)
        ) { continuation.yield($0) }
        var iterator = stream.makeAsyncIterator()
        #expect(await iterator.next() == .connected)
        broker.kill()
        while case .some(let event) = await iterator.next() { if case .disconnected = event { break } }
        async let sent: Void = publisher.publish(
            OutgoingMessage(topic: "t/late", payload: Array("late".utf8), retain: true))
        try broker.start()
        try await sent
        #expect(try Set(broker.session().messages(2)) == ["online", "late"])
    }

    @Test func `has its will published when it vanishes, and not when it stops`() async throws {
        let broker = try TestBroker()
        let session = try broker.session()
        try session.untilSubscribed()
        var settings = broker.settings(clientID: "out")
        settings.will = .init(topic: "t/status", payload: Array("offline".utf8), retain: true)
        var publisher: Publisher? = try Publisher(settings)
        try await publisher?.publish(OutgoingMessage(topic: "t/status", payload: Array("online".utf8)))
        publisher = nil
        #expect(try session.messages(2) == ["online", "offline"])
        let second = try Publisher(settings)
        second.stop(saying: OutgoingMessage(topic: "t/status", payload: Array("stopped".utf8)), within: .seconds(60))
        let third = try Publisher(settings)
        try await third.publish(OutgoingMessage(topic: "t/next", payload: Array("no will between".utf8)))
        #expect(try session.messages(2) == ["stopped", "no will between"])
        let error = await #expect(throws: MQTTError.self) {
            try await second.publish(OutgoingMessage(topic: "t", payload: []))
        }
        #expect(error?.reason == .stopped)
    }

    @Test func `refuses at once what it has no room for, and in the end what it could not send`() async throws {
        let broker = try TestBroker()
        broker.stop()
        var limits = Publisher.Limits()
        limits.queued = 2
        limits.patience = .milliseconds(50)
        let publisher = try Publisher(broker.settings(clientID: "out"), limits: limits)
        let (results, continuation) = AsyncStream.makeStream(of: MQTTError.Reason?.self)
        for _ in 0..<3 {
            publisher.publish(OutgoingMessage(topic: "t", payload: [])) { result in
                if case .failure(let error) = result { continuation.yield(error.reason) }
            }
        }
        var iterator = results.makeAsyncIterator()
        #expect(await iterator.next() == .queueFull(limit: 2))
        #expect(await iterator.next() == .timedOut(after: .milliseconds(50), connected: false))
        #expect(await iterator.next() == .timedOut(after: .milliseconds(50), connected: false))
    }

    @Test(arguments: ["", "t/+", "#", "t/\0"])
    func `refuses a topic that nobody can publish on`(_ topic: String) async throws {
        let publisher = try Publisher(BrokerSettings(host: "127.0.0.1", port: 1, clientID: "out"))
        let error = await #expect(throws: MQTTError.self) {
            try await publisher.publish(OutgoingMessage(topic: topic, payload: []))
        }
        #expect(error?.reason == .invalidTopic(topic))
    }
}
