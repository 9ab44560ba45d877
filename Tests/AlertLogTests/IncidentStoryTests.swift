import Foundation
import Registry
import RuleTables
import Rules
import Testing

@testable import AlertLog

@Suite struct `The story of an incident` {
    private static let config = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Config").path

    /// What a table's lines lead to, written to a log and read back.
    ///
    /// - Parameter further: what others than the engine write beside it.
    private func story(
        of id: Incident.ID = "a-fire-1", _ text: String, _ further: [LogRecord] = [], in language: Language = .english
    ) throws -> String? {
        let registry = try EstateRegistry.load(folder: Self.config)
        let rules = try RuleSet.load(Self.config + "/rules.yaml")
        let tables = try TableReader.read(
            ConfigFile(name: "t", text: text), roster: Roster(registry), rules: rules, unnamed: "t")
        let verdict = TablePlayer.verdict(on: tables[0], estate: registry.estate, rules: rules)
        #expect(verdict.holds, "\(verdict.sentences)")
        let folder = try StateFolder()
        let writer = try LogWriter(folder: folder.path)
        let records = (verdict.consequences.records + further).enumerated().sorted {
            ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
        }
        _ = try writer.append(records.enumerated().map { Owing.hub(Int64($0.offset + 1), $0.element.element) })
        let lines = try folder.lines().compactMap { LogLine(Array($0.utf8)) }
        let clock = LocalClock.offset(by: .seconds(8 * 3600))
        return IncidentStory(id, in: lines, language: language, clock: clock)?.text
    }

    /// Without its line breaks and the spaces beside them.
    private func unwrapped(_ text: String, joinedBy space: String = " ") -> String {
        text.split(separator: "\n").map { String($0.drop { $0 == " " }) }.joined(separator: space)
    }

    private func told(_ seconds: Int64, alert: String) -> LogRecord {
        LogRecord(
            at: RuleTable.usualStart + .seconds(seconds), event: .delivery, level: .info, estate: "demo",
            place: Place(block: "a"), incident: "a-fire-1", stage: .investigate,
            text: .init("9 of 9 sirens sounded", "9/9 個警笛已響起"), details: ["alert": alert, "told": "9", "of": "9"])
    }

    static let unanswered = """
        00:00  smoke   a/12/C retained  | first-detector:investigate
        00:10  smoke   a/12/C           |
        01:30  wait                     | unanswered:investigate
        02:00  ack  by=guard-2          |
        02:10  ack  by=warden-2         |
        02:30  -smoke  a/12/C           |
        """

    @Test func `says what was heard and decided, why, and who answered`() throws {
        let text = try #require(try story(Self.unanswered, [told(1, alert: "a-fire-1/1")]))
        let said = unwrapped(text)
        for part in [
            "a-fire-1 Sunday 22 November 2026, 20:00:00 to 20:02:30 (2 min 30 s) ",
            "20:00:00  heard     Smoke in Block A, 12C, as it was when the hub connected ",
            "20:00:00  decided   Investigate possible fire in Block A, 12C",
            "Because of a-12-C-smoke (a/12/C): smoke since 20:00:00, only as the broker had kept it. ",
            "20:00:01  told      9 of 9 sirens sounded 1.0 s after it was decided. ",
            "20:01:30  decided   Possible fire in Block A, 12C is not settled: more people are told",
            "By the rule unanswered: While it is being investigated, when a live alarm has lasted 90 s and nobody has",
            "Because of a-12-C-smoke (a/12/C): smoke since 20:00:00, heard live. ",
            "Time ran out: nobody had answered for 90 s, since 20:00:00. ",
            "If nobody acts: at 20:02:30, the guards are reminded (reminder). It is stopped by anybody who was told and "
                + "answers, or by a reset at the controls. ",
            "20:02:00  person    guard-2 has seen a-fire-1 30.0 s after it was decided. ",
            "20:02:30  heard     Smoke cleared in Block A, 12C ", "It is still open: being investigated. ",
            "The first people had been told 1.0 s after the first decision at the latest. ",
            "The first to answer was guard-2, 2 min 0 s after the first decision.",
        ] { #expect(said.contains(part), "\(part)\n—\n\(text)") }
        for line in text.split(separator: "\n") { #expect(String(line).columns <= 100) }
    }

    @Test func `is told in Chinese as well, to the last word`() throws {
        let text = try #require(
            try story(Self.unanswered, [told(1, alert: "a-fire-1/1")], in: .traditionalChinese))
        let said = unwrapped(text, joinedBy: "")
        for part in [
            "2026年11月22日 星期日 20:00:00 至 20:02:30（2分30秒）", "20:00:00  收到      A座12樓C室偵測到煙霧（連線時的狀態）",
            "規則 unanswered：在「查核」階段，即時警報持續90秒而無人回應時，擴大查核（第2級）", "時限已到：由20:00:00起，90秒內無人回應。",
            "如無人採取行動：20:02:30 再提醒保安員（reminder）", "首個回應者為guard-2，在首次決定後2分0秒。",
        ] { #expect(said.contains(part), "\(part)\n—\n\(text)") }
        for line in text.split(separator: "\n") { #expect(String(line).columns <= 100) }
    }

    @Test func `says when it was closed, that nobody answered, and that nobody was told`() throws {
        let text = try #require(
            try story(
                """
                00:00  smoke   a/12/C  | first-detector:investigate
                00:40  -smoke  a/12/C  |
                35:40  wait            | clearing:clearing closed:closed
                """))
        let said = unwrapped(text)
        #expect(said.contains("Time ran out: every detector had been clear for 5 min, since 20:00:40."))
        #expect(said.contains("smoke since 20:00:00, heard live, clear by now."))
        #expect(said.contains("at 20:35:40, the incident is closed (closed). It is stopped by a new alarm, or by"))
        #expect(
            text.hasSuffix(
                "\nIt was closed at 20:35:40.\nThe log shows nobody whom this reached.\nNobody answered.\n"))
    }

    @Test func `of the whole estate names the detectors of every block`() throws {
        let text = try #require(
            try story(
                of: "estate-fire-1",
                """
                00:00  button  a-12-call-point  | call-point:confirmed
                00:10  button  b-5-call-point   | call-point:confirmed estate-wide:confirmed
                """))
        #expect(text.contains("a-12-call-point (a/12/corridor): manual call point since 20:00:00"))
        #expect(text.contains("b-5-call-point (b/5/corridor): manual call point since 20:00:10"))
    }

    @Test func `of a drill says that nothing is real`() throws {
        let text = try #require(
            try story(
                of: "a-fire-drill-1",
                """
                00:00  drill  d speed=10      |
                00:10  smoke  a/12/C drill=d  | first-detector:investigate
                00:20  wait                   | unanswered:investigate
                """))
        #expect(text.hasPrefix("a-fire-drill-1  (a DRILL, nothing real)\n"))
        // On the machine's clock, though the drill's runs ten times as fast.
        #expect(text.contains("Time ran out: nobody had answered for 90 s, since 20:00:10."))
    }

    @Test func `is none where the log says nothing of it`() throws {
        #expect(try story(of: "a-fire-9", Self.unanswered) == nil)
    }
}
