public import Rules

/// Whether a table holds, and everything that came of it.
public struct TableVerdict: Hashable, Sendable {
    public var table: RuleTable
    /// The lines at which something else was decided than they say.
    public var failures: [Failure] = []
    public var consequences = Consequences()

    public struct Failure: Hashable, Sendable {
        public var step: RuleTable.Step
        /// As ``RuleTable/Step/expected``.
        public var came: [String]
    }

    public var holds: Bool { failures.isEmpty }

    public init(table: RuleTable) { self.table = table }

    /// A line for each failure, in the form that editors jump to, and below it what was expected and what came.
    public var sentences: [String] {
        failures.flatMap { failure in
            [
                "\(table.file):\(failure.step.line):1: \(table.name): after '\(failure.step.written)'",
                "    expected  \(Self.list(failure.step.expected))",
                "    came      \(Self.list(failure.came))",
            ]
        }
    }

    private static func list(_ decisions: [String]) -> String {
        decisions.isEmpty ? "nothing" : decisions.joined(separator: " ")
    }

    /// Whether a rule decided something in this table.
    public func fired(_ rule: Rule) -> Bool {
        consequences.decisions.contains { $0.rule == rule.name && $0.hazard == rule.hazard }
    }
}
