import Registry

/// A drill's verdict as one HTML page, in English and Traditional Chinese, that needs nothing beside it.
public enum DrillReport {
    public static func html(of verdict: Verdict) -> String {
        let record = verdict.record
        let title = "Drill report 演習報告"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escaped("\(title) · \(record.scenario.name)"))</title>
            <style>\(style)</style>
            </head>
            <body>
            <main>
            <p class="eyebrow">\(title)</p>
            <h1>\(escaped(record.scenario.name))</h1>
            <p class="about">\(escaped(record.scenario.description[.english]))<br>
            <span lang="zh-Hant">\(escaped(record.scenario.description[.traditionalChinese]))</span></p>
            <p class="verdict \(verdict.isPassed ? "good" : "bad")">\(verdictText(verdict))</p>
            \(facts(of: verdict))
            \(expected(verdict))
            \(prohibited(verdict))
            \(course(verdict))
            <footer>An exercise. Nobody was in danger. <span lang="zh-Hant">這是演習，沒有人有危險。</span></footer>
            </main>
            </body>
            </html>

            """
    }

    private static func verdictText(_ verdict: Verdict) -> String {
        let met = verdict.results.count { $0.isMet }
        let all = verdict.results.count
        return verdict.isPassed
            ? "Passed · <span lang=\"zh-Hant\">合格</span> <small>\(met) / \(all)</small>"
            : "Failed · <span lang=\"zh-Hant\">不合格</span> <small>\(met) / \(all)</small>"
    }

    private static func facts(of verdict: Verdict) -> String {
        let record = verdict.record
        var facts = [
            ("Drill", "演習", record.id), ("Began", "開始", record.began.description),
            ("Speed", "速度", "× \(record.speed)"), ("Length", "時長", record.scenario.length.asClock),
        ]
        for (name, chinese, summary) in [
            ("Message to alert", "訊息至警報", verdict.latency), ("Lateness of timers", "計時延誤", verdict.lateness),
        ] {
            guard let summary else { continue }
            let text = "min \(summary.minimum.inMilliseconds) · median \(summary.median.inMilliseconds)"
            facts.append((name, chinese, "\(text) · p99 \(summary.p99.inMilliseconds) (\(summary.count))"))
        }
        let items = facts.map { "<div><dt>\($0) <span lang=\"zh-Hant\">\($1)</span></dt><dd>\(escaped($2))</dd></div>" }
        return "<dl>\(items.joined(separator: "\n"))</dl>"
    }

    private static func expected(_ verdict: Verdict) -> String {
        let rows = verdict.results.map { result in
            row(
                result.isMet ? "good" : "bad",
                [
                    mark(result.isMet), result.expectation.after.asClock, result.expectation.pattern.description,
                    DrillLines.outcome(of: result),
                ])
        }
        return section(
            "What had to come", "應發出的警報", ["", "After 時間", "Alert 警報", "Outcome 結果"], rows)
    }

    private static func prohibited(_ verdict: Verdict) -> String {
        let rows = verdict.record.scenario.never.map { prohibition in
            let came = verdict.violations.filter { $0.prohibition == prohibition }.map(\.alert)
            let outcome = came.isEmpty ? "did not come" : "came: " + came.map(DrillLines.story).joined(separator: " | ")
            return row(
                came.isEmpty ? "good" : "bad",
                [mark(came.isEmpty), prohibition.after.asClock, prohibition.pattern.description, outcome])
        }
        return section(
            "What must never come", "不應發出的警報", ["", "From 由", "Alert 警報", "Outcome 結果"], rows)
    }

    /// Everything that was played and that came, in the order of real time.
    private static func course(_ verdict: Verdict) -> String {
        let record = verdict.record
        let played = record.played.map { message in
            let says = message.planned.says.rawValue + (message.planned.isReal ? " (for real)" : "")
            return (message.publishedAt, "played", [message.planned.device, says])
        }
        let seen = record.seen.map { alert in
            let head = "\(alert.exercise == nil ? "real " : "")\(alert.block) \(alert.hazard) \(alert.stage)"
            return (alert.receivedAt, alert.source == .alert ? "alert" : "state", [head, DrillLines.story(of: alert)])
        }
        let rows = (played + seen).enumerated()
            .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
            .map { _, entry in
                row(entry.1, [record.virtualTime(at: entry.0).asClock, entry.1, entry.2[0], entry.2[1]])
            }
        return section("The course", "過程", ["Time 時間", "", "Who 對象", "What 內容"], rows)
    }

    private static func section(_ title: String, _ chinese: String, _ heads: [String], _ rows: [String]) -> String {
        guard !rows.isEmpty else { return "" }
        return """
            <h2>\(title) <span lang="zh-Hant">\(chinese)</span></h2>
            <table>
            <thead><tr>\(heads.map { "<th>\($0)</th>" }.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            """
    }

    private static func row(_ kind: String, _ cells: [String]) -> String {
        "<tr class=\"\(kind)\">\(cells.map { "<td>\(escaped($0))</td>" }.joined())</tr>"
    }

    private static func mark(_ isGood: Bool) -> String { isGood ? "✓" : "✗" }

    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }

    private static let style = """

        :root { color-scheme: light dark; --ink: #1d2329; --soft: #5c6770; --line: #dde2e6; --paper: #fff;
                --page: #f3f5f7; --good: #1a7f4b; --bad: #c2261d; --alert: #9a5b00; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e8ecef; --soft: #9aa6af; --line: #333b42; --paper: #1a1f24; --page: #101418;
                  --good: #4cc38a; --bad: #ff6b60; --alert: #f0b35a; }
        }
        body { margin: 0; background: var(--page); color: var(--ink);
               font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans CJK TC", "PingFang HK", sans-serif; }
        main { max-width: 62rem; margin: 2rem auto; padding: 2rem 2.5rem; background: var(--paper);
               border: 1px solid var(--line); border-radius: 12px; }
        .eyebrow { margin: 0; color: var(--soft); letter-spacing: .04em; }
        h1 { margin: 0; font-size: 2.2rem; line-height: 1.2; }
        h2 { margin: 2.2rem 0 .6rem; font-size: 1.15rem; }
        h2 span, dt span { color: var(--soft); font-weight: normal; }
        .about { color: var(--soft); }
        .verdict { padding: .7rem 1.1rem; border-left: 6px solid; font-size: 1.4rem; font-weight: 600; }
        .verdict small { font-weight: normal; opacity: .8; }
        .verdict.good { color: var(--good); } .verdict.bad { color: var(--bad); }
        dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: .8rem 2rem; margin: 0; }
        dt { font-size: .85rem; color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        table { width: 100%; border-collapse: collapse; font-size: .92rem; }
        th { text-align: left; color: var(--soft); font-weight: 500; }
        th, td { padding: .4rem .7rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
                 overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
        tr.good td:first-child { color: var(--good); } tr.bad td { color: var(--bad); }
        tr.alert td:nth-child(-n+3) { color: var(--alert); font-weight: 600; } tr.state td { color: var(--soft); }
        footer { margin-top: 2rem; color: var(--soft); font-size: .9rem; }
        @media print { body { background: none; } main { border: 0; margin: 0; padding: 0; max-width: none; } }
        @media (max-width: 40rem) { main { margin: 0; padding: 1.2rem; border-radius: 0; } }

        """
}
