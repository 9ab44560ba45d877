import Registry

/// What came of a drill, measured against what its scenario expects.
public struct Verdict: Sendable {
    public var record: DrillRecord
    /// In the order of the scenario's expectations.
    public var results: [Result]
    public var violations: [Violation]
    /// What came and nobody had asked for. Informative only.
    public var unexpected: [SeenAlert]

    /// Did everything come that had to, in time, and nothing that must not?
    public var isPassed: Bool { violations.isEmpty && results.allSatisfy(\.isMet) }

    public struct Result: Sendable {
        public var expectation: ExpectedAlert
        public var outcome: Outcome
        /// False if a timer alone had to bring it about.
        public var isCausedByMessage: Bool

        public var isMet: Bool { if case .came = outcome { true } else { false } }
    }

    public enum Outcome: Hashable, Sendable {
        /// With the real time from the message that caused it, or from the moment when a timer had it due, to the
        /// first arrival.
        case came(SeenAlert, after: Duration)
        case cameLate(SeenAlert, after: Duration)
        /// Fewer came than the expectation's count.
        case missing(came: Int)
    }

    public struct Violation: Hashable, Sendable {
        public var prohibition: ForbiddenAlert
        public var alert: SeenAlert
    }

    public init(_ record: DrillRecord) {
        self.record = record
        var free = record.seen
        results = record.scenario.expectations.map { expectation in
            Self.take(expectation, from: &free, of: record)
        }
        // Only what no expectation took in time may stand for one that came too late.
        for index in results.indices where results[index].outcome == .missing(came: 0) {
            results[index].outcome = Self.takeLate(results[index].expectation, from: &free, of: record)
        }
        violations = record.scenario.never.flatMap { prohibition in
            record.seen.filter { Self.violates($0, prohibition, record) }
                .map { Violation(prohibition: prohibition, alert: $0) }
        }
        let forbidden = Set(violations.map(\.alert))
        unexpected = free.filter { $0.source == .alert && !forbidden.contains($0) }
    }

    /// How fast the alerts came that a message had caused; `nil` if none did.
    public var latency: LatencySummary? { summary(causedByMessage: true) }

    /// How late the alerts came that a timer had caused; `nil` if none did.
    public var lateness: LatencySummary? { summary(causedByMessage: false) }

    private func summary(causedByMessage: Bool) -> LatencySummary? {
        LatencySummary(
            results.compactMap { result in
                guard result.isCausedByMessage == causedByMessage else { return nil }
                return switch result.outcome {
                case .came(_, let after), .cameLate(_, let after): after
                case .missing: nil
                }
            })
    }
}

extension Verdict {
    /// However fast the drill is played, the hub and the machine are granted this much.
    ///
    /// Shorter, and a busy machine fails drills at high speed; longer, and a slow hub passes them.
    static let graceReal = Duration.seconds(1)

    /// An alert may come this much virtual time before a timer is due, for clocks count whole milliseconds.
    static let earlyVirtual = Duration.seconds(1)

    /// Real time from the beginning until nothing more can come in time.
    static func watchedTime(of record: DrillRecord) -> Duration {
        record.scenario.expectations
            .map { record.realTime(of: $0.after) + allowed($0, record) }
            .reduce(record.realTime(of: record.scenario.length), max)
    }

    private static func allowed(_ expectation: ExpectedAlert, _ record: DrillRecord) -> Duration {
        max(record.realTime(of: expectation.within), graceReal)
    }

    private static func take(
        _ expectation: ExpectedAlert, from free: inout [SeenAlert], of record: DrillRecord
    ) -> Result {
        let causes = record.played.filter { $0.planned.at == expectation.after }.map(\.publishedAt)
        let due = record.realTime(of: expectation.after)
        let earliest = due - record.realTime(of: earlyVirtual)
        let deadline = (causes.max() ?? due) + allowed(expectation, record)
        let fitting = free.enumerated()
            .filter { expectation.pattern.matches($1) && (earliest...deadline).contains($1.receivedAt) }
            .prefix(expectation.count).map(\.offset)
        var result = Result(
            expectation: expectation, outcome: .missing(came: fitting.count), isCausedByMessage: !causes.isEmpty)
        if let first = fitting.first, fitting.count == expectation.count {
            result.outcome = .came(free[first], after: since(causes, of: record, free[first]))
        }
        for index in fitting.reversed() { free.remove(at: index) }
        return result
    }

    private static func takeLate(
        _ expectation: ExpectedAlert, from free: inout [SeenAlert], of record: DrillRecord
    ) -> Outcome {
        let causes = record.played.filter { $0.planned.at == expectation.after }.map(\.publishedAt)
        let due = record.realTime(of: expectation.after)
        let late = free.firstIndex { expectation.pattern.matches($0) && $0.receivedAt > causes.max() ?? due }
        guard let late else { return .missing(came: 0) }
        let alert = free.remove(at: late)
        return .cameLate(alert, after: since(causes, of: record, alert))
    }

    /// Real time from the last message that may have caused the alert, or else from the moment for which the hub
    /// decided it.
    private static func since(_ causes: [Duration], of record: DrillRecord, _ alert: SeenAlert) -> Duration {
        if let cause = causes.last(where: { $0 <= alert.receivedAt }) { return alert.receivedAt - cause }
        let due = alert.at - record.began
        return alert.receivedAt - (alert.exercise == nil ? due : record.realTime(of: due))
    }

    /// What comes after the scenario's end is not forbidden: the watch goes on there only for late arrivals.
    private static func violates(_ alert: SeenAlert, _ prohibition: ForbiddenAlert, _ record: DrillRecord) -> Bool {
        let watch = record.realTime(of: prohibition.after)...record.realTime(of: record.scenario.length)
        return prohibition.pattern.matches(alert) && watch.contains(alert.receivedAt)
    }
}
