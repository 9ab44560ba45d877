import Console
import Foundation
import Notify
import Upkeep

/// A roll-call as a guard reads it on a screen, as a table, and as a sheet for the fire officer.
struct RollCallTexts {
    let roll: RollCallAnswer

    init(_ roll: RollCallAnswer) { self.roll = roll }

    /// Everybody has said that they are safe.
    var isComplete: Bool { roll.people.allSatisfy { $0.state == "safe" } }

    private struct Words {
        var english: String
        var chinese: String
    }

    private static func words(_ state: String) -> Words {
        switch RollCall.State(rawValue: state) {
        case .needHelp: Words(english: "NEED HELP", chinese: "求助")
        case .notReached: Words(english: "NOT REACHED", chinese: "未能聯絡")
        case .optedOut: Words(english: "OPTED OUT", chinese: "已關閉通知")
        case .noAnswer: Words(english: "no answer", chinese: "未有回覆")
        case .notTold: Words(english: "not told", chinese: "未獲通知")
        case .falseAlarm: Words(english: "says false alarm", chinese: "表示誤報")
        case .safe: Words(english: "safe", chinese: "安全")
        case nil: Words(english: state, chinese: state)
        }
    }

    private var prefix: String { roll.exercise == nil ? "" : MessageCatalogue.exercisePrefix }

    private var counts: [(words: Words, count: Int)] {
        var counts: [(words: Words, count: Int)] = []
        for state in RollCall.State.allCases {
            let count = roll.counts[state.rawValue] ?? 0
            // That nobody needs help is worth a word, too.
            if count > 0 || state == .needHelp { counts.append((Self.words(state.rawValue), count)) }
        }
        return counts
    }

    /// `a-fire-7: 251 people, 248 reached: 2 NEED HELP, …`, and a line for each who is not safe.
    func lines(withNames: Bool) -> String {
        let counts = counts.map { "\($0.count) \($0.words.english)" }.joined(separator: ", ")
        let head =
            "\(prefix)\(roll.incident) at \(roll.clock): \(roll.people.count) people, \(roll.reached) reached; \(counts)"
        let open = roll.people.filter { $0.state != "safe" }
        let places = open.map(\.place.count).max() ?? 0
        let rows = open.map { person in
            let name = withNames ? person.name : person.resident
            let needs = person.needs.isEmpty ? "" : "  ** \(person.needs)"
            let place = person.place.padding(toLength: places, withPad: " ", startingAt: 0)
            return
                "  \(place)  \(Self.words(person.state).english.padding(toLength: 16, withPad: " ", startingAt: 0))  "
                + name + needs
        }
        return ([head] + rows).joined(separator: "\n")
    }

    var csv: String {
        let head = [
            "block", "floor", "flat", "state", "needs", "name", "resident", "told", "accepted", "delivered", "read",
            "answered",
        ]
        let rows = roll.people.map { person in
            [
                person.block, person.floor, person.flat, person.state, person.needs, person.name, person.resident,
                person.toldAt, person.acceptedAt, person.deliveredAt, person.readAt, person.answeredAt,
            ].map { $0 ?? "" }
        }
        return ([head] + rows).map { SpreadsheetRow($0).text }.joined()
    }

    /// One row a person, grouped by what is to be done, with a box to tick; black on white, for any printer.
    var html: String {
        let rows = roll.people.map { person in
            let words = Self.words(person.state)
            let isUrgent = person.state == "need-help" || (!person.needs.isEmpty && person.state != "safe")
            return """
                <tr\(isUrgent ? " class=\"urgent\"" : "")><td class="box">☐</td><td>\(person.block.escaped)</td>\
                <td>\((person.floor ?? "").escaped)</td><td>\((person.flat ?? "").escaped)</td>\
                <td>\(words.chinese) \(words.english)</td><td>\(person.name.escaped)</td><td>\(person.needs.escaped)</td></tr>
                """
        }
        let counts = counts.map { "\($0.words.chinese) \($0.words.english): <b>\($0.count)</b>" }
        return """
            <!DOCTYPE html>
            <html lang="zh-Hant">
            <head>
            <meta charset="utf-8">
            <title>\(roll.incident.escaped)</title>
            <style>
            @page{size:A4;margin:12mm}
            body{font:11pt sans-serif;color:#000;background:#fff}
            h1{font-size:16pt;margin:0 0 4pt}
            table{border-collapse:collapse;width:100%}
            th,td{border:1px solid #000;padding:3pt 5pt;text-align:left}
            thead{display:table-header-group}
            tr{break-inside:avoid}
            .urgent td{font-weight:bold;border-width:2px}
            .box{width:14pt;text-align:center}
            </style>
            </head>
            <body>
            <h1>\(prefix.escaped)點名表 Roll-call: \(roll.estate.escaped), \(roll.incident.escaped)</h1>
            <p>\(roll.clock.escaped) — \(roll.people.count) 人 people, \(roll.reached) 已聯絡 reached. \(counts.joined(separator: " · "))</p>
            <table>
            <thead><tr><th></th><th>座 Block</th><th>樓 Floor</th><th>室 Flat</th><th>情況 State</th><th>姓名 Name</th>\
            <th>需要 Needs</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            </body>
            </html>

            """
    }
}
