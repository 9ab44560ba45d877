/// Finds where a log ends, and puts its end in order, before its writer goes on.
///
/// Usually the anchor says where, and only what was written after it is read. If the anchor does not fit the files, all
/// of them are read. Nothing that was acknowledged is ever taken out.
struct LogRecovery {
    let file: LogFile
    private(set) var tip = LogHead()
    private(set) var opening = LogWriter.Opening()
    private let folder: LogFolder

    init(_ folder: LogFolder) throws(LogError) {
        self.folder = folder
        try Self.finishRotation(in: folder)
        let isNew = try !folder.hasLog()
        file = try LogFile.appending(folder.active)
        if isNew {
            try LogFile.synchronise(folder: folder.path)
            return
        }
        let head = try readHead()
        if let head, try ends(at: head) {
            tip = head
        } else {
            try readAll()
            if let head { resume(after: head) } else { opening.anchorIsLost = tip.seq > 0 }
        }
        try takeUnanchored()
        try cutTorn()
    }

    /// A crash between the two steps of a rotation leaves one file with both names.
    private static func finishRotation(in folder: LogFolder) throws(LogError) {
        guard let active = try LogFile.identity(of: folder.active), let newest = try folder.segments().last,
            try LogFile.identity(of: newest.path) == active
        else { return }
        _ = try LogFile.appending(folder.coming, emptied: true)
        try LogFile.rename(folder.coming, to: folder.active)
        try LogFile.synchronise(folder: folder.path)
    }

    private mutating func readHead() throws(LogError) -> LogHead? {
        do {
            return try LogHead.read(in: folder)
        } catch LogError(path: folder.head, reason: .unreadableHead) {
            // Told in `opening`: what is to be logged now must not wait for somebody to look into it.
            return nil
        }
    }

    /// Whether the line that the anchor names stands where it says.
    private func ends(at head: LogHead) throws(LogError) -> Bool {
        guard head.bytes > 0 else {
            guard head.seq > 0 else { return true }
            guard let newest = try folder.segments().last else { return false }
            var lines = try BackwardLineReader(try LogFile.reading(newest.path))
            return try lines.next().flatMap { LogSeal.statedHash($0.bytes) } == head.hash
        }
        let line = Array("\(head.hash)\"}\n".utf8)
        guard head.bytes >= Int64(line.count) else { return false }
        return try file.bytes(at: head.bytes - Int64(line.count), count: line.count) == line
    }

    private mutating func readAll() throws(LogError) {
        for segment in try folder.segments() {
            try read(try LogFile.reading(segment.path))
        }
        tip.bytes = try read(file)
    }

    /// Returns where the last complete line ends.
    @discardableResult
    private mutating func read(_ file: LogFile) throws(LogError) -> Int64 {
        var reader = LineReader(file)
        while let bytes = try reader.next() {
            guard let line = LogLine(bytes) else { continue }
            tip.seq = line.sequence
            tip.hash = line.hash
            note(line.source)
        }
        return reader.offset
    }

    /// Goes on after the line that the anchor names even if it is gone, so that the gap stays to be seen for ever; its
    /// records are not in the log, and so are asked for again.
    private mutating func resume(after head: LogHead) {
        guard head.seq >= tip.seq else { return }
        if head.seq > tip.seq { opening.missing = tip.seq + 1...head.seq }
        tip.seq = head.seq
        tip.hash = head.hash
    }

    /// Takes what was written after the anchor, as far as it is sound.
    private mutating func takeUnanchored() throws(LogError) {
        var reader = LineReader(file, from: tip.bytes)
        while let bytes = try reader.next(), LogSeal.isIntact(bytes) == true, let line = LogLine(bytes),
            line.sequence == tip.seq + 1, line.previous == tip.hash
        {
            tip.seq = line.sequence
            tip.hash = line.hash
            tip.bytes = reader.offset
            note(line.source)
        }
    }

    /// Takes out what an interrupted write left behind the last sound line.
    private mutating func cutTorn() throws(LogError) {
        let size = try file.size()
        guard size > tip.bytes else { return }
        opening.cut = try file.bytes(at: tip.bytes, count: Int(min(size - tip.bytes, 1_048_576)))
        try file.truncate(to: tip.bytes)
        try file.synchronise()
    }

    private mutating func note(_ source: LogSource?) {
        guard let source else { return }
        tip.sources[source.database] = max(source.sequence, tip.sources[source.database, default: 0])
    }

    /// The `seq` of a file's first line; `nil` if it has none.
    static func firstSequence(in file: LogFile) throws(LogError) -> Int64? {
        var reader = LineReader(file)
        return try reader.next().flatMap { LogLine.beginning(of: $0)?.sequence }
    }
}

extension LogWriter {
    /// What was found when a log was opened; each is worth a trouble, except what a crash explains.
    public struct Opening: Hashable, Sendable {
        /// The beginning (at most 1 MiB) of what an interrupted write left at the end, which was never acknowledged and
        /// was taken out. A crash explains it. Empty if nothing.
        public var cut: [UInt8] = []
        /// Lines that the anchor knows and the log lacks: somebody, or the disk, has cut them off. Their records are
        /// asked for again, under new numbers.
        public var missing: ClosedRange<Int64>?
        /// The anchor was taken away or changed, so nobody can say whether lines are missing at the end.
        public var anchorIsLost = false

        /// Nothing to tell.
        public init() {}
    }
}
