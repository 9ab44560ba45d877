import ArgumentParser
import Foundation
import Hub
import Registry
import Store

/// What can be done with a hub's journal as a whole.
struct JournalGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Take something out of the journal.",
        discussion: """
            EXAMPLES
              smokehub journal export a-fire-7 >a-fire-7.jsonl
            """, subcommands: [Export.self])

    /// Cuts an incident out.
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Cut an incident out of the journal, without personal data.",
            discussion: """
                Writes JSON Lines that 'smokehub replay' reads: what was known of the incident's block before, and \
                then every message and command of that block, and every start, outage and drill, from some time before \
                the first alarm until the incident was closed. Operators are called operator-1 and so on, and what they \
                wrote is left out; residents are in no journal. Standard error says what has been left out. It may run \
                beside the hub.

                The incidents are those that 'smokehub replay' finds with the rules of this configuration.

                EXAMPLES
                  smokehub journal export a-fire-7 >a-fire-7.jsonl
                  smokehub journal export a-fire-7 --before 2h --state /var/lib/smokehub | gzip >a-fire-7.jsonl.gz

                EXIT STATUS
                  0 written, 1 there is no such incident, 2 wrong usage or configuration, or no journal there.
                """)

        @OptionGroup var place: LogPlace

        @Option(help: ArgumentHelp("How long before the first alarm it begins.", valueName: "duration"))
        var before: Span = Span(.seconds(600))

        @Argument(
            help: ArgumentHelp("As the alert log and 'smokehub incidents' call it: a-fire-7.", valueName: "incident"))
        var incident: String

        func run() async throws {
            let folder = try await place.folder()
            guard FileManager.default.fileExists(atPath: folder + "/hub.sqlite") else {
                throw ValidationError("there is no journal in '\(folder)'; name the hub's state folder with --state")
            }
            try await refusing {
                let configuration = try HubConfiguration.load(place.config)
                let export = try JournalExport(of: try HubDatabase(reading: folder + "/hub.sqlite"), configuration)
                guard let part = export.incidents.first(where: { $0.id == incident }) else {
                    let names = export.incidents.map(\.id)
                    throw StartError(
                        names.isEmpty
                            ? "there is no incident in this journal"
                            : "there is no incident '\(incident)' in this journal; write one of "
                                + names.joined(separator: ", "))
                }
                var output = LineBuffer()
                let leftOut = try export.write(part, before: before.duration) { output.append($0) }
                output.flush()
                for what in leftOut { Line.error("left out: \(what)") }
            }
        }
    }
}

/// A time span on the command line: `90s`, `10m`, `2h`.
struct Span: ExpressibleByArgument, CustomStringConvertible {
    var duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), let number = Int64(argument.dropLast()),
            (0...100_000).contains(number)
        else { return nil }
        duration = .seconds(number * unit)
    }

    var description: String {
        let seconds = duration.components.seconds
        return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }
}
