public import Registry

/// From where somebody wants to see the log. Where both are given, the later place counts.
public struct LogBeginning: Hashable, Sendable {
    /// So many lines before the end, counting only those that pass the filter.
    public var last: Int?
    /// The first line of this moment or later, and all that were logged after it.
    public var since: Instant?

    public init(last: Int? = nil, since: Instant? = nil) {
        self.last = last
        self.since = since
    }

    public static let first = LogBeginning()
}

extension LogBeginning {
    /// A place in the log, and the last `seq` before it as far as it is known.
    struct Position {
        var file: LogFile
        var offset: Int64
        var sequenceBefore: Int64 = 0
    }

    /// Finds the place. `nil` if there is no file yet.
    func position(in folder: LogFolder, passing filter: LogFilter) throws(LogError) -> Position? {
        var files: [LogFile] = []
        for segment in try folder.segments() { files.append(try LogFile.reading(segment.path)) }
        if let active = try LogFile.readingIfPresent(folder.active) {
            if try files.last?.identity() != active.identity() { files.append(active) }
        }
        guard let oldest = files.first else { return nil }
        var earliest = (file: 0, position: Position(file: oldest, offset: 0))
        if let since { earliest = try first(since: since, in: files) }
        guard let last else { return earliest.position }
        return try self.last(last, in: files, notBefore: earliest, passing: filter)
    }

    private typealias Found = (file: Int, position: Position)

    /// Moments need not rise from line to line, so every line is looked at, though only its beginning.
    private func first(since: Instant, in files: [LogFile]) throws(LogError) -> Found {
        var end: Found = (0, Position(file: files[0], offset: 0))
        var before: Int64 = 0
        for (index, file) in files.enumerated() {
            var reader = LineReader(file)
            end = (index, Position(file: file, offset: 0, sequenceBefore: before))
            while let bytes = try reader.next() {
                if let beginning = LogLine.beginning(of: bytes) {
                    if beginning.at >= since { return end }
                    before = beginning.sequence
                }
                end.position = Position(file: file, offset: reader.offset, sequenceBefore: before)
            }
        }
        return end
    }

    private func last(
        _ count: Int, in files: [LogFile], notBefore earliest: Found, passing filter: LogFilter
    ) throws(LogError) -> Position? {
        var found: Position?
        var wanted = count
        for index in files.indices.reversed() where index >= earliest.file {
            var reader = try BackwardLineReader(files[index])
            while let (offset, bytes) = try reader.next() {
                if found == nil { found = end(after: bytes, at: offset, in: files[index]) }
                guard wanted > 0 else { return found }
                if index == earliest.file, offset < earliest.position.offset { return found ?? earliest.position }
                guard filter.passes(LogEntry(bytes)) else { continue }
                wanted -= 1
                let sequence = LogLine.beginning(of: bytes)?.sequence ?? 1
                found = Position(file: files[index], offset: offset, sequenceBefore: sequence - 1)
            }
        }
        return wanted > 0 ? earliest.position : found
    }

    private func end(after bytes: [UInt8], at offset: Int64, in file: LogFile) -> Position {
        let sequence = LogLine.beginning(of: bytes)?.sequence ?? 0
        return Position(file: file, offset: offset + Int64(bytes.count) + 1, sequenceBefore: sequence)
    }
}
