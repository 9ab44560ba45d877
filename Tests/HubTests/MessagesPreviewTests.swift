import Foundation
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The preview of the messages` {
    private static let sample = HubFolder.root + "/Config"

    private func preview(
        _ options: String..., config: String = sample
    ) async throws -> (code: Int32, output: [String], errors: [String]) {
        try await HubProcess.run(["messages", "preview", "--config", config] + options)
    }

    @Test func `shows every text of the sample by default, and all that must fit does`() async throws {
        let all = try await preview()
        #expect(all.code == 0)
        #expect(all.errors == [])
        for tag in ["en", "fil", "hi", "id", "ne", "ur", "zh-Hans", "zh-Hant"] {
            #expect(all.output.count { $0.contains("  \(tag) ") } > 100)
        }
        #expect(all.output.last?.hasSuffix("texts; every first message of a fire fits one SMS.") == true)
    }

    @Test func `shows what is asked for as it would be sent, counted and priced`() async throws {
        let shown = try await preview(
            "--language", "zh-Hant", "--hazard", "fire", "--stage", "confirmed", "--position", "above", "--cost",
            "0.35",
            "--link-host", "safe.example")
        #expect(shown.code == 0)
        #expect(
            shown.output.first?.contains(
                /language +hazard +stage +position +channel +alphabet +units +SMS +cost +text$/) == true)
        #expect(
            shown.output[1].contains(
                /zh-Hant +fire +confirmed +above +sms +UCS-2 +68 +1 +0.35 +SmokeHub火警：A座10樓樓梯 1\+9，走樓梯 #a999\/9 https:\/\/safe/
            ))
        #expect(shown.output[2].contains(/zh-Hant +fire +confirmed +above +text +UCS-2 +[0-9]+ +2 +- +SmokeHub 警報：火警！/))
        #expect(shown.output.count == 4)
        let title = try await preview(
            "--language", "en", "--channel", "title", "--hazard", "fire", "--stage", "confirmed")
        #expect(title.output.count == 3 && title.output[1].contains("  FIRE: Block A, the "))
    }

    @Test func `shows an exercise as such`() async throws {
        let shown = try await preview("--exercise", "--channel", "sms", "--language", "en")
        #expect(shown.code == 0)
        #expect(shown.output.dropFirst().dropLast().allSatisfy { $0.contains("  DRILL / 演習 SmokeHub ") })
    }

    @Test func `ends with 1 where a first message does not fit, as the check ends with 2`() async throws {
        let folder = try HubFolder(port: 1883)
        let path = folder.configuration + "/messages/en.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let long = text.replacingOccurrences(
            of: "FIRE {{block}} {{place}}: {{#brief}}stay away",
            with: """
                FIRE {{block}} {{place}} – \(String(repeating: "again ", count: 12)): {{#brief}}stay away
                """)
        try long.write(toFile: path, atomically: true, encoding: .utf8)
        let shown = try await preview("--language", "en", "--channel", "sms", config: folder.configuration)
        #expect(shown.code == 1)
        #expect(shown.output.count { $0.hasPrefix("!") } == 1)
        #expect(shown.output.last?.contains("1 marked '!' must fit one SMS and do not.") == true)
        let check = try await HubProcess.run(["check", "--config", folder.configuration])
        #expect(check.code == 2)
        #expect(
            check.errors.contains {
                $0.contains(
                    /messages\/en.yaml:[0-9]+:[0-9]+: short.texts.fire.confirmed.other-block: with the estate's/)
                    && $0.contains("units in UCS-2, because of '–'; write other characters")
            }, "\(check.errors)")
    }
}
