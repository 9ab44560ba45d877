public import Rules

/// The one writer of a state folder's alert log.
///
///     let writer = try LogWriter(folder: "state")
///     let owed = try store.logRecords(after: writer.lastSource(of: "hub"))
///     let appended = try writer.append(owed.map { (LogSource(database: "hub", sequence: $0.id), $0.record) })
///
/// It blocks while it writes, and belongs to whoever made it. What it has returned from ``append(_:)`` is safe. What it
/// threw on may be given again: the file is then as it was before, and records that are in it already are passed over.
public final class LogWriter {
    /// How large a file grows before the next is begun, unless told otherwise: 64 MiB, which is read in a second.
    public static let fileBytesMaxDefault: Int64 = 64 * 1024 * 1024

    /// What was found when the log was opened.
    public let opening: Opening

    private let folder: LogFolder
    private let fileBytesMax: Int64
    private let writing: LogWriting
    /// Held, and with it the lock on the folder, as long as this lives.
    private let lock: LogFile
    private var file: LogFile
    /// What the log holds.
    private var tip: LogHead
    /// What the anchor says that it holds.
    private var anchored: LogHead?
    /// Bytes beyond the tip may stand in the file.
    private var isUnclean = false

    /// Opens the log, or begins one. Throws if the folder is absent, cannot be written, or has another writer.
    public convenience init(
        folder path: String, fileBytesMax: Int64 = LogWriter.fileBytesMaxDefault
    ) throws(LogError) {
        try self.init(folder: path, fileBytesMax: fileBytesMax, writing: LogWriting())
    }

    init(folder path: String, fileBytesMax: Int64, writing: LogWriting) throws(LogError) {
        folder = LogFolder(path: path)
        lock = try LogFile.reading(path)
        guard try lock.lock() else { throw LogError(path: path, reason: .alreadyWritten) }
        let recovery = try LogRecovery(folder)
        file = recovery.file
        tip = recovery.tip
        opening = recovery.opening
        self.fileBytesMax = fileBytesMax
        self.writing = writing
        // Before the first line, so that a log without an anchor is never the work of a crash.
        if let problem = moveAnchor() { throw problem }
    }

    /// The sequence of the last record of a database that is in the log; 0 if there is none.
    public func lastSource(of database: String) -> Int64 {
        tip.sources[database, default: 0]
    }

    /// The last line's `seq`, 0 if there is none, and its hash: what somebody else may keep as a witness.
    public var last: (sequence: Int64, hash: String) { (tip.seq, tip.hash) }

    /// What ``append(_:)`` did.
    public struct Appended: Sendable {
        /// How many lines it wrote; records that the log held already are not among them.
        public var count: Int
        /// What it could not do now and will try again next time: begin a new file, move the anchor. No line depends
        /// on it.
        public var postponed: [LogError]
    }

    /// Appends a line for each record, in their order, with one write and one sync.
    ///
    /// The records of a database must come with rising sequences. Throws if they could not be made safe; none of them
    /// is in the log then.
    public func append(_ records: [(source: LogSource, record: LogRecord)]) throws(LogError) -> Appended {
        var next = tip
        var lines: [UInt8] = []
        for (source, record) in records where source.sequence > next.sources[source.database, default: 0] {
            let line = LogLine.written(record, from: source, sequence: next.seq + 1, after: next.hash)
            lines += line.bytes
            next.seq += 1
            next.hash = line.hash
            next.sources[source.database] = source.sequence
        }
        var postponed: [LogError] = []
        let count = Int(next.seq - tip.seq)
        if count > 0 {
            try withdraw()
            if tip.bytes > 0, tip.bytes + Int64(lines.count) > fileBytesMax {
                do { try beginFile() } catch { postponed.append(error) }
            }
            next.bytes = tip.bytes + Int64(lines.count)
            try write(lines)
            tip = next
        }
        if let problem = moveAnchor() { postponed.append(problem) }
        return Appended(count: count, postponed: postponed)
    }

    private func write(_ lines: [UInt8]) throws(LogError) {
        isUnclean = true
        do {
            try writing.all(lines, to: file)
            try file.synchronise()
        } catch {
            // If it cannot be withdrawn now, the next append does it before anything else.
            do { try withdraw() } catch {}
            throw error
        }
        isUnclean = false
    }

    /// Takes out what a failed write left behind.
    private func withdraw() throws(LogError) {
        guard isUnclean else { return }
        try file.truncate(to: tip.bytes)
        isUnclean = false
    }

    /// Keeps the full file under its number and goes on in an empty one. There is a file named `alerts.jsonl` throughout.
    private func beginFile() throws(LogError) {
        let fresh = try LogFile.appending(folder.coming, emptied: true)
        let first = try LogRecovery.firstSequence(in: file) ?? tip.seq
        try LogFile.link(folder.active, as: folder.segment(first: first))
        try LogFile.rename(folder.coming, to: folder.active)
        file = fresh
        tip.bytes = 0
        try LogFile.synchronise(folder: folder.path)
        if let problem = moveAnchor() { throw problem }
    }

    private func moveAnchor() -> LogError? {
        guard anchored != tip else { return nil }
        do {
            try tip.write(in: folder, by: writing)
            anchored = tip
            return nil
        } catch {
            return error
        }
    }
}
