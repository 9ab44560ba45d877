/// Walks along a log line by line, from file to file, and can be asked again when there is more.
///
/// It survives what a running hub does to the files: growing, beginning a new one, withdrawing what it could not make
/// safe; and it begins at the top when somebody has put a new log in the place of the old.
struct LogCursor {
    private let folder: LogFolder
    private var reader: LineReader?
    /// The `seq` of the line that came last.
    private var sequence: Int64 = 0
    /// Lines up to here came already, before the hub withdrew them and wrote them again.
    private var passOver: Int64 = 0
    /// The file has got another name, so nothing is written to it any more.
    private var fileIsFull = false

    init(folder: LogFolder, at position: LogBeginning.Position?) {
        self.folder = folder
        reader = position.map { LineReader($0.file, from: $0.offset) }
        sequence = position?.sequenceBefore ?? 0
    }

    /// The next line without its newline; `nil` when there is none yet.
    mutating func next() throws(LogError) -> [UInt8]? {
        while true {
            if reader == nil {
                guard let file = try LogFile.readingIfPresent(folder.active) else { return nil }
                reader = LineReader(file)
            }
            while let bytes = try reader?.next() {
                guard let beginning = LogLine.beginning(of: bytes) else { return bytes }
                guard beginning.sequence > passOver else { continue }
                sequence = beginning.sequence
                return bytes
            }
            guard try findMore() else { return nil }
        }
    }

    /// At the end of a file: whether there is something to read elsewhere.
    private mutating func findMore() throws(LogError) -> Bool {
        guard let reader else { return false }
        let size = try reader.file.size()
        if size < reader.offset {
            passOver = size == 0 ? 0 : sequence
            self.reader = LineReader(reader.file)
            return true
        }
        guard let active = try LogFile.identity(of: folder.active) else { return false }
        guard try reader.file.identity() != active else { return false }
        // The last lines may have come after they were looked for and before the new name.
        if !fileIsFull {
            fileIsFull = true
            return true
        }
        guard let next = try file(after: reader.file) else { return false }
        self.reader = LineReader(next)
        fileIsFull = false
        passOver = 0
        return true
    }

    private func file(after file: LogFile) throws(LogError) -> LogFile? {
        let first = try LogRecovery.firstSequence(in: file) ?? 0
        if let next = try folder.segments().first(where: { $0.first > first }) {
            return try LogFile.reading(next.path)
        }
        return try LogFile.readingIfPresent(folder.active)
    }
}
