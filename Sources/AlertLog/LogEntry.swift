/// A line of the log as somebody follows it: its bytes, and what they say.
public struct LogEntry: Hashable, Sendable {
    /// Without the newline.
    public var bytes: [UInt8]
    /// `nil` if it is no line of this log, or a newer hub's.
    public var line: LogLine?

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        line = LogLine(bytes)
    }
}
