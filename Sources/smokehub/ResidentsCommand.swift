import ArgumentParser

/// What is known of the estate's people: shown, sealed, and deleted.
struct ResidentsGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "residents", abstract: "Show, seal and delete what is known of the estate's people.",
        discussion: """
            Names, needs and contacts may rest encrypted in residents.csv (AES-256-GCM), each value bound to its person, \
            and subscriptions of browsers in their file. The key stands elsewhere: personal-data.key in hub.yaml.

            EXAMPLES
              smokehub residents
              smokehub residents seal
              smokehub residents forget r-a-12-C --by office --proof forgotten.json
            """,
        subcommands: [
            ResidentsList.self, ResidentsSeal.self, ResidentsUnseal.self, ResidentsRekey.self,
            ResidentsForget.self, ResidentsLinkCommand.self,
        ], defaultSubcommand: ResidentsList.self)
}
