import AlertLog
import Foundation
import Hub
import MQTT
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1)), .enabled(if: SmallDisk.hindrance == nil, "\(SmallDisk.hindrance ?? "")"))
struct `A full disk` {
    @Test func `keeps no alarm back, and what could not be written is written when there is room`() async throws {
        let scene = try await Scene()
        let hub = try scene.serve()
        try await hub.untilReady()
        let log = LogTrail(scene.disk.stateFromOutside)
        try await scene.fill(hub)
        try await scene.voice.report("b-3-A-smoke", "alarm", sequence: 1)
        try await scene.ear.alert("the alert") { $0.because == ["b-3-A-smoke"] }
        try await scene.ear.message(on: Voice.topic(of: "b-3-A-siren", "command"))
        // And on up the ladder.
        try await scene.voice.report("b-3-B-smoke", "alarm", sequence: 1)
        try await scene.ear.alert("confirmed") { $0.block == "b" && $0.stage == .confirmed }

        try scene.disk.makeRoom()
        try await log.trouble("store")
        try await log.trouble("store", "put right")
        try await log.line("the decision") { $0.block == "b" && $0.stage == .confirmed && $0.event == .incident }
        #expect(try await hub.terminate() == 0)
        let verdict = try await HubProcess.run(
            ["log", "verify", "--state", scene.disk.state], through: scene.disk.command)
        #expect(verdict.code == 0)
        // Told once, however it came to the disk.
        let ids = scene.ear.heard.all.filter { $0.topic == "smokehub/demo/block/b/alert" }.count
        #expect(ids == scene.ear.alerts.count { $0.block == "b" })
        scene.broker.stop()
    }

    @Test func `lets nothing be acknowledged that a crash would lose`() async throws {
        let scene = try await Scene()
        let hub = try scene.serve()
        try await hub.untilReady()
        try await scene.fill(hub)
        try await scene.voice.report("b-3-B-smoke", "alarm", sequence: 1)
        try await scene.ear.alert("told without being written") { $0.because == ["b-3-B-smoke"] }
        try await hub.kill()

        try scene.disk.makeRoom()
        let told = scene.ear.heard.count
        let next = try scene.serve()
        try await next.untilReady()
        try await scene.ear.alert("told again, for the broker still had it", from: told) {
            $0.because == ["b-3-B-smoke"] && $0.id == "b-fire-1/1"
        }
        #expect(try await next.terminate() == 0)
        let replay = try await HubProcess.run(
            ["replay", "--config", scene.folder.configuration, scene.disk.state], through: scene.disk.command)
        #expect(replay.output.contains { $0.contains(#""because":["b-3-B-smoke"]"#) })
        scene.broker.stop()
    }
}

private final class Scene {
    let broker: TestBroker
    let disk: SmallDisk
    let folder: HubFolder
    let ear: Ear
    let voice: Voice

    init() async throws {
        broker = try TestBroker()
        disk = try SmallDisk(kibibytes: 4096)
        folder = try HubFolder(port: broker.port)
        ear = try await Ear(broker, "smokehub/demo/block/+/alert", "estate/demo/+/+/+/+/+/+/device/+/command")
        voice = try Voice(broker)
    }

    func serve() throws -> HubProcess {
        try HubProcess.serve(folder, state: disk.state, through: disk.command)
    }

    /// Takes all room, and lets the hub find out.
    func fill(_ hub: HubProcess) async throws {
        try disk.fill()
        let full = Task { try await hub.errors.first("a full disk") { $0.contains("Nothing can be written") } }
        defer { full.cancel() }
        // What is written already may be written over, so the first few may still find room.
        for number in 1... {
            try await voice.report("c-1-B-smoke", number % 2 == 1 ? "alarm" : "clear", sequence: number)
            if hub.errors.all.contains(where: { $0.contains("Nothing can be written") }) { break }
        }
        _ = try await full.value
    }
}
