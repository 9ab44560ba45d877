import AlertLog
import Foundation
import Hub
import Registry
import Rules
import Store
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A journal with drills, commands, an outage and a restart` {
    /// A night of which the journal is kept.
    private func night(_ broker: TestBroker, _ folder: HubFolder) async throws {
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let first = try HubProcess.serve(folder)
        try await first.untilReady()
        try await voice.say("drill/d1/$control", #"{"command":"begin","scenario":"kitchen","speed":10}"#)
        try await voice.say("drill/d1/" + Voice.topic(of: "c-2-B-smoke"), Voice.event(of: "c-2-B-smoke", "alarm"))
        try await ear.alert("the drill") { $0.exercise == "d1" }
        try await voice.report("b-2-B-smoke", "alarm", sequence: 1)
        try await ear.alert("b") { $0.block == "b" }
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        try await ear.alert("a") { $0.block == "a" }
        let ack = try await HubProcess.run(
            [
                "ack", "a-fire-1", "--by", "Chan Tai Man", "--why", "Mrs Wong of 3B cooks", "--config",
                folder.configuration,
            ]
        )
        #expect(ack.code == 0)
        try await first.kill()

        let second = try HubProcess.serve(folder)
        try await second.untilReady()
        try await voice.report("a-4-C-smoke", "alarm", sequence: 1)
        try await ear.alert("confirmed") { $0.block == "a" && $0.stage == .confirmed }
        broker.stop()
        let log = LogTrail(folder.state)
        let lost = try await log.trouble("broker")
        try broker.start()
        try await log.line("the hub hears again") {
            $0.sequence > lost.sequence && $0.details["trouble"] == "broker" && $0.details["state"] == "put right"
        }
        let reset = try await HubProcess.run(
            ["reset", "a-fire-1", "--force", "--by", "Lee Siu Ming", "--config", folder.configuration])
        #expect(reset.code == 0)
        try await ear.alert("reset") { $0.stage == .closed && $0.block == "a" }
        // Another after it, so that names go on.
        try await voice.report("a-5-D-smoke", "alarm", sequence: 1)
        try await ear.alert("the next") { $0.incident == "a-fire-2" }
        #expect(try await second.terminate() == 0)
    }

    @Test func `is replayed to the same bytes, and an incident cut out of it is decided as it was`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        try await night(broker, folder)

        let replay = ["replay", "--config", folder.configuration, "--quiet"]
        let whole = try await HubProcess.run(replay + [folder.state])
        #expect(whole.code == 0)
        #expect(whole.errors == [])
        for incident in ["a-fire-1", "a-fire-2", "b-fire-1", "c-fire-drill-1"] {
            #expect(whole.output.contains { $0.contains("\"\(incident)\"") }, "\(incident)")
        }
        #expect(try await HubProcess.run(replay + [folder.state]).output == whole.output)
        #expect(try await HubProcess.run(replay + [folder.state + "/hub.sqlite"]).output == whole.output)

        for (incident, before) in [
            ("a-fire-1", "10m"), ("a-fire-1", "0s"), ("a-fire-2", "0s"), ("c-fire-drill-1", "0s"),
        ] {
            let export = try await HubProcess.run(
                ["journal", "export", incident, "--before", before, "--config", folder.configuration])
            #expect(export.code == 0)
            let text = export.output.joined(separator: "\n") + "\n"
            for personal in ["Chan", "Wong", "cooks", "Siu Ming"] { #expect(!text.contains(personal)) }
            #expect(!text.contains("b-2-B-smoke"))
            if incident == "a-fire-1" {
                #expect(text.contains("operator-1"))
                #expect(export.errors.contains("left out: what operators wrote with 1 commands"))
            }
            let path = folder.path + "/\(incident).jsonl"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let piece = try await HubProcess.run(replay + [path])
            #expect(piece.code == 0)
            #expect(piece.errors == [])
            let own = { (lines: [String]) in lines.filter { $0.contains("\"incident\":\"\(incident)\"") } }
            #expect(own(piece.output) == own(whole.output), "\(incident) from \(before) before")
            #expect(!own(piece.output).isEmpty)
        }
        let unknown = try await HubProcess.run(["journal", "export", "a-fire-9", "--config", folder.configuration])
        #expect(unknown.code == 1)
        #expect(unknown.output == [])
        #expect(unknown.errors.first?.contains("'a-fire-9'") == true)
        #expect(unknown.errors.first?.contains("a-fire-1") == true)
    }

    @Test func `is replayed from where it is whole, and says so`() async throws {
        let folder = try HubFolder(port: 1883)
        try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
        let database = try HubDatabase(path: folder.state + "/hub.sqlite")
        let start = Instant.now()
        var commit = HubDatabase.Commit(time: start)
        commit.entries = (0..<10).map { JournalEntry(.time, at: start + .seconds($0)) }
        try database.commit(commit)
        _ = try database.prune(journalBefore: start + .seconds(5), recordsThrough: 0, limit: 100)
        let replay = try await HubProcess.run(["replay", "--config", folder.configuration, folder.state])
        #expect(replay.code == 0)
        #expect(replay.errors.first?.contains("the journal is whole from \(start + .seconds(5)) on") == true)
    }

    @Test func `is exported with what decoders had learnt before it begins`() async throws {
        let folder = try HubFolder(port: 1883)
        try folder.write("devices.csv", HubFolder.devicesFile + ["det9,homeassistant_discovery,det9,b,2,B,,smoke"])
        try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
        let database = try HubDatabase(path: folder.state + "/hub.sqlite")
        let start = Instant.now()
        let config = #"{"dev_cla":"smoke","stat_t":"own/det9/smoke","dev":{"ids":["det9"]}}"#
        let lesson = KeptLesson(
            decoder: "homeassistant_discovery", topic: "homeassistant/binary_sensor/det9/smoke/config",
            payload: Data(config.utf8), retained: true, at: start)
        var commit = HubDatabase.Commit(time: start)
        commit.lessons = [.keep(lesson)]
        commit.entries =
            [JournalEntry(.taught(lesson), at: start)]
            + (1..<10).map { JournalEntry(.time, at: start + .seconds($0)) }
            + [
                JournalEntry(
                    .message(
                        JournalEntry.Heard(
                            topic: "own/det9/smoke", payload: Data("ON".utf8), retained: false, backlog: false,
                            eventAt: start + .seconds(10), late: false, overtaken: false)), at: start + .seconds(10))
            ]
        try database.commit(commit)
        _ = try database.prune(journalBefore: start + .seconds(5), recordsThrough: 0, limit: 100)
        let export = try await HubProcess.run(
            ["journal", "export", "b-fire-1", "--before", "1s", "--config", folder.configuration])
        #expect(export.code == 0)
        #expect(export.output.first?.contains("homeassistant/binary_sensor/det9/smoke/config") == true)
    }
}
