import Devices
import Foundation
public import Registry
public import Store

/// One thing to be played.
public enum ReplayStep: Sendable {
    case entry(JournalEntry)
    case recorded(RecordedMessage)
    /// What was before the piece of a journal that follows.
    case beginning(JournalBeginning)
}

/// What is to be played, step after step: a hub's journal, an incident cut out of one, or a recording. What it is shows
/// in the file itself.
///
/// What cannot be read is said and passed over: the rest of the night counts all the same.
public final class ReplayInput {
    private let path: String
    private var source: Source
    /// What the decoders had been taught before the journal begins.
    private var lessons: ArraySlice<KeptLesson> = []
    private let complain: (String) -> Void
    /// The latest time of a recording, and whether its time has gone back behind it.
    private var latest: Instant?
    private var isBehind = false
    /// Lines that could not be read.
    public private(set) var unreadable = 0
    /// Messages, entries and commands.
    public private(set) var steps = 0
    private let decoder = JSONDecoder()

    private enum Source {
        case journal(HubDatabase, after: Int64, page: ArraySlice<(sequence: Int64, entry: JournalEntry)>)
        case lines(FileLines)
    }

    /// - Parameters:
    ///   - path: a file, or a state folder.
    ///   - complain: is told what cannot be read, and what is strange about time.
    /// - Throws: if it cannot be read.
    public init(_ path: String, complain: @escaping (String) -> Void) throws {
        self.path = path
        self.complain = complain
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if exists, isFolder.boolValue {
            source = .journal(try HubDatabase(reading: path + "/hub.sqlite"), after: 0, page: [])
        } else {
            let lines = try FileLines(path)
            source =
                lines.starts(with: Array("SQLite format 3\0".utf8))
                ? .journal(try HubDatabase(reading: path), after: 0, page: []) : .lines(lines)
        }
        try noteWhatWasPruned()
    }

    private func noteWhatWasPruned() throws {
        guard case .journal(let database, _, _) = source,
            let first = try database.journal(after: 0, limit: 1).first, first.sequence > 1
        else { return }
        complain(
            """
            \(path): the journal is whole from \(first.entry.at) on; what was older has been deleted. What was known \
            of devices before is not, and incidents are numbered from 1
            """)
        lessons = try database.lessons(before: first.entry.at)[...]
    }

    /// - Returns: `nil` at the end.
    /// - Throws: if the journal cannot be read.
    public func next() throws -> ReplayStep? {
        if let lesson = lessons.popFirst() { return .entry(JournalEntry(.taught(lesson), at: lesson.at)) }
        switch source {
        case .journal(let database, let last, var page):
            if page.isEmpty { page = try database.journal(after: last, limit: 1000)[...] }
            guard let (sequence, entry) = page.popFirst() else { return nil }
            source = .journal(database, after: sequence, page: page)
            steps += 1
            return .entry(entry)
        case .lines(let lines):
            while let line = try lines.next() {
                guard !line.isEmpty, let step = step(line, lines) else { continue }
                return step
            }
            return nil
        }
    }

    private func step(_ line: [UInt8], _ lines: FileLines) -> ReplayStep? {
        do {
            let json = try JSON(line)
            if json.member("tst", of: json.root) == nil {
                if let step = try piece(json, line) { return step }
            }
            let recorded = try RecordedMessage(json)
            steps += 1
            return .recorded(inOrder(recorded, lines.number))
        } catch {
            unreadable += 1
            let isCutOff = lines.isCutOff ? "the last line is cut off: " : ""
            complain("\(path):\(lines.number):1: \(isCutOff)\(error); the line is left out")
            return nil
        }
    }

    private func piece(_ json: JSON, _ line: [UInt8]) throws -> ReplayStep? {
        let names = ["beginning", "entry"]
        guard names.contains(where: { json.member($0, of: json.root) != nil }) else { return nil }
        let decoded: JournalPieceLine
        do {
            decoded = try decoder.decode(JournalPieceLine.self, from: Data(line))
        } catch {
            throw Malformed("this is no line of 'smokehub journal export' of this version")
        }
        if let beginning = decoded.beginning { return .beginning(beginning) }
        steps += 1
        return decoded.entry.map { .entry($0) }
    }

    /// A hub's clock never goes back, so neither does a recording's: what seems to be earlier is played at the latest
    /// time that there was.
    private func inOrder(_ recorded: RecordedMessage, _ line: Int) -> RecordedMessage {
        guard let latest, recorded.at < latest else {
            latest = recorded.at
            isBehind = false
            return recorded
        }
        if !isBehind {
            complain(
                """
                \(path):\(line):1: time goes back from \(latest) to \(recorded.at); what follows is played as at \
                \(latest) until the recording has come so far again
                """)
        }
        isBehind = true
        var recorded = recorded
        recorded.at = latest
        return recorded
    }
}
