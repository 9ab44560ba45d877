import CMosquitto
import Glibc
import Synchronization

/// A child process, between the thread that runs it and those that want it to end.
final class Child: Sendable {
    private let log: String
    private let state = Mutex(State.starting)
    private let started: Wakeup
    private let ended: Wakeup

    private enum State {
        case starting
        case running(pid_t)
        case ended(String)
    }

    /// What it says is appended to the file `log`.
    init(log: String) throws(MQTTError) {
        self.log = log
        started = try Wakeup()
        ended = try Wakeup()
    }

    /// Starts the command and waits for its end, on the thread that calls; returns how it ended.
    func run(_ command: [String]) -> String {
        var end: String
        switch spawn(command) {
        case .failure(let failed):
            end = "\(command[0]): \(systemText(failed.code))"
            state.withLock { $0 = .ended(end) }
        case .success(let process):
            state.withLock { $0 = .running(process) }
            started.signal()
            var information = siginfo_t()
            // Not reaped before the lock is held: whoever finds it running may still signal this process and no other.
            while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            end = state.withLock { state in
                var status: Int32 = 0
                waitpid(process, &status, 0)
                let text = Self.text(status) + Self.tail(of: log)
                state = .ended(text)
                return text
            }
        }
        started.signal()
        ended.signal()
        return end
    }

    /// 0 when it could not be started.
    func waitForStart() -> pid_t {
        while true {
            if let process: pid_t = state.withLock({
                switch $0 {
                case .starting: nil
                case .running(let process): process
                case .ended: 0
                }
            }) {
                return process
            }
            wait(for: started, atMost: .seconds(3600))
        }
    }

    /// How it ended, if it does so in that time.
    func endText(within time: Duration) -> String? {
        wait(for: ended, atMost: time)
        return state.withLock { if case .ended(let text) = $0 { text } else { nil } }
    }

    /// Signals it and waits for its end; after ten seconds it is killed.
    func end(with signal: Int32) {
        send(signal)
        if endText(within: .seconds(10)) != nil { return }
        send(SIGKILL)
        _ = endText(within: .seconds(3600))
    }

    private func send(_ signal: Int32) {
        state.withLock { if case .running(let process) = $0 { kill(process, signal) } }
    }

    private func wait(for wakeup: Wakeup, atMost time: Duration) {
        var interests = [pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)]
        pollReady(&interests, for: time)
    }

    private struct Failed: Error { let code: Int32 }

    private func spawn(_ command: [String]) -> Result<pid_t, Failed> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // libmosquitto's sockets are not close-on-exec: inherited, they would stay open after we closed them.
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        // Of its own group, so that Ctrl-C at the terminal ends us and leaves it to us to end the child.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        defer { arguments.forEach { free($0) } }
        arguments.append(nil)
        var process: pid_t = 0
        let code = posix_spawn(&process, command[0], &actions, &attributes, arguments, environ)
        return code == 0 ? .success(process) : .failure(Failed(code: code))
    }

    private static func text(_ status: Int32) -> String {
        let signal = status & 0x7f
        return signal == 0 ? "it ended with code \((status >> 8) & 0xff)" : "it was ended by signal \(signal)"
    }

    /// What it said last.
    private static func tail(of log: String) -> String {
        guard let text = readFile(log), let last = text.split(separator: "\n").last(where: { $0.contains("rror") })
        else { return "" }
        return ": \(last)"
    }
}

/// `nil` when it cannot be read; bytes that are not UTF-8 appear as U+FFFD.
package func readFile(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 { bytes += buffer[..<count] } else { break }
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// Replaces the file; throws ``MQTTError`` with `.brokerFailed` when that fails.
package func writeFile(_ path: String, _ text: String) throws(MQTTError) {
    let bytes = Array(text.utf8)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    let written = descriptor < 0 ? -1 : write(descriptor, bytes, bytes.count)
    let number = errno
    if descriptor >= 0 { close(descriptor) }
    guard written == bytes.count else {
        throw MQTTError(broker: "", reason: .brokerFailed("cannot write '\(path)': \(systemText(number))"))
    }
}
