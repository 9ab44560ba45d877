import AlertLog
import Foundation
import Hub
import MQTT
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `An outage` {
    @Test func `of the broker closes no incident and makes no device silent, and a fire that goes on is one`()
        async throws
    {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let ahead = Ahead()
        let hub = try RunningHub(folder, now: ahead.now)
        try await hub.untilReady()
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        try await ear.alert("investigate")
        let log = LogTrail(folder.state)
        broker.stop()
        try await log.trouble("broker")
        ahead.by(.seconds(2 * 3600))
        try await log.line("time goes on") { $0.details["rule"] == "unanswered" }
        try broker.start()
        try await hub.untilReady(2)
        // It alarmed all the while.
        try await voice.report("a-3-B-smoke", "alarm", sequence: 2)
        try await voice.report("a-3-C-smoke", "alarm", sequence: 1)
        try await ear.alert("joined") { $0.because.contains("a-3-C-smoke") && $0.incident == "a-fire-1" }
        try await hub.stop()
        let lines = try await settledLog(folder)
        #expect(!lines.contains { [.clearing, .closed].contains($0.stage) || $0.details["clear"] == "timed out" })
        #expect(!lines.contains { $0.details["trouble"] == "silent" || $0.details["trouble"] == "stuck" })
        try await checkReplay(folder)
    }

    @Test func `in which signs of life waited beside alarms is replayed as it was judged`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let start = Instant.now() - .seconds(3600)
        let early = try RunningHub(folder, now: { start })
        try await early.untilReady()
        let devices = ["a-1-B", "a-1-C", "a-2-B", "a-6-B", "b-1-B", "b-5-B"].map { $0 + "-smoke" }
        for device in devices { try await voice.report(device, "ok", sequence: 1, at: start) }
        try await voice.report("c-1-B-smoke", "alarm", sequence: 1, at: start)
        try await ear.alert("all were heard")
        try await early.stop()

        // Each device's messages in their order, but the devices' among each other as a broker may deliver them.
        var random = SplitMix64(state: 7)
        var second = 0
        var sequences = Dictionary(uniqueKeysWithValues: devices.map { ($0, 1) })
        for _ in 0..<300 {
            let device = try #require(devices.randomElement(using: &random))
            sequences[device, default: 1] += 1
            let state = ["ok", "ok", "ok", "alarm", "clear"][Int.random(in: 0..<5, using: &random)]
            second += Int.random(in: 0..<20, using: &random)
            let jitter = Int.random(in: 0..<120, using: &random)
            let stamp = jitter < 20 ? nil : start + .seconds(max(1, second - jitter))
            try await voice.report(device, state, sequence: sequences[device], at: stamp)
        }
        let late = try RunningHub(folder)
        try await late.untilReady()
        try await late.stop()
        try await checkReplay(folder)
    }

    /// The journal played again decides what the log says, and the same bytes in two processes.
    private func checkReplay(_ folder: HubFolder) async throws {
        let decided = try await settledLog(folder).filter { $0.event == .incident }.map { line in
            "\(line.details["event_at"] ?? "") \(line.incident ?? "") \(line.stage?.rawValue ?? "") "
                + "\(line.details["rule"] ?? "") \(line.details["because"] ?? "")"
        }
        let arguments = ["replay", "--config", folder.configuration, folder.state]
        let replay = try await HubProcess.run(arguments)
        let replayed = try replay.output.map { text in
            let line = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let because = (line["because"] as? [String] ?? []).joined(separator: " ")
            return
                "\(line["at"] ?? "") \(line["incident"] ?? "") \(line["stage"] ?? "") \(line["rule"] ?? "") \(because)"
        }
        #expect(replayed == decided)
        #expect(decided.count > 1)
        #expect(try await HubProcess.run(arguments).output == replay.output)
    }
}
