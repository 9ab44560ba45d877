import Foundation
import Glibc
import Synchronization

/// Somebody else's server that a test starts: all that it says, line by line, until it is stopped by its process id.
final class ServerProgram: Sendable {
    struct CannotStart: Error { var program: String }
    struct Ended: Error {
        var awaited: String
        var lines: [String]
    }

    private let process: pid_t
    private let output: Int32
    private let state = Mutex(State())

    private struct State {
        var lines: [String] = []
        var isEnded = false
        var waiters: [UInt64: @Sendable (borrowing [String], Bool) -> Bool] = [:]
        var nextWaiter: UInt64 = 0
    }

    init(_ command: [String]) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw CannotStart(program: command[0]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
        // Those that are not open do no harm.
        for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        // Swift's threads block signals, which a child would inherit.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        defer { arguments.forEach { free($0) } }
        arguments.append(nil)
        var started: pid_t = 0
        guard posix_spawn(&started, command[0], &actions, &attributes, arguments, environ) == 0 else {
            throw CannotStart(program: command[0])
        }
        close(ends[1])
        (process, output) = (started, ends[0])
        Thread { [self] in readAll() }.start()
    }

    /// The first line that contains a text, said already or to come.
    ///
    /// - Throws: ``Ended`` if the program ends without having said so.
    @discardableResult
    func line(containing text: String) async throws -> String {
        let found: String? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait { lines, isEnded in
                    let line = lines.first { $0.contains(text) }
                    guard line != nil || isEnded else { return false }
                    continuation.resume(returning: line)
                    return true
                }
            }
        } onCancel: {
            // A test whose time is over says what it was waiting for, and lets nobody else wait.
            kill(process, SIGKILL)
        }
        guard let found else { throw Ended(awaited: text, lines: state.withLock(\.lines)) }
        return found
    }

    /// Ends it, and returns when it has ended.
    func stop() {
        // Kannel takes seconds to end by itself, and nothing here is worth keeping.
        if !state.withLock(\.isEnded) { kill(process, SIGKILL) }
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    /// - Parameter isDone: asked now, and again after each line; once it has answered true, no more.
    private func wait(_ isDone: @escaping @Sendable (borrowing [String], Bool) -> Bool) {
        state.withLock { state in
            guard !isDone(state.lines, state.isEnded) else { return }
            state.waiters[state.nextWaiter] = isDone
            state.nextWaiter += 1
        }
    }

    private func change(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            for (id, isDone) in state.waiters where isDone(state.lines, state.isEnded) { state.waiters[id] = nil }
        }
    }

    private func readAll() {
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(output, &buffer, buffer.count), count > 0 {
            rest += buffer[..<count]
            while let newline = rest.firstIndex(of: 10) {
                let line = String(decoding: rest[..<newline], as: UTF8.self)
                rest.removeSubrange(...newline)
                change { $0.lines.append(line) }
            }
        }
        change { $0.isEnded = true }
        close(output)
    }
}
