/// The database row from which a line of the log was made: `hub-1f09c3aa:123`.
public struct LogSource: Hashable, Sendable, CustomStringConvertible {
    /// What tells the database from every other, a new one of the same file name too. Without a colon.
    public var database: String
    /// From 1, rising with every record of that database.
    public var sequence: Int64

    public init(database: String, sequence: Int64) {
        self.database = database
        self.sequence = sequence
    }

    /// Reads what ``description`` writes; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let sequence = Int64(parts[1]) else { return nil }
        self.init(database: String(parts[0]), sequence: sequence)
    }

    public var description: String { "\(database):\(sequence)" }
}
