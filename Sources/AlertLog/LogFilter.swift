public import Rules

/// Which lines somebody wants to see.
public struct LogFilter: Hashable, Sendable {
    /// Only this block, and what concerns the whole estate; `nil` for everything.
    public var block: String?
    /// Only what is at least this loud.
    public var level: Level

    public init(block: String? = nil, level: Level = .info) {
        self.block = block
        self.level = level
    }

    /// A line that cannot be read passes always: no filter may hide that the log was damaged.
    public func passes(_ entry: LogEntry) -> Bool {
        guard let line = entry.line else { return true }
        return line.level >= level && (block == nil || line.block == block || line.block == "*")
    }
}
