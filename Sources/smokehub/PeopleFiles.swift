import Foundation
import Hub
import Notify
import Registry

/// The files in which people's data rest: `residents.csv`, and the browsers' subscriptions where there are any.
struct PeopleFiles {
    let settings: HubSettings
    var residents: String { settings.folder + "/residents.csv" }
    var subscriptions: String? { settings.channels.webpush.subscriptionsFile }

    init(_ settings: HubSettings) { self.settings = settings }

    /// - Parameter other: a key that may have sealed some of them, too.
    /// - Throws: every mistake in hub.yaml, or that it names no key.
    static func sealable(
        _ config: String, opening other: PersonalSeal? = nil
    ) throws -> (files: PeopleFiles, seal: PersonalSeal) {
        let files = PeopleFiles(try HubSettings.load(path: config, opening: other))
        guard let seal = files.settings.personalData.seal else {
            throw ConfigErrors([
                ConfigError(
                    file: files.settings.folder + "/hub.yaml", line: 0, column: 0, problem: "there is no key",
                    mend: "make one with 'openssl rand -base64 32', and name its place: "
                        + "personal-data: {key: {file: path}} or {key: {env: NAME}}")
            ])
        }
        return (files, seal)
    }

    /// What stands in plain text.
    func plain() throws -> (fields: Int, subscriptions: Int) {
        let file = try ResidentsFile(try ConfigFile.read(residents))
        let others = try subscriptions.map { try PushSubscriptionsFile(try ConfigFile.read($0).text).plain }
        return (file.plainFields, others ?? 0)
    }

    /// Changes `residents.csv` in one step, if the same people stand in it afterwards, those who are left out excepted.
    ///
    /// - Parameters:
    ///   - former: what opens the file as it is, if not the key in hub.yaml; - seal: what opens the new file;
    ///   - change: `nil` leaves it as it is.
    /// - Throws: every mistake in the estate's files, as they are or as they would be.
    func change(
        opened former: PersonalSeal? = nil, opening seal: PersonalSeal?,
        _ change: (ResidentsFile) throws -> ResidentsFile.Changed?
    ) throws -> ResidentsFile.Changed? {
        var done: ResidentsFile.Changed?
        try ConfigFile.replace(residents) { file in
            guard let changed = try change(try ResidentsFile(file)) else { return nil }
            let before = try people(file, former ?? settings.personalData.seal)
                .filter { changed.removed[$0.id] == nil }
            let after = try people(ConfigFile(name: file.name, text: changed.text), seal)
            guard before == after else {
                throw file.mistake("it would not say the same afterwards", mend: "report this; it is left as it was")
            }
            done = changed
            return changed.text
        }
        return done
    }

    private func people(_ file: ConfigFile, _ seal: PersonalSeal?) throws -> [Resident] {
        try EstateRegistry(
            estate: try ConfigFile.read(settings.folder + "/estate.yaml"),
            devices: try ConfigFile.read(settings.folder + "/devices.csv"), residents: file, seal: seal
        ).residents
    }

    /// Changes the subscriptions in one step.
    ///
    /// - Parameter change: returns whether anything was changed.
    func changeSubscriptions(_ change: (inout PushSubscriptionsFile) throws -> Bool) throws {
        guard let subscriptions else { return }
        try ConfigFile.replace(subscriptions) { file in
            var list = try PushSubscriptionsFile(file.text)
            return try change(&list) ? try list.written() : nil
        }
    }
}
