import Foundation
import Registry
import Rules
import Testing

@Suite struct `Rules in words` {
    /// One rule as rules.yaml has it, in both languages.
    static func sentences(_ lines: String...) throws -> (english: String, chinese: String) {
        let text = "rules:\n  - name: one\n    hazard: fire\n" + lines.map { "    \($0)\n" }.joined()
        let rules = try RuleSet(ConfigFile(name: "r.yaml", text: text))
        let rule = try #require(rules.rules.first)
        return (
            Explanation(rules, language: .english).sentence(of: rule),
            Explanation(rules, language: .traditionalChinese).sentence(of: rule)
        )
    }

    static let patterns: [(pattern: String, english: String, chinese: String)] = [
        ("{signal: [smoke]}", "When a smoke detector alarms (heard live", "有煙霧探測器報警（須為即時訊號"),
        (
            "{signal: [smoke, button], area: [stair, lobby]}",
            "When a smoke detector alarms or somebody presses a manual call point in a stair or the lobby",
            "樓梯或大堂有煙霧探測器報警或有人按下手動火警鐘掣"
        ),
        (
            "{count: 3, of: devices, signal: [heat], at: floor}",
            "When 3 detectors of one floor (heat) have alarmed in this incident (at least one of them live)",
            "同一樓層有3個探測器（高溫）曾在此事件中報警（至少一個為即時訊號）"
        ),
        (
            "{count: 2, of: flats, signal: [smoke], within: 60s, near: true}",
            "When detectors of 2 different flats or areas of the block (smoke), near each other (same floor, one floor up or "
                + "down, or a common area), begin to alarm within 60 s",
            "同一座有2個不同單位或公用地方的探測器（煙霧），位置相近（同層、上下一層，或公用地方），在60秒內先後報警"
        ),
        (
            "{count: 2, of: floors, signal: [smoke], holding: 5m}",
            "When detectors on 2 different floors of the block (smoke) all still alarm 5 min after the last of them began",
            "同一座有2個不同樓層的探測器（煙霧）在最後一個報警後5分鐘仍全部報警"
        ),
        (
            "{signal: [heat], beside: [smoke, flame]}",
            "When a heat detector and a smoke or flame detector of the same flat or area alarm at the same time",
            "同一單位或公用地方內，高溫探測器與煙霧或火焰探測器同時報警"
        ),
        ("{unanswered: 90s}", "When a live alarm has lasted 90 s and nobody has answered", "即時警報持續90秒而無人回應"),
        ("{answer: confirmed}", "When a person says that it is real", "有人到場證實屬實"),
        ("{cleared: 5m}", "When every detector of the incident has been clear for 5 min", "所有探測器均已解除警報5分鐘"),
        ("{lasting: 1h}", "When this stage has lasted 1 h and every detector is clear", "此階段已維持1小時"),
        (
            "{new: flat, signal: [smoke]}", "in a flat or area that the incident has not had yet",
            "事件中未曾報警的單位或公用地方有煙霧探測器報警"
        ),
        (
            "{stuck: true}",
            "When a detector that has not cleared since its last incident closed still repeats its alarm 60 s after that",
            "探測器自上次事件結束後從未解除，60秒後仍重複報警"
        ),
        (
            "{count: 2, of: blocks, stage: spreading}", "When 2 blocks have such an incident that is spreading,",
            "2座同時有此類事件達到「蔓延」階段"
        ),
    ]

    @Test(arguments: patterns) func `say what a pattern asks for`(
        _ row: (pattern: String, english: String, chinese: String)
    ) throws {
        let said = try Self.sentences("when: \(row.pattern)", "stage: confirmed", "tell: [guards]")
        #expect(said.english.contains(row.english), "\(said.english)")
        #expect(said.chinese.contains(row.chinese), "\(said.chinese)")
        #expect(said.english.hasSuffix("; this tells the guards."), "\(said.english)")
        #expect(said.chinese.hasSuffix("：通知保安員。"), "\(said.chinese)")
    }

    @Test func `say from where a rule leads, and of several patterns each`() throws {
        let said = try Self.sentences(
            "from: [investigate, clearing]", "when: [{answer: confirmed}, {unanswered: 2m}]", "stage: spreading",
            "tell: [block]")
        #expect(
            said.english == "While it is being investigated or clearing, when a person says that it is real, or when a "
                + "live alarm has lasted 2 min and nobody has answered, the fire is spreading; this tells everybody in "
                + "the block.")
        #expect(said.chinese == "在「查核」或「解除中」階段，有人到場證實屬實，或即時警報持續2分鐘而無人回應時，火警升級為「蔓延」：通知全座所有人。")
    }

    @Test func `say who is told again, how often, and until when`() throws {
        let steady = try Self.sentences(
            "when: {unanswered: 90s}", "stage: investigate", "tell: [flat]",
            "repeat: {every: 30s, tell: [guards, wardens]}")
        #expect(
            steady.english.hasSuffix(
                "this tells the flats where it alarms, and the guards and the wardens again every 30 s until somebody "
                    + "answers."))
        let slowing = try Self.sentences(
            "when: {unanswered: 90s}", "stage: investigate", "tell: [flat]",
            "repeat: {every: 60s, slowing-to: 10m, tell: [guards]}")
        #expect(slowing.english.contains("every 60 s, each pause twice the one before up to 10 min, until somebody"))
        #expect(slowing.chinese.hasSuffix("；其後每60秒再提醒保安員，間隔逐次加倍至最長10分鐘，直至有人回應。"))
        let nobody = try Self.sentences("when: {cleared: 5m}", "stage: clearing")
        #expect(nobody.english.hasSuffix("the incident is clearing; this tells nobody."))
    }

    @Test func `take any new alarm as the way back, as the engine does`() throws {
        let said = try Self.sentences("from: clearing", "when: {signal: [smoke]}", "stage: before", "tell: [guards]")
        #expect(said.english.hasPrefix("While it is clearing, when there is a new alarm, it goes back to the stage"))
        #expect(said.chinese.hasPrefix("在「解除中」階段，再有新警報時，返回解除前的階段"))
    }

    /// To renew one after a change of the sample: `smokehub rules explain --language en >Tests/RulesTests/Golden/en.txt`
    @Test(arguments: [Language.english, .traditionalChinese])
    func `of the sample, with every ladder drawn, are these`(_ language: Language) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/\(language.tag).txt").path
        let golden = try String(contentsOfFile: file, encoding: .utf8)
        let text = Explanation(try TableEstate.sampleRules(), language: language).text()
        for (line, expected) in zip(text.split(separator: "\n"), golden.split(separator: "\n")) {
            #expect(line == expected)
        }
        #expect(text == golden)
    }

    @Test(arguments: [Language.english, .traditionalChinese])
    func `fit 100 columns, and name every rule in the drawing and below it`(_ language: Language) throws {
        let rules = try TableEstate.sampleRules()
        for hazard in Hazard.allCases {
            let lines = Explanation(rules, language: language).text(hazard).split(separator: "\n").map(String.init)
            for line in lines { #expect(line.columns <= 100, "\(line)") }
            for rule in rules.rules where rule.hazard == hazard {
                #expect(lines.contains { $0.contains(where: { "▲▼↻".contains($0) }) && $0.contains(rule.name) })
                #expect(lines.contains(rule.name))
            }
            let boxes = lines.filter { $0.hasPrefix("┌") || $0.hasPrefix("└") || $0.hasPrefix("│ ") }
            // The way down begins at the uppermost box.
            #expect(Set(boxes.dropFirst().map(\.columns)).count == 1, "\(boxes)")
        }
    }

    @Test func `of a ladder without a way down are drawn all the same`() throws {
        let text = "rules:\n  - {name: one, hazard: gas, when: {signal: [gas]}, stage: investigate, tell: [guards]}\n"
        let rules = try RuleSet(ConfigFile(name: "r.yaml", text: text))
        let lines = Explanation(rules, language: .english).text().split(separator: "\n")
        #expect(lines.contains { $0.contains("▲ one") })
        #expect(lines.contains { $0.contains("a person's reset") })
    }
}
