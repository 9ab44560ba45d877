/// Reads a whole alert log and tells whether it is what the hub wrote. Holds one line at a time.
///
/// It finds every change by somebody who does not also recompute all hashes after it and the anchor; against that, keep
/// the last hash somewhere else. It may run while the hub writes.
public struct LogVerifier: Sendable {
    private let folder: LogFolder

    public init(folder path: String) {
        folder = LogFolder(path: path)
    }

    /// Throws if the log cannot be read, or if there is none.
    public func verify() throws(LogError) -> LogVerdict {
        guard try folder.hasLog() else { throw LogError(path: folder.path, reason: .noLog) }
        // In this order, so that what the hub writes or rotates meanwhile is never taken for damage.
        let head: LogHead?
        do {
            head = try LogHead.read(in: folder)
        } catch LogError(path: folder.head, reason: .unreadableHead) {
            return .broken(LogFault(file: folder.head, line: 0, kind: .anchorChanged))
        }
        let active = try LogFile.readingIfPresent(folder.active)
        let segments = try folder.segments()
        var walk = LogWalk(head: head)
        for segment in segments {
            let file = try LogFile.reading(segment.path)
            if let fault = try walk.read(file) ?? walk.end(of: file) { return .broken(fault) }
            if try file.identity() == active?.identity() { return finish(walk, in: segment.path, head) }
        }
        guard let active else { return finish(walk, in: segments.last?.path ?? folder.active, head) }
        if let fault = try walk.read(active) { return .broken(fault) }
        return finish(walk, in: folder.active, head)
    }

    private func finish(_ walk: LogWalk, in path: String, _ head: LogHead?) -> LogVerdict {
        // The anchor is written before the first line, so only a log without lines may lack it.
        guard let head = head ?? (walk.sequence == 0 ? LogHead() : nil) else {
            return .broken(LogFault(file: folder.head, line: 0, kind: .anchorLost))
        }
        guard walk.sequence >= head.seq else {
            let cut = LogFault.Kind.cut(walk.sequence + 1...head.seq)
            return .broken(LogFault(file: path, line: walk.line, kind: cut))
        }
        return .whole(.init(lines: walk.sequence, hash: walk.hash, unfinished: walk.unfinished))
    }
}

/// How far a verification has come.
private struct LogWalk {
    let head: LogHead?
    private(set) var sequence: Int64 = 0
    private(set) var hash = LogSeal.genesis
    /// In the file that is being read.
    private(set) var line = 0
    private(set) var unfinished = 0

    init(head: LogHead?) { self.head = head }

    mutating func read(_ file: LogFile) throws(LogError) -> LogFault? {
        line = 0
        var reader = LineReader(file)
        while let bytes = try reader.next() {
            line += 1
            if let kind = take(bytes) { return LogFault(file: file.path, line: line, kind: kind) }
        }
        unfinished = reader.unfinished
        return nil
    }

    /// A full file ends with a newline.
    func end(of file: LogFile) -> LogFault? {
        unfinished > 0 ? LogFault(file: file.path, line: line + 1, kind: .changed) : nil
    }

    private mutating func take(_ bytes: [UInt8]) -> LogFault.Kind? {
        guard let intact = LogSeal.isIntact(bytes) else { return .unreadable }
        guard intact else { return .changed }
        guard let read = LogLine(bytes) else { return .unreadable }
        if read.sequence > sequence + 1 {
            return .removed(sequence + 1...read.sequence - 1)
        }
        guard read.sequence == sequence + 1 else { return .inserted(sequence: read.sequence) }
        guard read.previous == hash else { return .unchained }
        if let head, read.sequence == head.seq, read.hash != head.hash { return .rewritten }
        sequence = read.sequence
        hash = read.hash
        return nil
    }
}
