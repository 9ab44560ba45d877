import Foundation
import Synchronization

/// A server as a child that inherits nothing but its streams: Foundation's `Process` may leak what other tests open at the
/// same time, whose far ends then never see its end, and hands on the signals that its thread lets through.
final class ServerProcess: Sendable {
    /// What it says on standard output and error.
    let lines: AsyncStream<String>
    private let processID: pid_t
    private let isStopped = Atomic(false)

    struct CannotStart: Error {
        var said: String
    }

    init(_ command: [String]) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw CannotStart(said: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        processID = try Self.spawn(command, said: ends[1])
        let (lines, said) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        let reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        Thread {
            var rest = Data()
            while case let part = reading.availableData, !part.isEmpty {
                rest += part
                while let end = rest.firstIndex(of: 0x0A) {
                    said.yield(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                    rest = Data(rest[rest.index(after: end)...])
                }
            }
            said.finish()
        }.start()
    }

    private static func spawn(_ command: [String], said: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, said, 1)
        posix_spawn_file_actions_adddup2(&actions, said, 2)
        // However many tests run at once. Those that are not open do no harm.
        let last = Int32(clamping: min(sysconf(Int32(_SC_OPEN_MAX)), 65_536))
        for descriptor in 3..<last { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        defer { arguments.forEach { free($0) } }
        arguments.append(nil)
        var process: pid_t = 0
        guard posix_spawnp(&process, command[0], &actions, nil, arguments, environ) == 0 else {
            throw CannotStart(said: "\(command[0]) cannot be started")
        }
        return process
    }

    /// Ends it, as only this signal does for sure: a child of a thread of the concurrency pool blocks the milder ones.
    func stop() {
        // A second time, the number may be another process's.
        guard !isStopped.exchange(true, ordering: .relaxed) else { return }
        kill(processID, SIGKILL)
        while waitpid(processID, nil, 0) < 0, errno == EINTR {}
    }
}
