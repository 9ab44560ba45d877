import ArgumentParser
import Foundation
import Hub
import Notify
import Registry
import Rules

/// Shows the people of residents.csv.
struct ResidentsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the people of residents.csv, names and contacts masked.",
        discussion: """
            EXAMPLES
              smokehub residents list --block a --floor 12
              smokehub residents list --block a --reveal

            EXIT STATUS
              0 shown, 2 wrong usage or configuration.
            """)

    @Option(help: "Only this block, by its id.") var block: String?
    @Option(help: "Only this floor.") var floor: String?
    @Flag(help: "With names, needs and contacts in full.") var reveal = false
    @OptionGroup var files: ConfigOption

    func run() async throws {
        try await refusing {
            let registry = try EstateRegistry.load(try HubSettings.load(path: files.config))
            let people = registry.residents.filter {
                (block == nil || $0.place?.block == block) && (floor == nil || $0.place?.floor == floor)
            }
            let width = people.map(\.id.count).max() ?? 0
            for person in people { Line.out(line(person, width)) }
            if people.isEmpty { Line.out("There are none.") }
        }
    }

    private func line(_ person: Resident, _ width: Int) -> String {
        let contacts = person.contacts.map { reveal ? "\($0.channel):\($0.address)" : $0.masked }
        let needs = person.needs.isEmpty ? nil : reveal ? person.needs : "needs ***"
        return [
            person.id.padding(toLength: width, withPad: " ", startingAt: 0),
            person.place?.description ?? "estate", person.role.rawValue, person.language.tag,
            reveal ? person.name : "\(person.name.prefix(1))***", needs, person.until.map { "until \($0)" },
            contacts.isEmpty ? "no contact" : contacts.joined(separator: " "),
        ].compactMap(\.self).joined(separator: "  ").harmless
    }
}
