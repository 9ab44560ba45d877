import Foundation
import MQTT
import Testing

@Suite struct `An embedded broker` {
    private let folder = NSTemporaryDirectory() + "smokehub-embedded-" + UUID().uuidString

    @Test func `keeps a session from run to run`() throws {
        defer { remove() }
        let broker = try EmbeddedBroker(folder: folder)
        let session = try self.session(broker)
        try session.untilSubscribed()
        session.session.end()
        broker.stop()
        let next = try EmbeddedBroker(folder: folder)
        #expect(try self.session(next).untilConnected() == .connected(sessionPresent: true))
        next.stop()
    }

    @Test func `ends one that an earlier run left behind`() async throws {
        defer { remove() }
        let (ends, continuation) = AsyncStream.makeStream(of: String.self)
        let left = try EmbeddedBroker(folder: folder) { continuation.yield($0) }
        let session = try self.session(left)
        try session.untilSubscribed()
        let next = try EmbeddedBroker(folder: folder)
        try session.untilDisconnected()
        var iterator = ends.makeAsyncIterator()
        #expect(await iterator.next() == "it ended with code 0")
        try self.session(next).untilSubscribed()
        next.stop()
    }

    @Test func `says where it cannot write`() {
        let error = #expect(throws: MQTTError.self) { try EmbeddedBroker(folder: "/nowhere/at/all") }
        #expect(error?.description.contains("no folder '/nowhere/at/all'") == true)
    }

    private func session(_ broker: EmbeddedBroker) throws -> Driven {
        let settings = BrokerSettings(host: "127.0.0.1", port: broker.port, clientID: "hub")
        return Driven(try Session(settings, subscriptions: [Subscription("t/#")]))
    }

    private func remove() {
        do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }
}
