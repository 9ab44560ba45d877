import ArgumentParser
import Console
import Foundation
import Hub

/// Tries the whole way of an alarm once.
struct CanaryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "canary", abstract: "Send a message all the way from a detector to a test contact, and time it.",
        discussion: """
            A detector that nobody has speaks through the broker, in an exercise of its own; what it says is decoded, \
            decided, written and delivered like an alarm, and told to the contact delivery-canary.to of hub.yaml alone. \
            The hub does so by itself as well, at delivery-canary.at; one that does not arrive is a trouble, told over \
            another channel. While an incident is open or a drill has one, none is sent.

            EXAMPLES
              smokehub canary
              smokehub canary --json

            EXIT STATUS
              0 it arrived, 1 it did not, was not sent, or no hub answers.
            """)

    @OptionGroup var place: HubPlace
    @Flag(help: "As JSON.") var json = false

    func run() async throws {
        try await refusing {
            // A canary may be under way for ten minutes.
            let answer = try place.client().post("/api/canary", [String: String](), within: .seconds(660))
            try HubPlace.check(shown: answer)
            let canary = try JSONDecoder().decode(CanaryAnswer.self, from: answer.body)
            Line.out(json ? String(decoding: answer.body, as: UTF8.self) : "The canary \(canary.sentence).")
            guard canary.state == "arrived" else { throw ExitCode(1) }
        }
    }
}
