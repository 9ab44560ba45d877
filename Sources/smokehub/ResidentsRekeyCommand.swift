import ArgumentParser
import Foundation
import Hub
import Notify
import Registry

/// Seals everything with another key.
struct ResidentsRekey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Encrypt everything with another key.",
        discussion: """
            Opens with the key that hub.yaml names, and seals with the new one, plain values too. Then put the new key \
            where hub.yaml looks for it, and reload: until both are done no hub starts with these files. Copies made \
            before still open with the old key. If it is cut off, run the same again: it finishes. Browsers that people have subscribed on their own pages do not open with \
            the new one: they take no messages until they are subscribed again.

            EXAMPLES
              openssl rand -base64 32 > new.key && chmod 600 new.key
              smokehub residents rekey --to-file new.key && mv new.key personal.key

            EXIT STATUS
              0 done, 2 wrong usage or configuration, or no key.
            """)

    @Option(help: "The file with the new key.") var toFile: String?
    @Option(help: "The environment's variable with the new key.") var toEnv: String?
    @OptionGroup var files: ConfigOption

    func validate() throws {
        guard (toFile == nil) != (toEnv == nil) else {
            throw ValidationError("give the new key by --to-file or by --to-env, one of them")
        }
    }

    func run() async throws {
        let new = try newKey()
        try await refusing {
            let (people, old) = try PeopleFiles.sealable(files.config, opening: new)
            // An earlier run may have been cut off between two files.
            let either = new.opening(alsoOf: old)
            let changed = try people.change(opened: either, opening: new) {
                try $0.sealed(with: new, insteadOf: either)
            }
            try people.changeSubscriptions { list in
                try list.seal(with: new, insteadOf: either)
                return true
            }
            Line.out(
                "\(changed?.fields ?? 0) fields sealed with the new key; put it where hub.yaml looks for it, and reload."
            )
        }
    }

    private func newKey() throws -> PersonalSeal {
        let text: String?
        if let toFile {
            text = try? ConfigFile.read(toFile).text.trimmingCharacters(in: .newlines)
        } else {
            text = toEnv.flatMap { ProcessInfo.processInfo.environment[$0] }
        }
        guard let text else { throw ValidationError("there is no key at \(toFile ?? toEnv ?? "")") }
        do {
            return try PersonalSeal(key: text)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
