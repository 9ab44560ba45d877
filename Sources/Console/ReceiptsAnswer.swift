public import Hummingbird
import Notify
import Registry
import Store

/// What came back of an incident's deliveries, as ``Receipts`` has it. Delays are milliseconds from the decision.
public struct ReceiptsAnswer: ResponseCodable, Sendable {
    public var incident: String
    /// By channel.
    public var summaries: [Summary]
    /// In the order in which they were decided.
    public var deliveries: [Row]

    public struct Summary: Codable, Hashable, Sendable {
        public var channel: String
        public var deliveries: Int
        /// By the step's name: attempted, accepted, delivered, read, answered.
        public var steps: [String: Spread]
    }

    public struct Spread: Codable, Hashable, Sendable {
        public var count: Int
        public var median: Int64
        public var p95: Int64
        public var slowest: Int64
    }

    public struct Row: Codable, Hashable, Sendable {
        public var alert: String
        public var contact: String
        public var channel: String
        public var state: String
        public var attempts: Int
        /// RFC 3339.
        public var decidedAt: String
        /// By the step's name; a step that has not come is absent.
        public var delays: [String: Int64]
    }

    init(_ receipts: Receipts) {
        incident = receipts.incident
        summaries = receipts.summaries.map { summary in
            Summary(
                channel: summary.channel, deliveries: summary.deliveries,
                steps: Dictionary(
                    uniqueKeysWithValues: summary.steps.map { step, spread in
                        (
                            step.rawValue,
                            Spread(
                                count: spread.count, median: spread.median.wholeMilliseconds,
                                p95: spread.p95.wholeMilliseconds, slowest: spread.slowest.wholeMilliseconds)
                        )
                    }))
        }
        deliveries = receipts.rows.map { row in
            Row(
                alert: row.alert, contact: row.contact, channel: row.channel, state: row.state.rawValue,
                attempts: row.attempts, decidedAt: row.decidedAt.description,
                delays: Dictionary(
                    uniqueKeysWithValues: row.delays.map { ($0.key.rawValue, $0.value.wholeMilliseconds) }))
        }
    }
}
