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
    @Test func `that fails or is refused is told as a trouble, and one that hangs delays nobody`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        // The longest that is allowed: what is told is told while this one hangs.
        let webhooks = try Webhooks(timeout: "1m")
        let folder = try webhooks.folder(port: broker.port)
        let voice = try Voice(broker)
        let siren = try await Ear(broker, "estate/demo/+/+/+/+/+/+/device/+/command")
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        try await siren.message(on: Voice.topic(of: "a-3-A-siren", "command"))
        let request = try await webhooks.good.requests.first("the good one") { _ in true }
        #expect(request.hasPrefix("POST /alarm HTTP/1.1"))
        #expect(request.contains("a-fire-1/1"))
        for name in ["failing", "forbidding", "refusing"] {
            try await log.trouble(of: name)
        }
        try await hub.stop()
        // On a slow machine it fails for so long that it is tested, by HEAD.
        #expect(webhooks.failing.requests.all.count { $0.hasPrefix("POST ") } == 2)
        #expect(webhooks.forbidding.requests.count == 1)
        #expect(webhooks.good.requests.count == 1)
        // The second, on a machine on which all this takes longer than the time-out.
        #expect(webhooks.hanging.requests.all.count { $0.hasPrefix("POST ") } <= 2)
    }

    @Test func `that hangs is told as a trouble`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let webhooks = try Webhooks(timeout: "1s")
        let folder = try webhooks.folder(port: broker.port)
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        try await log.trouble(of: "hanging")
        try await hub.stop()
    }
}

extension LogTrail {
    fileprivate func trouble(of name: String) async throws {
        try await line(name) {
            $0.level == .trouble && "\($0.text.english) \($0.details)".contains("r-\(name)/")
        }
    }
}

/// Web servers of every manner, each with a resident of one flat.
private struct Webhooks {
    let hanging: WebhookReceiver
    let failing: WebhookReceiver
    let forbidding: WebhookReceiver
    let good: WebhookReceiver
    private let timeout: String
    private let ports: [(name: String, port: Int)]

    /// - Parameter timeout: How long the hub waits for an answer, as `hub.yaml` writes it.
    init(timeout: String) throws {
        self.timeout = timeout
        hanging = try WebhookReceiver(.hangs)
        failing = try WebhookReceiver(.answers(500))
        forbidding = try WebhookReceiver(.answers(403))
        good = try WebhookReceiver(.answers(200))
        // Nobody listens at the refusing one any more.
        ports = [
            ("hanging", hanging.port), ("failing", failing.port), ("forbidding", forbidding.port),
            ("refusing", try WebhookReceiver(.answers(200)).port), ("good", good.port),
        ]
    }

    func folder(port: Int) throws -> HubFolder {
        try HubFolder(
            port: port,
            settings: [
                "channels:", "  webhook:", "    timeout: \(timeout)", "    retries-max: 1", "    backoff: 50ms",
                "    endpoints:",
            ]
                + ports.map { "      \($0.name): {url: 'http://127.0.0.1:\($0.port)/alarm'}" },
            residents: ports.map { "r-\($0.name),Resident,zh-Hant,a,3,B,resident,webhook:\($0.name)" })
    }
}
