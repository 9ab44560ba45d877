import Foundation
import Glibc

/// The folder of the databases and the alert log, held by one hub at a time.
public final class StateFolder: Sendable {
    public let path: String
    /// Held open, and so locked, as long as this object lives: the kernel lets go of it even after a SIGKILL.
    private let descriptor: Int32

    public var hubDatabase: String { path + "/hub.sqlite" }
    public var notifyDatabase: String { path + "/notify.sqlite" }
    var answerKey: String { path + "/answers.key" }
    public var broker: String { path + "/broker" }

    /// Creates the folder if there is none, and takes it over.
    ///
    /// - Throws: if it cannot be created, or another hub holds it.
    public init(_ path: String) throws(StartError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StartError("the state folder \(path) cannot be made: \(error.localizedDescription)")
        }
        let lock = path + "/hub.lock"
        descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StartError("\(lock) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let owner = (try? String(contentsOfFile: lock, encoding: .utf8)) ?? ""
            close(descriptor)
            let process = owner.trimmingCharacters(in: .whitespacesAndNewlines)
            throw StartError(
                "another hub (process \(process.isEmpty ? "unknown" : process)) works on the state folder \(path); "
                    + "stop it, or give this one a folder of its own with --state")
        }
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    deinit { close(descriptor) }

    /// Renames a database that nobody has open, with what SQLite keeps beside it, so that a new one may be begun.
    ///
    /// - Returns: its new name in the folder, such as `notify-1f09c3aa.sqlite`.
    func setAside(_ database: String, as name: String) throws -> String {
        for suffix in ["-wal", "-shm", ""] where FileManager.default.fileExists(atPath: database + suffix) {
            try FileManager.default.moveItem(atPath: database + suffix, toPath: "\(path)/\(name).sqlite\(suffix)")
        }
        return name + ".sqlite"
    }
}

/// Why the hub could not start, and what to do about it.
public struct StartError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
}
