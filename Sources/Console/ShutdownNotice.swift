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
        let chinese = section(
            "zh-Hant", "通告：大廈警鐘暫停運作",
            [
                ("地點", "\(words.estate.traditionalChinese) \(words.block.traditionalChinese)"),
                ("範圍", isolation.areas.isEmpty ? "全座" : words.areas.traditionalChinese),
                ("由", words.from.traditionalChinese), ("至", words.until.traditionalChinese),
                ("原因", isolation.why), ("負責人", isolation.by),
            ],
            [
                "上述期間如發生火警，大廈警鐘可能不會響起。切勿等候鐘聲。",
                "各單位的煙霧警報器及 SmokeHub 通知服務照常運作。收到通知，請立即按指示行動。",
                "如見火或煙：通知同住的人，走樓梯離開，隨手關門，切勿使用升降機。",
                "安全後立即致電 999，並通知保安員。",
            ])
        let english = section(
            "en", "NOTICE: the building's own fire alarm is off",
            [
                ("Where", "\(words.estate.english), \(words.block.english)"),
                ("Areas", isolation.areas.isEmpty ? "the whole block" : words.areas.english),
                ("From", words.from.english), ("Until", words.until.english), ("Why", isolation.why),
                ("Responsible", isolation.by),
            ],
            [
                "If there is a fire in this time, the building's bells may not ring. Do not wait for them.",
                "The smoke alarms in the flats and the SmokeHub messages stay on. When a message comes, act on it at once.",
                "If you see fire or smoke: warn the people with you, leave by the stairs, shut the doors, do not use the "
                    + "lift.",
                "Call 999 as soon as you are safe, and tell the guards.",
            ])
        return """
            <!DOCTYPE html>
            <html lang="zh-Hant">
            <head>
            <meta charset="utf-8">
            <title>\(Self.escaped(words.block.traditionalChinese)) \(Self.escaped(words.block.english))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            \(chinese)
            \(english)
            </body>
            </html>

            """
    }

    private func section(_ language: String, _ title: String, _ facts: [(String, String)], _ advice: [String]) -> String
    {
        let rows = facts.map { name, value in
            "<tr><th>\(Self.escaped(name))</th><td>\(Self.escaped(value))</td></tr>"
        }
        let items = advice.map { "<li>\(Self.escaped($0))</li>" }
        return """
            <section lang="\(language)">
            <h1>\(Self.escaped(title))</h1>
            <table>
            \(rows.joined(separator: "\n"))
            </table>
            <ul>
            \(items.joined(separator: "\n"))
            </ul>
            </section>
            """
    }

    /// Names and reasons are what somebody has typed: none of it may become a tag, or a page of its own.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.prefix(300) {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case _ where character.isNewline: escaped += " "
            default: escaped.append(character)
            }
        }
        return escaped
    }

    private static let style = """
        @page { size: A4 portrait; margin: 12mm; }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 186mm; color: #000; background: #fff; line-height: 1.3; font-size: 13pt;
          font-family: "Noto Sans TC", "Noto Sans CJK TC", "PingFang HK", "Microsoft JhengHei", sans-serif; }
        section { border: 1.5mm solid #c00; padding: 4mm 6mm; margin: 0 0 5mm; break-inside: avoid; }
        h1 { margin: 0 0 2mm; font-size: 24pt; line-height: 1.15; color: #c00; }
        table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: 15pt; }
        th { text-align: left; vertical-align: top; width: 34mm; font-weight: normal; }
        td { font-weight: bold; overflow-wrap: anywhere; }
        ul { margin: 3mm 0 0; padding-left: 6mm; }
        @media print { body { max-width: none; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        """
}
