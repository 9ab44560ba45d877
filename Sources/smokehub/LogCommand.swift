import AlertLog
import ArgumentParser
import Foundation
import Hub

/// What can be asked about the alert log as a whole.
struct Log: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask about the alert log as a whole.",
        discussion: """
            EXAMPLES
              smokehub log verify
            """, subcommands: [Verify.self])

    /// Tells whether the alert log is what the hub wrote.
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Is the alert log whole?",
            discussion: """
                Every line holds the SHA-256 of itself and of the line before, and alerts.head says which is the last. \
                This names the first line that was changed, removed or inserted, and notices a tail that was cut off. \
                It may run beside the hub. Somebody who recomputes every hash and alerts.head is found out only by a \
                last hash that was written down earlier: the sentence shows it.

                EXAMPLES
                  smokehub log verify
                  smokehub log verify --state /var/lib/smokehub

                EXIT STATUS
                  0 whole, 1 not what the hub wrote, 2 wrong usage or no alert log there.
                """)

        @OptionGroup var place: LogPlace

        func run() async throws {
            let folder = try await place.folder()
            let verdict: LogVerdict
            do {
                verdict = try LogVerifier(folder: folder).verify()
            } catch {
                throw place.refusal(error)
            }
            try FileHandle.standardOutput.write(contentsOf: Array("\(verdict.sentence)\n".utf8))
            if case .broken = verdict { throw ExitCode(1) }
        }
    }
}

/// Where the alert log lies.
struct LogPlace: ParsableArguments {
    @Option(help: "The hub's state folder, instead of the one in hub.yaml.")
    var state: String?

    @Option(help: "The configuration: a folder or a hub.yaml.")
    var config = "Config"

    /// - Throws: what is wrong in hub.yaml, if that has to be read.
    func folder() async throws -> String {
        try await refusing { try state ?? HubSettings.load(path: config).state }
    }

    /// Says on standard error what hinders, and gives the exit code for it.
    func refusal(_ error: LogError) -> ExitCode {
        FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
        return ExitCode(2)
    }
}
