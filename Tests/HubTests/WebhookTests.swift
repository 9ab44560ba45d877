import AlertLog
import Foundation
import Hub
import MQTT
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A webhook` {
    @Test func `that hangs, fails or is refused delays nobody else, and is told as a trouble`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let hanging = try WebhookReceiver(.hangs)
        let failing = try WebhookReceiver(.answers(500))
        let forbidding = try WebhookReceiver(.answers(403))
        let good = try WebhookReceiver(.answers(200))
        // Nobody listens here any more.
        let refusing = try WebhookReceiver(.answers(200)).port
        let ports = [
            ("hanging", hanging.port), ("failing", failing.port), ("forbidding", forbidding.port),
            ("refusing", refusing), ("good", good.port),
        ]
        let folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  webhook:", "    timeout: 3s", "    retries-max: 1", "    backoff: 50ms",
                "    endpoints:",
            ]
                + ports.map { "      \($0.0): {url: 'http://127.0.0.1:\($0.1)/alarm'}" },
            residents: ports.map { "r-\($0.0),Resident,zh-Hant,a,3,B,resident,webhook:\($0.0)" })
        let voice = try Voice(broker)
        let siren = try await Ear(broker, "estate/demo/+/+/+/+/+/+/device/+/command")
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        let began = ContinuousClock.now
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        try await siren.message(on: Voice.topic(of: "a-3-A-siren", "command"))
        let request = try await good.requests.first("the good one") { _ in true }
        // The hanging one takes three seconds to be given up for the first time.
        #expect(began.duration(to: .now) < .seconds(3))
        #expect(request.hasPrefix("POST /alarm HTTP/1.1"))
        #expect(request.contains("a-fire-1/1"))
        for name in ["failing", "forbidding", "refusing", "hanging"] {
            try await log.line(name) {
                $0.level == .trouble && "\($0.text.english) \($0.details)".contains("r-\(name)/")
            }
        }
        #expect(failing.requests.count == 2)
        #expect(forbidding.requests.count == 1)
        #expect(good.requests.count == 1)
        try await hub.stop()
    }
}
