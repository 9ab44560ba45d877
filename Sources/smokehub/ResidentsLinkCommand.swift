import ArgumentParser
import Console
import Foundation
import Hub

/// Prints the address at which somebody chooses how they are told.
struct ResidentsLinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Print where somebody chooses how they are told, for a letter.",
        discussion: """
            The link is theirs alone, and holds until they end it on that page: whoever has it can turn their contacts \
            off. A running hub with answers.url makes it.

            EXAMPLES
              smokehub residents link r-a-12-C

            EXIT STATUS
              0 it was printed, 1 there is nobody of that id, or no hub answers.
            """)

    @Argument(help: "Who, by their id in residents.csv.") var id: String
    @OptionGroup var place: HubPlace

    func run() async throws {
        try await refusing {
            let name = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? id
            let answer = try place.client().get("/api/residents/link?resident=\(name)")
            guard answer.status == 200 else { throw StartError(answer.refusal) }
            Line.out(try JSONDecoder().decode(PersonalLinkAnswer.self, from: answer.body).link)
        }
    }
}
