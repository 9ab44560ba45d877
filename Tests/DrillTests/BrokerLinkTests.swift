import Drill
import MQTT
import TestBroker
import Testing

@Suite struct `A link to a broker` {
    private let broker: TestBroker
    private let clock = SystemDrillClock()

    init() throws { broker = try TestBroker() }

    private func link(_ name: String) throws -> BrokerLink {
        try BrokerLink(broker.settings(clientID: name), clock: clock)
    }

    @Test func `hears what another publishes, retained or not, until it is closed`() async throws {
        let speaker = try link("speaker")
        try await speaker.publish(Array("old".utf8), to: "smokehub/demo/block/a/incident", qos: 1, retain: true)
        let listener = try link("listener")
        let before = clock.elapsed
        let stream = try await listener.messages(matching: ["smokehub/+/block/+/alert", "smokehub/+/block/+/incident"])
        var messages = stream.makeAsyncIterator()
        let old = try #require(await messages.next())
        #expect(old.retained)
        #expect(old.topic == "smokehub/demo/block/a/incident")

        try await speaker.publish([1, 0, 255], to: "smokehub/demo/block/*/alert", qos: 1, retain: false)
        try await speaker.publish([2], to: "smokehub/demo/elsewhere", qos: 0, retain: false)
        try await speaker.publish([3], to: "smokehub/demo/block/b/alert", qos: 0, retain: false)
        let first = try #require(await messages.next())
        #expect(first.payload == [1, 0, 255])
        #expect(!first.retained)
        #expect(first.receivedAt > before && first.receivedAt <= clock.elapsed)
        #expect(await messages.next()?.topic == "smokehub/demo/block/b/alert")

        await listener.close()
        await speaker.close()
        #expect(await messages.next() == nil)
    }

    @Test func `says at once that no broker is there`() async throws {
        let listener = try link("listener")
        broker.stop()
        let error = await #expect(throws: DrillError.self) { _ = try await listener.messages(matching: ["a"]) }
        #expect(error?.description.hasPrefix("mqtt://127.0.0.1:\(broker.port): ") == true, "\(error as Any)")
    }
}
