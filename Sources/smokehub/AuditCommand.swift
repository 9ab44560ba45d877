import ArgumentParser
import Console
import Foundation
import Hub
import Registry

/// Says whom an alarm would not reach.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Whom would an alarm reach? Lists flats that nobody could reach.",
        discussion: """
            Of each block the flats and people that are reached; then the flats that nothing reaches, people without a \
            contact that works, contacts that would not work and why, languages without texts, channels that take nothing, \
            and the credit of SMS gateways. A running hub is asked, which knows its channels and what became of the last \
            messages; without one it is by the configuration alone. The hub does so by itself each day at audit.at, and a \
            change is a line of the alert log.

            EXAMPLES
              smokehub audit
              smokehub audit --csv flats.csv
              smokehub audit --offline --config /etc/smokehub

            EXIT STATUS
              0 everybody and every flat is reached, 1 somebody is not.
            """)

    @OptionGroup var place: HubPlace
    @Flag(help: "By the configuration alone, without asking a hub.") var offline = false
    @Flag(help: "As JSON.") var json = false
    @Option(help: ArgumentHelp("Write the flats that are left as CSV; - for standard output.", valueName: "file"))
    var csv: String?

    func run() async throws {
        try await refusing {
            let audit = try read()
            if json {
                Line.out(String(decoding: try JSONEncoder().encode(audit), as: UTF8.self))
            } else if let csv {
                let rows = audit.flatsLeft.map { "\($0.place),\($0.people)" }
                let sheet = Data((["place,people"] + rows).map { $0 + "\r\n" }.joined().utf8)
                if csv == "-" {
                    FileHandle.standardOutput.write(sheet)
                } else {
                    try sheet.write(to: URL(fileURLWithPath: csv), options: .atomic)
                }
            } else {
                show(audit)
            }
            guard audit.isGood else { throw ExitCode(1) }
        }
    }

    private func read() throws -> ReachAudit {
        guard !offline else {
            return ReachAudit(offline: try HubConfiguration.load(place.config), at: HubClock().now())
        }
        let answer: ControlClient.Answer
        do {
            answer = try place.client().get("/api/audit")
        } catch let error as StartError {
            guard FileManager.default.fileExists(atPath: place.config) else { throw error }
            return ReachAudit(offline: try HubConfiguration.load(place.config), at: HubClock().now())
        }
        try HubPlace.check(shown: answer)
        return try JSONDecoder().decode(AuditAnswer.self, from: answer.body).audit
    }

    private func show(_ audit: ReachAudit) {
        if !audit.isLive {
            Line.out("No hub is asked: what channels do now, and what became of messages, is left out.")
        }
        for block in audit.reach.blocks {
            Line.out("block \(block.block)  \(block.sentence)")
            let homes = block.left.filter { $0.people > 0 }
            if !homes.isEmpty {
                Line.out("  nobody there has a contact that works: \(homes.map(\.place).joined(separator: " "))")
            }
            var empty = block
            empty.left.removeAll { $0.people > 0 }
            guard !empty.left.isEmpty else { continue }
            Line.out("  nobody is registered and no siren stands in \(empty.left.count) flats:")
            for floor in empty.leftByFloor { Line.out("    \(floor)") }
        }
        list("people without a contact that works", audit.people)
        list("contacts that would not work", audit.contacts.map { "\($0.what) (\($0.channel)): \($0.why)" })
        list("languages without texts", audit.languages.map { "\($0.language), of \($0.people) people" })
        list("channels that take nothing", audit.channels.map { "\($0.channel) \($0.what): \($0.why)" })
        for (route, credit) in audit.credits.sorted(by: { $0.key < $1.key }) {
            Line.out("credit of the SMS route \(route): \(credit)")
        }
    }

    private func list(_ what: String, _ lines: [String]) {
        guard !lines.isEmpty else { return }
        Line.out("\(what): \(lines.count)")
        for line in lines { Line.out("  \(line)") }
    }
}
