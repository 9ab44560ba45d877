import ArgumentParser
import Hub
import Notify
import Registry

/// Seals what stands in plain text of people.
struct ResidentsSeal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Encrypt names, needs and contacts in residents.csv, and browsers' subscriptions.",
        discussion: """
            In place, in one step each, and durable when it returns; what is sealed already, and every other column, \
            stays byte for byte. Plain rows may be added later and are sealed by the next run. Copies made before, \
            such as backups or an editor's, still hold plain text. Without the key nothing of it can be read again: \
            keep a copy of the key where the files are not.

            EXAMPLES
              openssl rand -base64 32 > personal.key && chmod 600 personal.key
              smokehub residents seal
              smokehub residents seal --check

            EXIT STATUS
              0 all is sealed, 1 with --check: something is not, 2 wrong usage or configuration, or no key.
            """)

    @Flag(help: "Change nothing; say what stands in plain text.") var check = false
    @OptionGroup var files: ConfigOption

    func run() async throws {
        try await refusing {
            if check { return try report(PeopleFiles(try HubSettings.load(path: files.config))) }
            let (people, seal) = try PeopleFiles.sealable(files.config)
            let changed = try people.change(opening: seal) { file in
                file.plainFields == 0 ? nil : try file.sealed(with: seal)
            }
            var browsers = 0
            try people.changeSubscriptions { list in
                browsers = try list.seal(with: seal)
                return browsers > 0
            }
            let fields = changed?.fields ?? 0
            Line.out("\(fields) fields sealed in \(people.residents).")
            if let path = people.subscriptions { Line.out("\(browsers) subscriptions sealed in \(path).") }
            guard fields + browsers > 0 else { return }
            Line.out(
                "Older copies (backups, version control, an editor's) still hold plain text: delete them, or seal them."
            )
        }
    }

    private func report(_ people: PeopleFiles) throws {
        let plain = try people.plain()
        guard plain != (0, 0) else { return Line.out("All is sealed.") }
        Line.out("\(plain.fields) fields in \(people.residents) stand in plain text.")
        if let path = people.subscriptions { Line.out("\(plain.subscriptions) subscriptions in \(path), too.") }
        throw ExitCode(1)
    }
}
