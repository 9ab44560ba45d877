import AlertLog
import Foundation
import Registry

/// Follows the alert log on standard output, as `smokehub tail -f` does.
struct LogScreen: Sendable {
    var folder: String
    var language: LogLanguage?

    /// - Parameter onLine: sees each line when it has been shown.
    func follow(onLine: (LogLine) -> Void) async throws {
        let environment = ProcessInfo.processInfo.environment
        var presentation = LogPresentation(
            language: language?.language ?? Language(environment: environment),
            colours: ColourChoice.auto.colours(onTerminal: isatty(STDOUT_FILENO) == 1, environment: environment))
        let follower = LogFollower(folder: folder, from: .first, passing: LogFilter(), follows: true)
        for try await entry in follower {
            try FileHandle.standardOutput.write(contentsOf: Array(presentation.text(of: entry).utf8))
            if let line = entry.line { onLine(line) }
        }
    }
}
