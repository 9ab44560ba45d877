import AlertLog
import Foundation
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A reload` {
    private func smokehub(_ words: String..., in folder: HubFolder) async throws -> (
        code: Int32, output: [String], errors: [String]
    ) {
        try await HubProcess.run(words + ["--config", folder.configuration])
    }

    @Test func `takes in what was adopted, hears a new ecosystem, and forgets no incident`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        try await ear.alert("before") { $0.incident == "a-fire-1" }
        try await voice.say("zigbee2mqtt/b/5/5D hall", #"{"smoke":false}"#)
        try await log.trouble("unknown device")
        let adopted = try await smokehub("devices", "adopt", "b/5/5D hall", "--place", "b/5/D", "--write", in: folder)
        #expect(adopted.output.last?.hasSuffix("'smokehub reload' makes a running hub take it.") == true)
        let other = try await smokehub(
            "devices", "adopt", "office_smoke", "--ecosystem", "tasmota", "--kind", "smoke", "--place", "c/2/B",
            "--write", in: folder)
        #expect(other.code == 0)

        let reload = try await smokehub("reload", in: folder)
        #expect(reload.output == ["The hub works by its new configuration: 136 devices, 2 added, 0 gone."])
        let unknown = try await smokehub("devices", "--unknown", in: folder)
        #expect(unknown.output.last == "Nobody is heard that is not in devices.csv.")
        try await voice.say("zigbee2mqtt/b/5/5D hall", #"{"smoke":true}"#)
        try await ear.alert("of the adopted device") { $0.because == ["b-5-D-smoke-2"] }
        // Its topics are subscribed to when the hub is connected again.
        try await hub.errors.first("ready again", from: 1 + (hub.errors.all.firstIndex(of: "ready") ?? 0)) {
            $0 == "ready"
        }
        try await voice.say("stat/office_smoke/FIRE", "ON")
        try await ear.alert("of the new ecosystem") { $0.because == ["c-2-B-smoke-2"] }
        try await voice.report("a-3-C-smoke", "alarm", sequence: 1)
        try await ear.alert("of the incident from before") {
            $0.incident == "a-fire-1" && $0.because == ["a-3-B-smoke", "a-3-C-smoke"]
        }
        #expect(try await hub.terminate() == 0)
    }

    @Test func `loses no alarm that comes meanwhile`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let voice = try Voice(broker)
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        let devices = ["a", "b", "c"].flatMap { block in
            (1...6).flatMap { floor in ["A", "B", "C", "D"].map { "\(block)-\(floor)-\($0)-smoke" } }
        }
        async let reloads = [smokehub("reload", in: folder).code, smokehub("reload", in: folder).code]
        for device in devices { try await voice.report(device, "alarm", sequence: 1) }
        #expect(try await reloads == [0, 0])
        let log = LogTrail(folder.state)
        for device in devices {
            try await log.line(device) { $0.event == .signal && $0.device == device }
        }
        #expect(try await hub.terminate() == 0)
        let raised = try await settledLog(folder).filter { $0.event == .signal }.compactMap(\.device)
        #expect(raised.sorted() == devices.sorted())
    }

    @Test func `of files with a mistake changes nothing, and says where it is`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        try folder.write("devices.csv", HubFolder.devicesFile + ["x,native,x,a,2,X,,smoke"])
        let refused = try await smokehub("reload", in: folder)
        #expect(refused.code == 1)
        #expect(refused.errors.first?.contains("devices.csv:136:16: no flat 'X' in block a; write one of") == true)
        try folder.write("devices.csv", HubFolder.devicesFile)
        let estate = try String(contentsOfFile: folder.configuration + "/estate.yaml", encoding: .utf8)
        try folder.write("estate.yaml", [estate.replacing("estate: demo", with: "estate: other")])
        let other = try await smokehub("reload", in: folder)
        #expect(other.errors.first?.contains("the estate's id has changed; restart the hub") == true)
        try await Voice(broker).report("a-3-B-smoke", "alarm")
        try await ear.alert("it goes on") { $0.because == ["a-3-B-smoke"] }
        #expect(try await hub.terminate() == 0)
        #expect(hub.errors.all.count { $0 == "ready" } == 1)
    }
}
