import AlertLog
import ArgumentParser
import Foundation
import Registry
import Rules

/// Tells the whole course of an incident.
struct IncidentShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Tell the whole course of an incident, open or closed, from the alert log.",
        discussion: """
            What was heard, what was decided and by which rule in plain words, what it rested on, what would have come \
            next and who could have stopped it, who was told and how fast, who answered. It needs no running hub. Times \
            are the machine's own.

            EXAMPLES
              smokehub incidents show a-fire-7
              smokehub incidents show a-fire-7 --language zh-Hant --state /var/lib/smokehub

            EXIT STATUS
              0 told, 1 the alert log has no such incident, 2 wrong usage or no alert log there.
            """)

    @Argument(help: "The incident, as 'smokehub incidents' and 'smokehub tail' show it.") var incident: String

    @Option(help: "The sentences' language. (default: the locale's)")
    var language: LogLanguage?

    @OptionGroup var place: LogPlace

    func run() async throws {
        let lines = try await log()
        let tongue = language?.language ?? Language(environment: ProcessInfo.processInfo.environment)
        guard let story = IncidentStory(incident, in: lines, language: tongue) else {
            let known = lines.compactMap(\.incident).reduce(into: [String]()) { known, id in
                if known.last != id, !known.contains(id) { known.append(id) }
            }
            Line.error(
                "Error: the alert log has no incident '\(incident)'; "
                    + (known.isEmpty ? "it has none at all" : Spelling.mend(incident, known: known)))
            throw ExitCode(1)
        }
        FileHandle.standardOutput.write(Data(story.text.utf8))
    }

    /// What the log says about incidents; the rest, such as troubles of silent devices, may be long.
    private func log() async throws -> [LogLine] {
        let folder = try await place.folder()
        var lines: [LogLine] = []
        do {
            for try await entry in LogFollower(folder: folder, follows: false) {
                if let line = entry.line, line.incident != nil { lines.append(line) }
            }
        } catch let error as LogError {
            throw place.refusal(error)
        }
        return lines
    }
}
