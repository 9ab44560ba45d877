import AlertLog
import Foundation
import MQTT
import Hub
import Registry
import Rules
import Synchronization
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The link to the broker` {
    @Test func `stands again when the broker was stopped and started, and nothing said meanwhile is lost`() async throws
    {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        broker.stop()
        try await log.trouble("broker")
        try broker.start()
        try await voice.report("a-3-B-smoke", "alarm")
        try await ear.alert("after the restart")
        try await hub.untilReady(2)
        try await log.trouble("broker", "put right")
        #expect(log.lines.all.last { $0.details["session"] != nil }?.details["session"] == "kept")
        try await hub.stop()
    }

    @Test func `is tried until the broker is there`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        broker.stop()
        let folder = try HubFolder(port: broker.port)
        let hub = try HubProcess.serve(folder)
        for number in [0, 1] {
            let before = hub.errors.all.count { $0.contains("The broker cannot be reached") }
            #expect(before >= number - 1)
            try await hub.errors.first("refusals", from: number == 0 ? 0 : hub.errors.count) {
                $0.contains("The broker cannot be reached") && $0.contains("Connection refused; is the broker running")
            }
        }
        let log = LogTrail(folder.state)
        try await log.trouble("broker")
        try broker.start()
        try await hub.untilReady()
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        try await Voice(broker).report("a-3-B-smoke", "alarm")
        try await ear.alert("the alarm")
        #expect(try await hub.terminate() == 0)
        // It has never been connected before, so nothing can have been lost.
        #expect(log.troubles("session").isEmpty)
    }

    @Test func `announces what was decided while the broker was away for long`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let ahead = Ahead()
        let hub = try RunningHub(folder, now: ahead.now)
        try await hub.untilReady()
        try await voice.report("a-3-B-smoke", "alarm")
        try await ear.alert("investigate")
        let log = LogTrail(folder.state)
        broker.stop()
        try await log.trouble("broker")
        ahead.by(.seconds(100))
        try await log.line("nobody has answered") { $0.details["rule"] == "unanswered" }
        // Longer than any message waits for its connection.
        try await hub.messages.first("given up once") { $0.contains("An alert did not reach the broker") }
        try broker.start()
        try await ear.alert("unanswered") { $0.rule == "unanswered" }
        try await hub.stop()
    }

    @Test func `is made anew when the broker delivers nothing, however alive it looks`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let proxy = try Proxy(to: broker.port)
        let folder = try HubFolder(port: proxy.port, canary: "{interval: 1s, grace: 1s}")
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        proxy.swallowMessages()
        try await voice.report("a-3-B-smoke", "alarm")
        try await log.trouble("canary")
        try await ear.alert("what was swallowed")
        try await log.trouble("canary", "put right")
        try await hub.stop()
    }

    @Test(arguments: BrokerSettings.Version.allCases)
    func `is ready at once, whichever of the hub's two connections stands first`(
        _ version: BrokerSettings.Version
    ) async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        for _ in 0..<4 {
            let folder = try HubFolder(
                broker: [
                    "url: mqtt://127.0.0.1:\(broker.port)", "protocol: \(version.rawValue)",
                    "client-id: hub-\(UUID().uuidString.prefix(8))",
                ], canary: "{interval: 1h, grace: 1h}")
            let hub = try RunningHub(folder)
            try await hub.untilReady()
            // Had the backlog's end been waited for in vain, there would be none of it.
            #expect(hub.board.now.canaryDelay != nil)
            try await hub.stop()
        }
    }
}

/// A clock that can be put forward.
final class Ahead: Sendable {
    private let offset = Mutex(Duration.zero)

    func by(_ duration: Duration) { offset.withLock { $0 += duration } }

    var now: @Sendable () -> Instant {
        { [self] in Instant.now() + offset.withLock { $0 } }
    }
}
