import ArgumentParser

/// What concerns the estate's people.
struct ResidentsGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "residents", abstract: "What concerns the estate's people.",
        subcommands: [ResidentsLinkCommand.self])
}
