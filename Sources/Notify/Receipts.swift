public import Registry
public import Rules
public import Store

/// What came back of each delivery of an incident, and how long after it was decided: attempted, accepted by the gateway,
/// delivered to the phone, read, answered. Each stands for itself: what a gateway accepted has not reached anybody yet.
public struct Receipts: Hashable, Sendable {
    public var incident: String
    /// In the order in which they were decided, the nearest to the danger first.
    public var rows: [Row]

    public struct Row: Hashable, Sendable {
        public var alert: Alert.ID
        public var contact: Contact.ID
        public var channel: String
        public var state: Delivery.State
        public var attempts: Int
        public var decidedAt: Instant
        /// From then on; of a step that has not come, or whose channel does not report it, nothing.
        public var delays: [Step: Duration]
    }

    public enum Step: String, Hashable, Sendable, CaseIterable {
        case attempted, accepted, delivered, read, answered
    }

    /// One channel's deliveries together.
    public struct Summary: Hashable, Sendable {
        public var channel: String
        public var deliveries: Int
        public var steps: [Step: Spread]
    }

    /// How many came so far, and after how long.
    public struct Spread: Hashable, Sendable {
        public var count: Int
        public var median: Duration
        /// 95 of 100 came within it.
        public var p95: Duration
        public var slowest: Duration

        /// - Returns: `nil` of nothing.
        init?(_ delays: [Duration]) {
            let sorted = delays.sorted()
            guard let slowest = sorted.last else { return nil }
            count = sorted.count
            median = sorted[(sorted.count - 1) / 2]
            p95 = sorted[(sorted.count * 95 + 99) / 100 - 1]
            self.slowest = slowest
        }
    }

    /// - Parameters:
    ///   - deliveries: of this incident; - answers: the last of each person.
    public init(of incident: String, deliveries: [Delivery], answers: [GivenAnswer]) {
        self.incident = incident
        let answeredAt = Dictionary(answers.map { ($0.resident, $0.at) }, uniquingKeysWith: { $1 })
        // What somebody was told last before they answered is what they have answered.
        var asked: [String: Instant] = [:]
        for delivery in deliveries where answeredAt[delivery.target].map({ delivery.createdAt <= $0 }) == true {
            asked[delivery.target] = max(asked[delivery.target] ?? delivery.createdAt, delivery.createdAt)
        }
        rows = deliveries.map { delivery in
            let moments: [Step: Instant?] = [
                .attempted: delivery.firstAttemptedAt ?? delivery.attemptedAt, .accepted: delivery.acceptedAt,
                .delivered: delivery.deliveredAt,
                .read: delivery.readAt,
                .answered: asked[delivery.target] == delivery.createdAt ? answeredAt[delivery.target] : nil,
            ]
            return Row(
                alert: delivery.alert, contact: delivery.contact, channel: delivery.channel, state: delivery.state,
                attempts: delivery.attempts, decidedAt: delivery.createdAt,
                delays: moments.compactMapValues { $0.map { max($0 - delivery.createdAt, .zero) } })
        }
    }

    /// By channel, in the order of their names.
    public var summaries: [Summary] {
        Dictionary(grouping: rows, by: \.channel).sorted { $0.key < $1.key }.map { channel, rows in
            var steps: [Step: Spread] = [:]
            for step in Step.allCases { steps[step] = Spread(rows.compactMap { $0.delays[step] }) }
            return Summary(channel: channel, deliveries: rows.count, steps: steps)
        }
    }
}
