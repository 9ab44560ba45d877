/// One mistake in a file that people edit: where, what is wrong, and what to write instead.
public struct ConfigError: Error, Hashable, Sendable, CustomStringConvertible {
    /// As the user named it: `Config/devices.csv`.
    public var file: String
    /// From 1; 0 where the whole file is meant.
    public var line: Int
    /// From 1; 0 where the whole line or file is meant.
    public var column: Int
    /// What is wrong, quoting what was written.
    public var problem: String
    /// What to write instead.
    public var mend: String

    public init(file: String, line: Int, column: Int, problem: String, mend: String) {
        self.file = file
        self.line = line
        self.column = column
        self.problem = problem
        self.mend = mend
    }

    /// `devices.csv:42:17: no block 'Nroth' in estate.yaml; write one of North, South`
    public var description: String {
        "\(file):\(line):\(column): \(problem); \(mend)"
    }
}

/// Every mistake that was found, so that one run shows them all.
public struct ConfigErrors: Error, Sendable, CustomStringConvertible {
    public var errors: [ConfigError]

    public init(_ errors: [ConfigError]) { self.errors = errors }

    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
