import Console
import Foundation
import Registry
import Rules
import Upkeep

// A ticket as people read it: a line, a page, a row of a spreadsheet.
extension TicketAnswer {
    private func text(_ texts: [String: String], _ language: Language) -> String {
        (texts[language.tag] ?? texts[Language.english.tag] ?? "").harmless
    }

    private var subject: String { (device ?? "\(deviceCount) devices").harmless }

    /// `T-104  due 2026-12-01 OVERDUE  battery  a-12-C-smoke  a/12/C  battery at 22 %, falling …`
    func line(_ language: Language) -> String {
        let time = state == "closed" ? "closed \((closedAt ?? "").prefix(10))" : "due \(due)"
        let marks = [overdue ? "OVERDUE" : nil, urgent ? "URGENT" : nil, state == "reopened" ? "reopened" : nil]
        return
            ([ticket, ([time] + marks.compactMap { $0 }).joined(separator: " "), kind, subject, place]
            + [text(evidence, language)]).joined(separator: "  ")
    }

    /// The whole of it.
    func lines(_ language: Language) -> [String] {
        let closed = closedAt.map { at in
            "closed    \(at)" + (closedBy.map { " by \($0)" } ?? "") + (closedWhy.map { " (\($0))" } ?? "")
        }
        let named = devices.isEmpty ? nil : "devices   \(devices.joined(separator: " "))"
        return [
            "\(ticket)  \(text(noun, language))  \(state)\(urgent ? "  URGENT" : "")\(overdue ? "  OVERDUE" : "")",
            "where     \(subject)  \(place)", named, "due       \(due)", "opened    \(openedAt)",
            since == openedAt ? nil : "since     \(since)", "seen      \(seen) times, last \(seenAt)",
            reopened == 0 ? nil : "reopened  \(reopened) times", closed, "evidence  \(text(evidence, language))",
            numbers.isEmpty ? nil : "numbers   \(numbers.joined(separator: ", "))",
        ].compactMap { $0?.harmless }
    }

    private static let columns = [
        "ticket", "kind", "state", "urgent", "block", "place", "device", "devices", "due", "overdue", "opened", "since",
        "seen", "last_seen", "reopened", "closed", "closed_by", "closed_why", "numbers", "evidence_en",
        "evidence_zh_hant",
    ]

    /// All of them as a CSV file.
    static func sheet(of tickets: [TicketAnswer]) -> String {
        ([SpreadsheetRow(columns)] + tickets.map(\.row)).map(\.text).joined()
    }

    private var row: SpreadsheetRow {
        SpreadsheetRow([
            ticket, kind, state, urgent ? "yes" : "no", block, place, device ?? "",
            device == nil ? "\(deviceCount)" : "1", due, overdue ? "yes" : "no", openedAt, since, "\(seen)", seenAt,
            "\(reopened)", closedAt ?? "", closedBy ?? "", closedWhy ?? "", numbers.joined(separator: "; "),
            evidence[Language.english.tag] ?? "", evidence[Language.traditionalChinese.tag] ?? "",
        ])
    }
}

extension SeriesAnswer {
    private static let height = 8
    private static let width = 60

    /// A small plot of the latest days, each a column.
    var plot: [String] {
        guard let end = days.last?.day else { return [] }
        let values = days.filter { $0.day > end - Self.width }
        guard let low = values.map(\.value).min(), let high = values.map(\.value).max(), let start = values.first?.day
        else { return [] }
        let span = high - low
        var rows = Array(
            repeating: Array(repeating: Character(" "), count: end - start + 1), count: span > 0 ? Self.height : 1)
        for day in values {
            let part = span > 0 ? (day.value - low) / span : 0
            let row = Int((part * Double(rows.count - 1)).rounded())
            rows[rows.count - 1 - row][day.day - start] = "*"
        }
        let labels = rows.indices.map { $0 == 0 ? high.written : $0 == rows.count - 1 ? low.written : "" }
        let margin = labels.map(\.count).max() ?? 0
        let begin = first.map { ", first weeks \($0.written)" } ?? ""
        return ["\(name)\(unit.map { " in \($0)" } ?? "")\(begin)"]
            + zip(labels, rows).map { label, row in
                let padding = String(repeating: " ", count: margin - label.count)
                return "  \(padding)\(label) |\(String(row).trimmingCharacters(in: [" "]).isEmpty ? "" : String(row))"
            } + ["  \(String(repeating: " ", count: margin)) \(Self.date(start)) … \(Self.date(end))"]
    }

    private static func date(_ day: Int) -> String {
        Instant(milliseconds: Int64(day) * 86_400_000).date(utcOffset: .zero)
    }
}
