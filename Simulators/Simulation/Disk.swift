import Registry
import Rules
import Store

/// The process is gone, in the middle of what it did.
struct Crash: Error {}

/// The hub's disk: the real store behind a border at which a commit may throw, or be the last thing that a process does.
final class Disk {
    private(set) var hub: HubDatabase
    private(set) var outbox: NotifyDatabase
    private let folder: String?
    var mood = Mood.sound
    /// The next commit is the process's last deed.
    var crash: CrashPoint?
    private(set) var commits = 0
    private(set) var writes = 0

    /// A full disk takes nothing; a database that somebody else holds takes nothing, beside another that does.
    enum Mood { case sound, full, hubLocked, outboxLocked }
    enum CrashPoint { case before, after }

    /// - Parameter folder: where the files lie; `nil` for databases in memory, which outlive their process all the same.
    init(folder: String? = nil) throws {
        self.folder = folder
        hub = try folder.map { try HubDatabase(path: $0 + "/hub.sqlite") } ?? HubDatabase.inMemory()
        outbox = try folder.map { try NotifyDatabase(path: $0 + "/notify.sqlite") } ?? NotifyDatabase.inMemory()
    }

    /// As a new process finds it.
    func reopen() throws {
        guard let folder else { return }
        try outbox.close()
        hub = try HubDatabase(path: folder + "/hub.sqlite")
        outbox = try NotifyDatabase(path: folder + "/notify.sqlite")
    }

    func commit(_ commit: HubDatabase.Commit) throws -> Int64 {
        if crash == .before { throw Crash() }
        if mood == .full || mood == .hubLocked { throw StoreError(.disk, "writing hub.sqlite: simulated") }
        let last = try hub.commit(commit)
        commits += 1
        if crash == .after { throw Crash() }
        return last
    }

    func write(_ batch: NotifyBatch) throws {
        if crash == .before { throw Crash() }
        if mood == .full || mood == .outboxLocked { throw StoreError(.disk, "writing notify.sqlite: simulated") }
        try outbox.writeAtOnce(batch)
        writes += 1
        if crash == .after { throw Crash() }
    }
}
