import AlertLog
import Console
import Foundation
import MQTT
import Registry
import Rules
import TestBroker
import TestHub
import Testing

/// What operators do at the controls, through the real program.
@Suite(.timeLimit(.minutes(1))) struct `An operator` {
    private let broker: TestBroker
    private let folder: HubFolder
    private let voice: Voice

    init() throws {
        broker = try TestBroker()
        folder = try HubFolder(port: broker.port)
        voice = try Voice(broker)
    }

    /// Runs a command against the hub; the texts are its standard output and error.
    private func smokehub(_ arguments: String...) async throws -> (code: Int32, said: String, complaint: String) {
        let (code, output, errors) = try await HubProcess.run(arguments + ["--state", folder.state])
        return (code, output.joined(separator: "\n"), errors.joined(separator: "\n"))
    }

    private func serve() async throws -> HubProcess {
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        return hub
    }

    @Test func `silences sirens, which sound again when another flat alarms`() async throws {
        defer { broker.stop() }
        let hub = try await serve()
        let log = LogTrail(folder.state)
        let siren = try await Ear(broker, Voice.topic(of: "a-3-A-siren", "command"))
        func hears(_ pattern: String, after count: Int) async throws {
            try await siren.heard.first("pattern \(pattern)", from: count) {
                String(decoding: $0.payload, as: UTF8.self).contains(#""pattern":"\#(pattern)""#)
            }
        }
        try await voice.report("a-3-A-smoke", "alarm")
        try await hears("alert", after: 0)
        let refused = try await smokehub("silence", "a-fire-1", "--for", "2h", "--by", "guard-1")
        #expect(refused.code == 1 && refused.complaint.contains("for 60 min at a time"))
        let unknown = try await smokehub("silence", "a-fire-9", "--for", "10m", "--by", "guard-1")
        #expect(unknown.code == 1 && unknown.complaint.contains("no incident 'a-fire-9' is open"))
        let silenced = try await smokehub("silence", "a-fire-1", "--for", "10m", "--by", "guard-1", "--why", "toast")
        #expect(silenced.code == 0)
        try await hears("off", after: 1)
        let shown = try await smokehub("incidents")
        #expect(shown.said.contains("silenced until") && shown.said.contains("by guard-1 (toast)"))
        #expect(try await smokehub("status").said.contains(/silenced +a-fire-1 until .+ by guard-1 \(toast\)/))
        let count = siren.heard.count
        try await voice.report("a-5-B-smoke", "alarm")
        try await hears("alert", after: count)
        let end = try await log.line("the silence is over") { $0.details["silence"] == "over" }
        #expect(end.text.english.contains("an alarm in Block A, 5B too"))
        #expect(end.details["still"] == "a-3-A-smoke a-5-B-smoke")
        #expect(try await hub.terminate() == 0)
    }

    @Test func `resets what is clear, forces what is not, and says what it was`() async throws {
        defer { broker.stop() }
        let hub = try await serve()
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm")
        try await log.line("an investigation") { $0.stage == .investigate }
        let refused = try await smokehub("reset", "a-fire-1", "--by", "warden-2")
        #expect(refused.code == 1 && refused.complaint.contains("a-3-B-smoke since "))
        let forced = try await smokehub("reset", "a-fire-1", "--by", "warden-2", "--force")
        #expect(forced.code == 0 && forced.said.contains("smokehub incidents cause a-fire-1"))
        let record = try await log.line("the reset") { $0.details["verb"] == "reset" }
        #expect(record.details["forced"] == "true" && record.details["still"] == "a-3-B-smoke")

        let again = try await smokehub("reset", "a-fire-1", "--by", "warden-2")
        #expect(again.code == 1 && again.complaint.contains("a-fire-1 is closed for good"))
        let before = try await status()
        #expect(before.falseAlarms.count == 0 && before.falseAlarms.unexplained == 1)
        #expect(try await smokehub("incidents", "cause", "a-fire-7", "cooking", "--by", "w").code == 1)
        #expect(try await smokehub("incidents", "cause", "a-fire-1", "cooking", "--by", "warden-2").code == 0)
        let after = try await status().falseAlarms
        // 6 floors of 3 blocks with 4 smoke, 1 heat and 1 corridor alarm, and one Zigbee alarm.
        #expect(after.detectors == 109 && after.count == 1 && after.days == 1 && after.unexplained == 0)
        #expect(after.ratePer100DetectorsAndYear.map { ($0 * 10).rounded() / 10 } == 334.9)
        #expect(try await smokehub("status").said.contains("334.9 per 100 detectors and year (1 in 1 days)"))
        #expect(try await hub.terminate() == 0)
    }

    private func status() async throws -> StatusAnswer {
        try JSONDecoder().decode(
            StatusAnswer.self, from: Data(try await smokehub("status", "--json").said.utf8))
    }

    @Test func `disables a flat, which a crash does not forget, nor what alarms there`() async throws {
        defer { broker.stop() }
        let first = try await serve()
        let log = LogTrail(folder.state)
        let alone = try await smokehub("disable", "flat", "b/3/A", "--for", "5h", "--by", "office")
        #expect(alone.code == 1 && alone.complaint.contains("a second person has to agree"))
        let both = try await smokehub(
            "disable", "flat", "b/3/A", "--for", "5h", "--by", "office", "--second", "chair", "--why", "painting")
        #expect(both.code == 0)
        try await log.trouble("disabled")
        try await voice.report("b-3-A-smoke", "alarm")
        try await log.line("what is kept back") {
            $0.device == "b-3-A-smoke" && $0.details["disabled"] == "flat b/3/A"
        }
        try await first.kill()

        let second = try await serve()
        let shown = try await smokehub("status")
        #expect(shown.said.contains("flat b/3/A until ") && shown.said.contains("by office and chair: painting"))
        #expect(shown.said.contains("ALARMS UNHEARD: b-3-A-smoke") && shown.said.contains("open incidents   0"))
        #expect(try await smokehub("incidents").said.contains("flat b/3/A until "))
        let devices = try await smokehub("devices", "--block", "b", "--not-well").said.split(separator: "\n")
        let kept = try #require(devices.first { $0.hasPrefix("b-3-A-smoke ") })
        #expect(kept.contains(", ALARM smoke, disabled (flat b/3/A) until "))
        #expect(devices.allSatisfy { $0.hasPrefix("b-") || $0.hasPrefix("hall ") || $0.hasPrefix("bell ") })
        #expect(devices.contains { $0.hasPrefix("b-3-B-smoke ") && $0.contains("NEVER HEARD") })
        #expect(try await smokehub("enable", "flat", "b/3/B", "--by", "office").code == 1)
        #expect(try await smokehub("enable", "flat", "b/3/A", "--by", "office").code == 0)
        let end = try await log.trouble("disabled", "put right")
        #expect(end.details["still"] == "b-3-A-smoke" && end.level == .alarm)
        let decision = try await log.line("an alarm like any other") { $0.event == .incident }
        #expect(decision.details["rule"] == "first-detector" && decision.details["because"] == "b-3-A-smoke")
        #expect(try await smokehub("disable").said == "Nothing is disabled.")

        // By itself, when its time is over.
        #expect(try await smokehub("disable", "--test", "block", "c", "--for", "5s", "--by", "fitter").code == 0)
        try await voice.say(
            Voice.topic(of: "c-3-A-smoke"), Voice.event(of: "c-3-A-smoke", "test"))
        let over = try await log.line("the test's end") { $0.details["test"] == "over" }
        #expect(over.details["pressed"] == "c-3-A-smoke")
        #expect(try await second.terminate() == 0)

        let replay = try await HubProcess.run(["replay", "--config", folder.configuration, folder.state])
        let replayed = try replay.output.map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["rule"] as? String
        }
        #expect(replayed == log.lines.all.filter { $0.event == .incident }.map { $0.details["rule"] })
        #expect(replayed.first == "first-detector")
    }
}
