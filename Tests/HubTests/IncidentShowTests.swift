import AlertLog
import Foundation
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The course of an incident` {
    @Test func `is told from the alert log, by the program, in both languages`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let voice = try Voice(broker)
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        try await voice.report("a-2-A-smoke", "alarm")
        try await voice.report("a-2-A-heat", "alarm")
        try await log.line("the residents are told of the fire") {
            $0.event == .delivery && $0.stage == .confirmed
        }
        for command in [["ack"], ["reset", "--force"]] {
            let answer = try await HubProcess.run(
                command + ["a-fire-1", "--by", "guard-2", "--config", folder.configuration, "--state", folder.state])
            #expect(answer.code == 0, "\(answer.errors)")
        }
        try await log.line("that it is closed") { $0.event == .incident && $0.stage == .closed }
        try await hub.terminate()
        let show = ["incidents", "show", "--config", folder.configuration, "--state", folder.state]
        let english = try await HubProcess.run(show + ["a-fire-1", "--language", "en"])
        #expect(english.code == 0)
        #expect(english.errors == [])
        let story = english.output.joined(separator: "\n")
        for part in [
            "heard     Smoke in Block A, 2A", "decided   Fire confirmed in Block A, 2A",
            "By the rule heat-beside-smoke: When a heat detector and a smoke detector of",
            "Because of a-2-A-heat (a/2/A): heat since", "7 of 7 sirens told to sound in",
            "person    guard-2 has seen a-fire-1",
            "\nIt was closed at ", "\nThe first people had been told ", "\nThe first to answer was guard-2, ",
        ] { #expect(story.contains(part), "\(part)\n—\n\(story)") }
        let chinese = try await HubProcess.run(show + ["a-fire-1", "--language", "zh-Hant"])
        #expect(chinese.output.contains { $0.contains("證實A座2樓A室火警") })
        #expect(chinese.output.last?.hasPrefix("首個回應者為guard-2") == true)
        let unknown = try await HubProcess.run(show + ["a-fire-2"])
        #expect(unknown.code == 1)
        #expect(unknown.errors == ["Error: the alert log has no incident 'a-fire-2'; write 'a-fire-1'"])
    }
}
