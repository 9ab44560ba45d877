import AlertLog
import ArgumentParser
import Foundation
import Registry
import Rules

/// Shows the alert log to a person, or passes its lines on to a program.
struct Tail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what happened: the alert log, as sentences.",
        discussion: """
            Times are the machine's own. Lines that cannot be read are shown as such, whatever the filter.

            EXAMPLES
              smokehub tail                       the last 10 lines
              smokehub tail -f                    and then whatever comes, until Ctrl-C
              smokehub tail --since 2h --block a  the last two hours of block a
              smokehub tail -f -n 0 --level alarm only new alarms and fires
              smokehub tail --since 2026-11-22T15:00:00+08:00 --language zh-Hant
              smokehub tail -f --json | jq -r .text.en

            EXIT STATUS
              0 shown, 2 wrong usage or no alert log there.
            """)

    @Flag(name: .shortAndLong, help: "Go on with what comes, across restarts of the hub; waits for a log to begin.")
    var follow = false

    @Option(
        name: [.customShort("n"), .long],
        help: "How many of the last matching lines to show first. (default: 10, or all with --since)")
    var lines: Int?

    @Option(help: "From this moment on: RFC 3339, or how long ago, such as 90s, 10m, 2h or 3d.")
    var since: Since?

    @Option(help: "Only this block, by its id, and what concerns the whole estate.")
    var block: String?

    @Option(help: "Only what is at least this loud.")
    var level: Level = .info

    @Flag(help: "Pass the lines on as they stand in the log, one JSON object a line.")
    var json = false

    @Option(help: "The sentences' language. (default: the locale's)")
    var language: LogLanguage?

    @Option(help: "Colour the lines; auto: on a terminal, unless NO_COLOR is set.")
    var color: ColourChoice = .auto

    @OptionGroup var place: LogPlace

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("-n \(lines): write how many lines, 0 or more.") }
    }

    func run() async throws {
        let beginning = LogBeginning(last: lines ?? (since == nil ? 10 : nil), since: since?.instant)
        let follower = LogFollower(
            folder: try await place.folder(), from: beginning, passing: LogFilter(block: block, level: level),
            follows: follow)
        var presentation = presentation()
        do {
            for try await entry in follower {
                let text = json ? entry.bytes + [UInt8(ascii: "\n")] : Array(presentation.text(of: entry).utf8)
                try FileHandle.standardOutput.write(contentsOf: text)
            }
        } catch let error as LogError {
            throw place.refusal(error)
        }
    }

    private func presentation() -> LogPresentation {
        let environment = ProcessInfo.processInfo.environment
        return LogPresentation(
            language: language?.language ?? Language(environment: environment),
            colours: color.colours(onTerminal: isatty(STDOUT_FILENO) == 1, environment: environment))
    }
}

/// What `--since` takes.
struct Since: ExpressibleByArgument {
    var instant: Instant

    init?(argument: String) {
        let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        guard let instant = Instant(since: argument, now: now) else { return nil }
        self.instant = instant
    }
}

/// What `--language` takes.
enum LogLanguage: String, CaseIterable, ExpressibleByArgument {
    case english = "en"
    case traditionalChinese = "zh-Hant"

    var language: Language { Language(rawValue) }
}

extension Level: ExpressibleByArgument {}
extension ColourChoice: ExpressibleByArgument {}
