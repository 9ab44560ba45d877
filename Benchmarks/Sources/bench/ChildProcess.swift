import Foundation
import Glibc
import Synchronization

/// A child process: its lines with the time at which they came, and what it has used. It ends with ours.
final class ChildProcess: Sendable {
    struct Line: Sendable {
        var text: String
        var at: ContinuousClock.Instant
    }

    let name: String
    private let process: Process
    private let lines = Mutex<[Line]>([])

    /// Standard output and standard error are one stream of lines.
    init(_ executable: String, _ arguments: [String]) throws {
        name = URL(filePath: executable).lastPathComponent
        process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments = ["--pdeathsig", "KILL", "--", executable] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        Thread { [weak self] in
            var rest = Data()
            while true {
                let bytes = pipe.fileHandleForReading.availableData
                let now = ContinuousClock.now
                if bytes.isEmpty { return }
                rest.append(bytes)
                while let end = rest.firstIndex(of: 10) {
                    let text = String(decoding: rest[..<end], as: UTF8.self)
                    self?.lines.withLock { $0.append(Line(text: text, at: now)) }
                    rest = Data(rest[(end + 1)...])
                }
            }
        }.start()
    }

    var said: String { lines.withLock { $0.map(\.text).joined(separator: "\n") } }

    /// The first line with a text in it, as soon as there is one.
    func line(containing text: String, within time: Duration = .seconds(60)) throws -> Line {
        try wait("\(name) to say '\(text)'", within: time) {
            if let line = lines(containing: text).first { return line }
            guard !process.isRunning else { return nil }
            // What it said last may still be on its way.
            usleep(300_000)
            guard let line = lines(containing: text).first else { throw Failure("\(name) ended:\n\(said)") }
            return line
        }
    }

    func lines(containing text: String) -> [Line] { lines.withLock { $0.filter { $0.text.contains(text) } } }

    /// Waits for its end.
    func finish(within time: Duration = .seconds(120)) throws {
        try wait("the end of \(name)", within: time) { process.isRunning ? nil : () }
        guard process.terminationStatus == 0 else { throw Failure("\(name) failed:\n\(said)") }
    }

    func stop() throws {
        process.terminate()
        try wait("the end of \(name)", within: .seconds(30)) { process.isRunning ? nil : () }
    }

    /// Ends it with SIGKILL, so that it can finish nothing.
    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// User and system time so far, in seconds.
    func cpuSeconds() throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
        // Fields 14 and 15, counted behind the name, which may hold anything.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw Failure("no times of \(name) in /proc")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// A figure of /proc/<process>/status in KiB: `VmHWM` or `VmRSS`.
    func kibibytes(_ field: String) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(field + ":") }),
            let number = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
        else { throw Failure("no \(field) of \(name) in /proc") }
        return number
    }
}

/// Looks every half millisecond until there is a value.
func wait<Value>(_ what: String, within time: Duration, _ look: () throws -> Value?) throws -> Value {
    let deadline = ContinuousClock.now + time
    while true {
        if let value = try look() { return value }
        guard ContinuousClock.now < deadline else { throw Failure("waited in vain for \(what)") }
        usleep(500)
    }
}
