import ArgumentParser
import Console
import Foundation
import Hub

/// Makes a running hub read its configuration again.
struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a running hub read its configuration again.",
        discussion: """
            As a restart, but a mistake in the files leaves the hub as it is, and its flags stay. What comes in the second \
            that it takes waits at the broker; a drill ends.

            EXAMPLES
              smokehub reload
              smokehub reload --state /var/lib/smokehub

            EXIT STATUS
              0 it works by the new files, 1 it does not and says why, or no hub answers.
            """)

    @OptionGroup var place: HubPlace

    func run() async throws {
        try await refusing {
            let answer = try place.client().post("/api/reload", [String: String]())
            guard answer.status == 200 else { throw StartError(answer.refusal) }
            let change = try JSONDecoder().decode(ReloadAnswer.self, from: answer.body)
            Line.out(
                "The hub works by its new configuration: \(change.devices) devices, \(change.added) added, "
                    + "\(change.gone) gone.")
        }
    }
}
