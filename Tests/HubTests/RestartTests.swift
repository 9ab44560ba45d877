import AlertLog
import Foundation
import GRDB
import Hub
import MQTT
import Registry
import Rules
import Store
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A hub that is started again` {
    @Test func `confirms with a second alarm what the first began before it was killed`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let first = try HubProcess.serve(folder)
        try await first.untilReady()
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        try await ear.alert("investigate") { $0.stage == .investigate }
        try await first.kill()

        let second = try HubProcess.serve(folder)
        try await second.untilReady()
        try await voice.report("a-3-C-smoke", "alarm", sequence: 1)
        let confirmed = try await ear.alert("confirmed") { $0.stage == .confirmed }
        #expect(confirmed.because == ["a-3-B-smoke", "a-3-C-smoke"])
        #expect(confirmed.incident == "a-fire-1")
        #expect(try await second.terminate() == 0)
    }

    @Test func `commands no device, and shows the incidents that are open`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let voice = try Voice(broker)
        do {
            let siren = try await Ear(broker, "estate/demo/+/+/+/+/+/+/device/+/command")
            let hub = try HubProcess.serve(folder)
            try await hub.untilReady()
            try await voice.report("a-3-A-smoke", "alarm", sequence: 1)
            try await siren.message(on: Voice.topic(of: "a-3-A-siren", "command"))
            try await LogTrail(folder.state).line("sirens were told") { $0.event == .delivery }
            try await hub.terminate()
        }
        let ear = try await Ear(broker, "#")
        let retained = ear.heard.count
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        try await ear.heard.first("the incident's state", from: retained) {
            $0.topic == "smokehub/demo/block/a/incident" && !$0.retained
        }
        try await hub.terminate()
        try await ear.heard.first("offline") {
            $0.topic == "smokehub/hub-1/status" && String(decoding: $0.payload, as: UTF8.self) == "offline"
                && !$0.retained
        }
        #expect(ear.heard.all.filter { !$0.topic.hasPrefix("smokehub/") && !$0.retained }.map(\.topic) == [])
    }

    @Test func `is refused while another works on the same state folder`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let first = try HubProcess.serve(folder)
        try await first.untilReady()
        let second = try await HubProcess.run(["serve", "--config", folder.configuration])
        #expect(second.code == 1)
        #expect(
            second.errors == [
                "Error: another hub (process \(first.processID)) works on the state folder "
                    + "\(folder.configuration)/../state; stop it, or give this one a folder of its own with --state"
            ])
        #expect(try await first.terminate() == 0)
    }

    @Test func `tells again what a new hub database numbers from one, and goes on in the log`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert", "estate/demo/+/+/+/+/+/+/device/+/command")
        let voice = try Voice(broker)
        let first = try HubProcess.serve(folder)
        try await first.untilReady()
        try await voice.report("a-3-A-smoke", "alarm", sequence: 1)
        try await ear.message(on: Voice.topic(of: "a-3-A-siren", "command"))
        try await LogTrail(folder.state).line("sirens were told") { $0.event == .delivery }
        #expect(try await first.terminate() == 0)
        for name in ["hub.sqlite", "hub.sqlite-wal", "hub.sqlite-shm"] {
            let path = "\(folder.state)/\(name)"
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
        }

        let heard = ear.heard.count
        let log = LogTrail(folder.state)
        let second = try HubProcess.serve(folder)
        try await second.untilReady()
        try await log.trouble("store")
        try await voice.report("a-3-A-smoke", "alarm", sequence: 2)
        try await ear.alert("numbered from one again", from: heard) { $0.id == "a-fire-1/1" }
        try await ear.message(on: Voice.topic(of: "a-3-A-siren", "command"), from: heard)
        #expect(try await second.terminate() == 0)
        #expect(log.lines.all.count { $0.event == .incident && $0.stage == .investigate } == 2)
        guard case .whole = try LogVerifier(folder: folder.state).verify() else {
            Issue.record("the log is not whole")
            return
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.state)
        #expect(files.contains { $0.hasPrefix("notify-") && $0.hasSuffix(".sqlite") })
    }

    @Test func `begins anew what it cannot read of its database, and says so`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let first = try HubProcess.serve(folder)
        try await first.untilReady()
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        try await ear.alert("investigate") { $0.stage == .investigate }
        #expect(try await first.terminate() == 0)
        try await DatabaseQueue(path: folder.state + "/hub.sqlite").write {
            try $0.execute(sql: "UPDATE device SET state = '{}' WHERE id = 'a-3-B-smoke'")
            try $0.execute(sql: "UPDATE block SET state = '[' WHERE block = 'a'")
        }

        let log = LogTrail(folder.state)
        let second = try HubProcess.serve(folder)
        try await second.untilReady()
        let trouble = try await log.trouble("store")
        #expect(trouble.text.english.contains("device a-3-B-smoke, block a"))
        let heard = ear.heard.count
        try await voice.report("a-3-C-smoke", "alarm", sequence: 1)
        try await ear.alert("a fire found all the same", from: heard) { $0.because == ["a-3-C-smoke"] }
        #expect(try await second.terminate() == 0)
    }

    @Test func `says in the log that its end was cut off`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let first = try HubProcess.serve(folder)
        try await first.untilReady()
        #expect(try await first.terminate() == 0)
        let path = folder.state + "/alerts.jsonl"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: true)
        try (lines.dropLast().joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)

        let log = LogTrail(folder.state)
        let second = try HubProcess.serve(folder)
        try await second.untilReady()
        let trouble = try await log.trouble("log")
        #expect(trouble.details["last"] == "\(lines.count)")
        #expect(try await second.terminate() == 0)
    }
}
