import AlertLog
import Foundation
import Hub
import MQTT
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A display on the broker` {
    @Test func `shows a confirmed fire to whoever comes later, too, and the end of it`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  display:", "    all-clear: 10s", "    displays:",
                "      lobby: {place: a/lobby, kind: text, topic: screens/lobby}",
                "      stair: {place: a/4, kind: awtrix, topic: awtrix_1}",
                "      next: {place: c/lobby, kind: text, topic: screens/next}",
            ])
        let voice = try Voice(broker)
        let ear = try await Ear(broker, "screens/+", "awtrix_1/#")
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        try await voice.report("a-3-C-smoke", "alarm", sequence: 1)
        let shown = try await ear.message(on: "screens/lobby")
        #expect(shown.contains("火警") && shown.contains("FIRE"))
        let notification = try await ear.message(on: "awtrix_1/notify")
        #expect(notification.contains(#""hold":true"#) && notification.contains("FIRE"))
        try await log.line("the displays") { $0.text.english.contains("2 of 2 displays told by display") }

        // A screen that starts now is told what it is to show; a notification is not made twice.
        let late = try await Ear(broker, "screens/+", "awtrix_1/#")
        #expect(try await late.message(on: "screens/lobby") == shown)

        let reset = try await HubProcess.run(
            ["reset", "a-fire-1", "--by", "warden", "--force", "--state", folder.state])
        #expect(reset.0 == 0)
        let allClear = try await late.heard.first("the all-clear") {
            $0.topic == "screens/lobby" && String(decoding: $0.payload, as: UTF8.self) != shown
        }
        #expect(!allClear.payload.isEmpty)
        try await late.heard.first("a clear screen") { $0.topic == "screens/lobby" && $0.payload.isEmpty }
        #expect(!late.heard.all.contains { $0.topic == "screens/next" })
        #expect(!late.heard.all.contains { $0.topic == "awtrix_1/notify" && $0.retained })
        #expect(try await hub.terminate() == 0)
    }
}
