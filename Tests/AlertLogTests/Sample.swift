import FoundationEssentials
import Registry
import Rules

@testable import AlertLog

/// A state folder of one test, taken away with it.
final class StateFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/alertlog-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { /* The test has moved it away itself. */  }
    }

    var log: String { path + "/alerts.jsonl" }
    var head: String { path + "/alerts.head" }

    func read(_ file: String? = nil) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: file ?? log)), as: UTF8.self)
    }

    func write(_ text: String, to file: String? = nil) throws {
        try Data(text.utf8).write(to: URL(filePath: file ?? log))
    }

    func lines(_ file: String? = nil) throws -> [String] {
        try read(file).split(separator: "\n").map(String.init)
    }

    func write(lines: [String], to file: String? = nil) throws {
        try write(lines.map { $0 + "\n" }.joined(), to: file)
    }

    func remove(_ file: String) throws {
        try FileManager.default.removeItem(atPath: file)
    }

    /// The names of the full files, oldest first.
    func segments() throws -> [String] {
        try LogFolder(path: path).segments().map(\.path)
    }

    func verdict() throws -> LogVerdict {
        try LogVerifier(folder: path).verify()
    }

    /// Writes records 1 to `count` of the hub, each with an append of its own, and closes the log.
    func fill(_ count: Int64, fileBytesMax: Int64 = LogWriter.fileBytesMaxDefault) throws {
        let writer = try LogWriter(folder: path, fileBytesMax: fileBytesMax)
        for sequence in 1...count { _ = try writer.append([Owing.hub(sequence)]) }
    }
}

/// 2026-11-22T15:45:37.123Z, and so many seconds later.
func moment(_ seconds: Int64 = 0) -> Instant {
    Instant(milliseconds: 1_795_362_337_123 + seconds * 1000)
}

extension LogRecord {
    static func sample(
        _ number: Int64 = 1, level: Level = .alarm, place: Place? = Place(block: "a", floor: "12", flat: "C"),
        exercise: String? = nil, text: Text? = nil, details: [String: String] = [:]
    ) -> LogRecord {
        LogRecord(
            at: moment(number), event: .signal, level: level, estate: "demo", place: place, device: "sm-12c",
            incident: "a-fire-7", stage: .investigate, exercise: exercise,
            text: text ?? Text("Smoke in 12C, number \(number).", "12C 有煙，第 \(number) 次。"), details: details)
    }
}

typealias Owed = (source: LogSource, record: LogRecord)

/// What the databases owe the log.
enum Owing {
    static func hub(_ sequence: Int64, _ record: LogRecord? = nil) -> Owed {
        (LogSource(database: "hub", sequence: sequence), record ?? .sample(sequence))
    }

    static func notify(_ sequence: Int64) -> Owed {
        (LogSource(database: "notify", sequence: sequence), .sample(sequence))
    }
}
