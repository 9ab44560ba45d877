import ArgumentParser
import Console
import Foundation
import Notify
import Upkeep

/// Shows what came back of an incident's deliveries, and after how long.
struct ReceiptsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipts",
        abstract: "Show how many messages were attempted, accepted, delivered, read and answered, and how fast.",
        discussion: """
            By channel, each step with the delay from the decision to tell: its median, what 95 of 100 took at most, and \
            the slowest. Not every channel reports what it has delivered. Without an incident, of the one that was told \
            last.

            EXAMPLES
              smokehub receipts
              smokehub receipts a-fire-7 --all

            EXIT STATUS
              0 shown, 1 no hub answers, or it knows no such incident.
            """)

    @Argument(help: "The incident, as 'smokehub incidents' shows it.") var incident: String?
    @Flag(help: "A line for each delivery.") var all = false
    @Flag(help: "As CSV, a line for each delivery, delays in milliseconds.") var csv = false
    @Flag(help: "As JSON.") var json = false
    @OptionGroup var place: HubPlace

    func validate() throws {
        if [all, csv, json].count(where: { $0 }) > 1 {
            throw ValidationError("--all, --csv and --json exclude each other; give one of them")
        }
    }

    func run() async throws {
        try await refusing {
            let receipts: ReceiptsAnswer = try place.client().read("/api/receipts", ofIncident: incident)
            if json { return Line.out(String(decoding: try JSONEncoder().encode(receipts), as: UTF8.self)) }
            if csv { return FileHandle.standardOutput.write(Data(Self.csv(receipts).utf8)) }
            Line.out(Self.lines(receipts, all: all))
        }
    }

    private static let steps = Receipts.Step.allCases.map(\.rawValue)

    private static func csv(_ receipts: ReceiptsAnswer) -> String {
        let head = ["alert", "contact", "channel", "state", "attempts", "decided"] + steps
        let rows = receipts.deliveries.map { row in
            [row.alert, row.contact, row.channel, row.state, "\(row.attempts)", row.decidedAt]
                + steps.map { row.delays[$0].map(String.init) ?? "" }
        }
        return ([head] + rows).map { SpreadsheetRow($0).text }.joined()
    }

    private static func lines(_ receipts: ReceiptsAnswer, all: Bool) -> String {
        var table = [["", "sent"] + steps]
        for summary in receipts.summaries {
            table.append(
                [summary.channel, "\(summary.deliveries)"]
                    + steps.map { step in
                        guard let spread = summary.steps[step] else { return "–" }
                        return
                            "\(spread.count): \(words(spread.median)) / \(words(spread.p95)) / \(words(spread.slowest))"
                    })
        }
        var text =
            "\(receipts.incident): how many, and after how long (median / 95 of 100 / slowest)\n" + indented(table)
        if all {
            let rows = receipts.deliveries.map { row in
                [row.contact, row.channel, "#\(row.alert)", row.state]
                    + steps.map { row.delays[$0].map { words($0) } ?? "–" }
            }
            text += "\n\n" + indented([["contact", "channel", "alert", "state"] + steps] + rows)
        }
        return text
    }

    private static func indented(_ rows: [[String]]) -> String {
        TextTable(rows).lines.map { "  \($0)" }.joined(separator: "\n")
    }

    /// `14 ms`, `1.4 s`, `2 min`.
    private static func words(_ milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<1000: "\(milliseconds) ms"
        case ..<120_000: "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        default: "\(milliseconds / 60_000) min"
        }
    }
}
