import ArgumentParser
import Foundation
import Hub
import Notify
import Registry
import Store

/// Seals everything with another key.
struct ResidentsRekey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Encrypt everything with another key.",
        discussion: """
            Opens with the key that hub.yaml names, and seals with the new one, plain values too. Then put the new key \
            where hub.yaml looks for it, and reload: until both are done no hub starts with these files. Copies made \
            before still open with the old key. If it is cut off, run the same again: it finishes.

            Browsers that people have subscribed on their own pages are sealed anew, too, in the hub's state: if there \
            are any, stop the hub first, and start it when the new key is in its place.

            EXAMPLES
              openssl rand -base64 32 > new.key && chmod 600 new.key
              smokehub residents rekey --to-file new.key && mv new.key personal.key

            EXIT STATUS
              0 done, 1 the hub has to be stopped first or the state cannot be written, 2 wrong usage or configuration, or no key.
            """)

    @Option(help: "The file with the new key.") var toFile: String?
    @Option(help: "The environment's variable with the new key.") var toEnv: String?
    @OptionGroup var place: HubPlace

    func validate() throws {
        guard (toFile == nil) != (toEnv == nil) else {
            throw ValidationError("give the new key by --to-file or by --to-env, one of them")
        }
    }

    func run() async throws {
        let new = try newKey()
        try await refusing {
            let (people, old) = try PeopleFiles.sealable(place.config, opening: new)
            // An earlier run may have been cut off between two files.
            let either = new.opening(alsoOf: old)
            let folder = try stateWithBrowsers(place.state ?? people.settings.state)
            let changed = try people.change(opened: either, opening: new) {
                try $0.sealed(with: new, insteadOf: either)
            }
            try people.changeSubscriptions { list in
                try list.seal(with: new, insteadOf: either)
                return true
            }
            if let folder {
                let browsers = try await HubService.reseal(with: new, insteadOf: either, in: folder)
                Line.out("\(browsers.sealed) browsers that people have subscribed sealed with the new key.")
                if browsers.shut > 0 {
                    Line.error("\(browsers.shut) more open with neither key, and stay as they are.")
                }
            }
            Line.out(
                "\(changed?.fields ?? 0) fields sealed with the new key; put it where hub.yaml looks for it, and reload."
            )
        }
    }

    /// The hub's state, in which no hub starts before this is let go of; `nil` if nobody has subscribed a browser.
    ///
    /// - Throws: ``StartError`` if a hub works on it.
    private func stateWithBrowsers(_ state: String) throws -> StateFolder? {
        guard FileManager.default.fileExists(atPath: state + "/notify.sqlite") else { return nil }
        let folder = try? StateFolder(state)
        let database = try NotifyDatabase(reading: state + "/notify.sqlite")
        let count = try database.choices().map(\.browsers.count).reduce(0, +)
        try database.close()
        guard count > 0 else { return nil }
        guard let folder else {
            throw StartError(
                "\(count) browsers that people have subscribed rest in '\(state)', where a hub works: stop the hub first, "
                    + "and start it when the new key is in its place; nothing is changed")
        }
        try folder.refuseToLockOut()
        return folder
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
