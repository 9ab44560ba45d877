import Registry
import Rules
import Testing

@testable import AlertLog

@Suite struct `The log for a person` {
    private func entry(_ record: LogRecord) -> LogEntry {
        let written = LogLine.written(record, from: Owing.hub(1).source, sequence: 1, after: LogSeal.genesis)
        return LogEntry(written.bytes.dropLast())
    }

    private func shown(
        _ records: [LogRecord], _ language: Language = .english, colours: Bool = false, hours: Int64 = 8
    ) -> String {
        var presentation = LogPresentation(
            language: language, colours: colours, clock: .offset(by: .seconds(hours * 3600)))
        return records.map { presentation.text(of: entry($0)) }.joined()
    }

    @Test func `stands in columns, in English`() {
        let records: [LogRecord] = [
            .sample(0), .sample(1, level: .fire, place: Place(block: "a", floor: "12", area: "stair-1")),
            .sample(2, level: .trouble, place: Place(block: "*")), .sample(3, level: .info, place: nil),
            .sample(4, place: Place(block: "b")),
        ]
        #expect(
            shown(records) == """
                Sunday 22 November 2026
                23:45:37  ALARM    a 12C           Smoke in 12C, number 0.
                23:45:38  FIRE     a 12 stair-1    Smoke in 12C, number 1.
                23:45:39  TROUBLE  whole estate    Smoke in 12C, number 2.
                23:45:40  INFO     –               Smoke in 12C, number 3.
                23:45:41  ALARM    b               Smoke in 12C, number 4.

                """)
    }

    @Test func `stands in columns, in Chinese`() {
        let records: [LogRecord] = [
            .sample(0), .sample(1, level: .fire, place: Place(block: "海景", floor: "12", flat: "C")),
            .sample(2, level: .trouble, place: Place(block: "*")),
            .sample(3, level: .info, text: .init("Only English.", "")),
        ]
        #expect(
            shown(records, .traditionalChinese) == """
                2026年11月22日 星期日
                23:45:37  警報  a 12C           12C 有煙，第 0 次。
                23:45:38  火警  海景 12C        12C 有煙，第 1 次。
                23:45:39  故障  整個屋苑        12C 有煙，第 2 次。
                23:45:40  資訊  a 12C           Only English.

                """)
    }

    @Test func `names each new day once, by the clock on the wall`() {
        let text = shown([.sample(0), .sample(1), .sample(900), .sample(901)])
        #expect(
            text.split(separator: "\n").filter { $0.hasSuffix("2026") }.map(String.init) == [
                "Sunday 22 November 2026", "Monday 23 November 2026",
            ])
        #expect(text.contains("\n00:00:37  ALARM"))
    }

    @Test func `marks a drill, once`() {
        let bare = LogRecord.sample(0, exercise: "d-1")
        let marked = LogRecord.sample(0, exercise: "d-1", text: .init("DRILL: smoke in 12C.", "演習：12C 有煙。"))
        #expect(shown([bare]).hasSuffix("  DRILL Smoke in 12C, number 0.\n"))
        #expect(shown([marked]).hasSuffix("  DRILL: smoke in 12C.\n"))
        #expect(shown([bare], .traditionalChinese).hasSuffix("  演習 12C 有煙，第 0 次。\n"))
        #expect(shown([marked], .traditionalChinese).hasSuffix("  演習：12C 有煙。\n"))
        #expect(shown([marked], colours: true).hasSuffix("\u{1B}[30;45mDRILL\u{1B}[0m: smoke in 12C.\n"))
    }

    @Test(
        arguments: zip(
            Level.allCases, ["\u{1B}[2mINFO", "\u{1B}[33mTROUBLE", "\u{1B}[1;31mALARM", "\u{1B}[1;97;41mFIRE"]))
    func `has a colour for each level`(_ level: Level, _ painted: String) {
        #expect(shown([.sample(0, level: level)], colours: true).contains(painted + "\u{1B}[0m"))
        #expect(!shown([.sample(0, level: level)]).contains("\u{1B}"))
    }

    @Test func `lets nothing out of the log that steers the terminal`() {
        let hostile = LogRecord.Text("red \u{1B}[31m bell \u{7} back \u{202E} line\nnext \u{9B}2J", "")
        let text = shown([.sample(0, place: Place(block: "a\u{1B}c"), text: hostile)])
        #expect(text.hasSuffix("  red \u{FFFD}[31m bell \u{FFFD} back \u{FFFD} line next \u{FFFD}2J\n"))
        #expect(!text.unicodeScalars.contains("\u{1B}"))
    }

    @Test func `shows a line that cannot be read, as far as it is harmless`() {
        var presentation = LogPresentation(language: .english, colours: false)
        #expect(
            presentation.text(of: LogEntry(Array("{\u{1B}".utf8))) == "This line cannot be read: {\u{FFFD}\n")
    }

    @Test(arguments: [
        ("", 0), ("12C", 3), ("火警", 4), ("ＡＢ", 4), ("é", 1), ("e\u{301}", 1), ("한글", 4), ("ｶﾅ", 2), ("😀", 2),
        ("👩‍🚒", 2), ("🇭🇰", 2), ("⚠\u{FE0F}", 2), ("，。「」", 8), ("–…", 2), ("𠮷", 2),
    ])
    func `knows how wide a text is on a terminal`(_ text: String, _ columns: Int) {
        #expect(text.columns == columns)
    }

    @Test(arguments: [
        (["LANG": "zh_HK.UTF-8"], "zh-Hant"), (["LANG": "zh_TW"], "zh-Hant"), (["LANG": "en_GB.UTF-8"], "en"),
        ([:], "en"), (["LC_ALL": "C", "LANG": "zh_HK"], "en"), (["LC_ALL": "", "LANG": "zh_HK"], "zh-Hant"),
        (["LC_MESSAGES": "zh_HK", "LANG": "en_US"], "zh-Hant"),
    ])
    func `speaks the language of the locale`(_ environment: [String: String], _ tag: String) {
        #expect(Language(environment: environment).tag == tag)
    }

    @Test func `is coloured where the user wants it`() {
        #expect(ColourChoice.auto.colours(onTerminal: true, environment: [:]))
        #expect(ColourChoice.auto.colours(onTerminal: true, environment: ["NO_COLOR": ""]))
        #expect(!ColourChoice.auto.colours(onTerminal: true, environment: ["NO_COLOR": "1"]))
        #expect(!ColourChoice.auto.colours(onTerminal: true, environment: ["TERM": "dumb"]))
        #expect(!ColourChoice.auto.colours(onTerminal: false, environment: [:]))
        #expect(ColourChoice.always.colours(onTerminal: false, environment: ["NO_COLOR": "1"]))
        #expect(!ColourChoice.never.colours(onTerminal: true, environment: [:]))
    }

    @Test func `begins at a moment, or so long ago`() {
        #expect(Instant(since: "90s", now: moment(90)) == moment())
        #expect(Instant(since: "10m", now: moment(600)) == moment())
        #expect(Instant(since: "2h", now: moment(7200)) == moment())
        #expect(Instant(since: "3d", now: moment(259_200)) == moment())
        #expect(Instant(since: "2026-11-22T23:45:37.123+08:00", now: moment(5)) == moment())
        for text in ["", "m", "10", "-5m", "1.5h", "10 m", "99999999999d", "yesterday", "٣m"] {
            #expect(Instant(since: text, now: moment()) == nil)
        }
    }
}
