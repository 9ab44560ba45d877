import MQTT
import TestBroker
import Testing

@Suite struct `A session` {
    @Test(arguments: BrokerSettings.Version.allCases)
    func `gets again what it has not acknowledged, and not what it has`(_ version: BrokerSettings.Version) throws {
        let broker = try TestBroker()
        var settings = broker.settings(clientID: "hub")
        settings.version = version
        let session = try Session(settings, subscriptions: [Subscription("t/#")])
        try session.untilSubscribed()
        try broker.publish("t/1", "acknowledged")
        #expect(try session.messages(1) == ["acknowledged"])
        session.acknowledge()
        try broker.publish("t/2", "not acknowledged")
        #expect(try session.messages(1) == ["not acknowledged"])
        session.reconnect(reason: "a test")
        #expect(try session.messages(1) == ["not acknowledged"])
    }
}
