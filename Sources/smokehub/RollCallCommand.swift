import ArgumentParser
import Console
import Foundation
import Hub

/// Shows who of an incident's people is safe.
struct RollCallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roll-call",
        abstract: "Show who is safe, who needs help, who does not answer, and who was not reached.",
        discussion: """
            Flat by flat, the most urgent first: who needs help; who is known to need it and has not answered; who was \
            not reached; who does not answer; who is safe. Without an incident, of the one that was told last. Names are \
            shown only with --names, and are on the sheet.

            EXAMPLES
              smokehub roll-call
              smokehub roll-call a-fire-7 --follow
              smokehub roll-call a-fire-7 --csv > roll-call.csv
              smokehub roll-call a-fire-7 --sheet roll-call.html

            EXIT STATUS
              0 everybody is safe, 1 somebody is not, or may not be, or no hub answers.
            """)

    @Argument(help: "The incident, as 'smokehub incidents' shows it.") var incident: String?
    @Flag(name: .shortAndLong, help: "Show it again whenever it changes, until Control-C.") var follow = false
    @Flag(help: "As CSV, with names.") var csv = false
    @Flag(help: "As JSON, with names.") var json = false
    @Flag(help: "With names.") var names = false
    @Option(help: ArgumentHelp("Write an HTML page to print for the fire officer, with names.", valueName: "file"))
    var sheet: String?
    @OptionGroup var place: HubPlace

    func validate() throws {
        if [follow, csv, json, sheet != nil].count(where: { $0 }) > 1 {
            throw ValidationError("--follow, --csv, --json and --sheet exclude each other; give one of them")
        }
    }

    func run() async throws {
        try await refusing {
            let client = try place.client()
            var roll = try read(client)
            if json { return Line.out(String(decoding: try JSONEncoder().encode(roll), as: UTF8.self)) }
            if csv { return FileHandle.standardOutput.write(Data(RollCallTexts(roll).csv.utf8)) }
            if let sheet {
                try Data(RollCallTexts(roll).html.utf8).write(to: URL(fileURLWithPath: sheet), options: .atomic)
                return Line.out("Written to \(sheet).")
            }
            Line.out(RollCallTexts(roll).lines(withNames: names))
            while follow {
                try await Task.sleep(for: .seconds(1))
                let next = try read(client)
                guard next.people != roll.people else { continue }
                roll = next
                Line.out("\n" + RollCallTexts(roll).lines(withNames: names))
            }
            if !RollCallTexts(roll).isComplete { throw ExitCode(1) }
        }
    }

    private func read(_ client: ControlClient) throws -> RollCallAnswer {
        try client.read("/api/roll-call", ofIncident: incident)
    }
}
