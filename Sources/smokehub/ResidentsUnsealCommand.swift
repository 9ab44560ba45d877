import ArgumentParser
import Foundation
import Hub
import Registry

/// Shows residents.csv in plain text.
struct ResidentsUnseal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unseal", abstract: "Write residents.csv in plain text to standard output.",
        discussion: """
            To be edited: put it back as residents.csv, seal it, and delete what is left of it. The file itself is not \
            changed. For a single person, write the new value into their row in plain text, and seal the file.

            EXAMPLES
              smokehub residents unseal > plain.csv

            EXIT STATUS
              0 written, 2 wrong usage or configuration, or no key.
            """)

    @OptionGroup var files: ConfigOption

    func run() async throws {
        try await refusing {
            let (people, seal) = try PeopleFiles.sealable(files.config)
            let file = try ResidentsFile(try ConfigFile.read(people.residents))
            FileHandle.standardOutput.write(Data(try file.opened(with: seal).text.utf8))
        }
    }
}
