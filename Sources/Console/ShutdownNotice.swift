import Registry
import Rules

/// The notice for the lobby and the lifts that a building's own fire alarm is off: one A4 page in traditional Chinese and
/// English, ready to print, with nothing that has to be fetched from elsewhere.
///
/// That such notices hang large at the entrances and lift lobbies is what the Fire Services Department's circular letter
/// 2/2026 is reported to ask for; the wording is the project's own, and to be read by a native speaker before use.
struct ShutdownNotice {
    let isolation: BuildingAlarm.Isolation
    let block: String
    let estate: Estate
    let utcOffset: Duration

    var html: String {
        let words = IsolationWords(isolation, block: block, estate, utcOffset: utcOffset)
        let sections = [chinese(words), english(words)]
        return """
            <!DOCTYPE html>
            <html lang="zh-Hant">
            <head>
            <meta charset="utf-8">
            <title>\(words.block.traditionalChinese.escaped) \(words.block.english.escaped)</title>
            <style>
            \(Self.style)
            body { font-size: \(NoticeSection.points(fitting: sections))pt; }
            </style>
            </head>
            <body>
            \(sections.map(\.html).joined(separator: "\n"))
            </body>
            </html>

            """
    }

    private func chinese(_ words: IsolationWords) -> NoticeSection {
        NoticeSection(
            language: "zh-Hant", title: "通告：大廈警鐘暫停運作",
            facts: [
                ("地點", "\(words.estate.traditionalChinese) \(words.block.traditionalChinese)"),
                ("範圍", isolation.areas.isEmpty ? "全座" : words.areas.traditionalChinese),
                ("由", words.from.traditionalChinese), ("至", words.until.traditionalChinese), ("原因", why),
                ("負責人", isolation.by),
            ],
            advice: [
                "上述期間如發生火警，大廈警鐘可能不會響起。切勿等候鐘聲。",
                "各單位的煙霧警報器及 SmokeHub 通知服務照常運作。收到通知，請立即按指示行動。",
                "如見火或煙：通知同住的人，走樓梯離開，隨手關門，切勿使用升降機。",
                "安全後立即致電 999，並通知保安員。",
            ])
    }

    private func english(_ words: IsolationWords) -> NoticeSection {
        NoticeSection(
            language: "en", title: "NOTICE: the building's own fire alarm is off",
            facts: [
                ("Where", "\(words.estate.english), \(words.block.english)"),
                ("Areas", isolation.areas.isEmpty ? "the whole block" : words.areas.english),
                ("From", words.from.english), ("Until", words.until.english), ("Why", why),
                ("Responsible", isolation.by),
            ],
            advice: [
                "If there is a fire in this time, the building's bells may not ring. Do not wait for them.",
                "The smoke alarms in the flats and the SmokeHub messages stay on. When a message comes, act on it at once.",
                "If you see fire or smoke: warn the people with you, leave by the stairs, shut the doors, do not use the "
                    + "lift.",
                "Call 999 as soon as you are safe, and tell the guards.",
            ])
    }

    /// Whoever wants to know more asks the one who is responsible: the page has to stay one page.
    private var why: String {
        isolation.why.count > Self.whyMax ? isolation.why.prefix(Self.whyMax - 1) + "…" : isolation.why
    }

    private static let whyMax = 300

    /// The lengths are those that ``NoticeSection`` counts with.
    private static let style = """
        @page { size: A4 portrait; margin: 12mm; }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 186mm; color: #000; background: #fff; line-height: 1.3;
          font-family: "Noto Sans HK", "Noto Sans TC", "Noto Sans CJK HK", "Noto Sans CJK TC", "PingFang HK",
            "Microsoft JhengHei", sans-serif; }
        section { border: 1.5mm solid #c00; padding: 4mm 6mm; margin: 0 0 5mm; break-inside: avoid; }
        section:last-child { margin: 0; }
        h1 { margin: 0 0 2mm; font-size: 1.8em; line-height: 1.15; color: #c00; }
        table { border-collapse: collapse; width: 100%; table-layout: fixed; }
        th, td { padding: 0.2mm 0; text-align: left; vertical-align: top; }
        th { width: 5em; font-weight: normal; }
        [lang="en"] th { width: 7.5em; }
        td { font-weight: bold; overflow-wrap: anywhere; }
        ul { margin: 2mm 0 0; padding-left: 1.3em; }
        li:first-child { font-weight: bold; }
        @media screen { body { padding: 12mm 0; } }
        @media print { body { max-width: none; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        """
}
