/// What ``LogVerifier`` found.
public enum LogVerdict: Hashable, Sendable {
    case whole(Whole)
    case broken(LogFault)

    /// A log in which every line follows from the one before.
    public struct Whole: Hashable, Sendable {
        /// The last line's `seq`, which is also how many lines there are.
        public var lines: Int64
        /// The last line's hash. Whoever wrote it down earlier can tell that nothing before it was rewritten.
        public var hash: String
        /// Bytes of a line that was being written, or that a crash cut short; the hub completes it.
        public var unfinished: Int
    }

    /// One sentence for a person.
    public var sentence: String {
        switch self {
        case .broken(let fault): return fault.description
        case .whole(let whole):
            guard whole.lines > 0 else { return "The alert log is whole: nothing has been logged yet." }
            let lines = whole.lines == 1 ? "1 line" : "\(whole.lines) lines"
            let tail = whole.unfinished > 0 ? "; a line after it is unfinished, and the hub will complete it" : ""
            return "The alert log is whole: \(lines), the last with the hash \(whole.hash)\(tail)."
        }
    }
}

/// The first place at which an alert log is not what the hub wrote.
public struct LogFault: Hashable, Sendable, CustomStringConvertible {
    public var file: String
    /// From 1; 0 where the whole file is meant.
    public var line: Int
    public var kind: Kind

    public enum Kind: Hashable, Sendable {
        /// No line of this log at all.
        case unreadable
        /// The line is not the one of which its hash was made.
        case changed
        /// The line's `seq` comes too late: these are missing before it.
        case removed(ClosedRange<Int64>)
        /// The line's `seq` was there before.
        case inserted(sequence: Int64)
        /// The line is sound, but follows another than the one before it.
        case unchained
        /// The line is sound, but is not the one that the anchor knows under its `seq`.
        case rewritten
        /// These were cut off at the end.
        case cut(ClosedRange<Int64>)
        /// There are lines, but nothing that says how many there should be.
        case anchorLost
        /// The anchor is not what the hub writes.
        case anchorChanged
    }

    /// `state/alerts.jsonl:12: this line was changed: its hash does not fit it.`
    public var description: String {
        (line > 0 ? "\(file):\(line): " : "\(file): ") + sentence
    }

    private var sentence: String {
        switch kind {
        case .unreadable: "this is no line of the alert log: it was changed or inserted."
        case .changed: "this line was changed: its hash does not fit it."
        case .removed(let lines) where line == 1:
            "before this line \(Self.named(lines)) is missing: it was removed, or the file that held it."
        case .removed(let lines): "before this line \(Self.named(lines)) is missing: it was removed or moved."
        case .inserted(let sequence):
            "seq \(sequence) comes a second time: this line, or the one before it, was inserted or moved."
        case .unchained: "this line does not follow the one before it: one of the two was replaced."
        case .rewritten: "this line is not the one that alerts.head knows: the log was rewritten up to here."
        case .cut(let lines): "the log was cut off here: \(Self.named(lines)) is missing at the end."
        case .anchorLost: "this file is missing, so nobody can say whether lines were cut off at the end."
        case .anchorChanged: "this file was changed, so nobody can say whether lines were cut off at the end."
        }
    }

    private static func named(_ lines: ClosedRange<Int64>) -> String {
        lines.count == 1 ? "seq \(lines.lowerBound)" : "seq \(lines.lowerBound) to \(lines.upperBound)"
    }
}
