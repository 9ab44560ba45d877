import Foundation
import Glibc

/// A command as a child that inherits nothing but its three streams; Foundation's `Process` may leak descriptors to
/// children that are started at the same time, and then nobody sees the end of a stream.
final class ChildProcess: Sendable {
    let output = Trail<String>()
    let errors = Trail<String>()
    /// Its exit code, or minus the signal that ended it, after all that it has said.
    let end = Trail<Int32>()
    let processID: pid_t
    /// Closed by ``feed(_:)``, and at the end at the latest.
    private let input: FileHandle

    init(_ command: [String]) throws {
        let (inputRead, inputWrite) = try Self.pipe()
        let (outputRead, outputWrite) = try Self.pipe()
        let (errorsRead, errorsWrite) = try Self.pipe()
        processID = try Self.spawn(command, [inputRead, outputWrite, errorsWrite])
        for descriptor in [inputRead, outputWrite, errorsWrite] { close(descriptor) }
        input = FileHandle(fileDescriptor: inputWrite, closeOnDealloc: true)
        Thread.detachNewThread { [output, errors, end, processID] in
            let reading = DispatchGroup()
            for (descriptor, trail) in [(outputRead, output), (errorsRead, errors)] {
                reading.enter()
                Thread.detachNewThread {
                    Self.read(descriptor, into: trail)
                    reading.leave()
                }
            }
            reading.wait()
            var status: Int32 = 0
            while waitpid(processID, &status, 0) < 0, errno == EINTR {}
            end.append(status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f))
        }
    }

    deinit { send(SIGKILL) }

    func send(_ signal: Int32) {
        if end.count == 0 { Glibc.kill(processID, signal) }
    }

    /// Gives it all of its standard input.
    func feed(_ text: String) {
        Thread.detachNewThread { [input] in
            // A command that does not want it may be gone already.
            if !text.isEmpty { try? input.write(contentsOf: Data(text.utf8)) }
            try? input.close()
        }
    }

    private static func read(_ descriptor: Int32, into trail: Trail<String>) {
        var rest: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = Glibc.read(descriptor, &buffer, buffer.count), count > 0 {
            rest += buffer[..<count]
            while let newline = rest.firstIndex(of: 10) {
                trail.append(String(decoding: rest[..<newline], as: UTF8.self))
                rest.removeSubrange(...newline)
            }
        }
        if !rest.isEmpty { trail.append(String(decoding: rest, as: UTF8.self)) }
        close(descriptor)
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw Missing("no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(_ command: [String], _ streams: [Int32]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, stream) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, stream, Int32(target))
        }
        // Those that are not open do no harm.
        for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        defer { arguments.forEach { free($0) } }
        arguments.append(nil)
        var process: pid_t = 0
        guard posix_spawnp(&process, command[0], &actions, nil, arguments, environ) == 0 else {
            throw Missing("\(command[0]) cannot be started")
        }
        return process
    }
}
