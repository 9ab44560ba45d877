import Notify
public import Registry
import Store

/// What became of the browsers that people have subscribed, when the key was changed.
public struct RekeyedBrowsers: Hashable, Sendable {
    public var sealed = 0
    /// Neither key opens them; they stay as they were.
    public var shut = 0
}

extension HubService {
    /// Seals the browsers that people have subscribed with another key, while no hub works on a state folder.
    ///
    /// - Parameter old: what opens them.
    /// - Throws: if the database cannot be read or written; then nothing is changed.
    public static func reseal(
        with new: PersonalSeal, insteadOf old: PersonalSeal, in state: StateFolder
    ) async throws -> RekeyedBrowsers {
        let database = try NotifyDatabase(path: state.notifyDatabase)
        var done = RekeyedBrowsers()
        var all = try database.choices()
        for person in all.indices {
            let owner = all[person].resident
            for index in all[person].browsers.indices {
                guard let plain = try? old.open(all[person].browsers[index].subscription, of: owner, as: sealedField)
                else {
                    done.shut += 1
                    continue
                }
                all[person].browsers[index].subscription = try new.seal(plain, of: owner, as: sealedField)
                done.sealed += 1
            }
        }
        var batch = NotifyBatch()
        for choices in all where !choices.browsers.isEmpty { batch.choices[choices.resident] = choices }
        try await database.write(batch)
        try database.close()
        return done
    }
}
