import Notify
import Registry
import Store
import Testing

@Suite struct `The receipts of an incident` {
    private func delivery(
        _ target: String, after created: Int, channel: String = "sms", attempted: Int? = nil, accepted: Int? = nil,
        delivered: Int? = nil
    ) -> Delivery {
        var delivery = Delivery(
            alert: "a-fire-7/\(created + 1)", incident: "a-fire-7", target: target, contact: "\(target)/1",
            channel: channel, rank: 0, sequence: 1, createdAt: Harbour.noon + .seconds(created))
        delivery.firstAttemptedAt = attempted.map { Harbour.noon + .seconds($0) }
        delivery.acceptedAt = accepted.map { Harbour.noon + .seconds($0) }
        delivery.deliveredAt = delivered.map { Harbour.noon + .seconds($0) }
        return delivery
    }

    @Test func `keep what was attempted, accepted, delivered and answered apart, each from its decision on`() {
        let receipts = Receipts(
            of: "a-fire-7",
            deliveries: [
                delivery("r1", after: 0, attempted: 1, accepted: 2, delivered: 9),
                delivery("r2", after: 0, attempted: 1), delivery("r1", after: 10, attempted: 10, accepted: 13),
            ],
            answers: [
                GivenAnswer(.safe, from: "r1", to: "a-fire-7", at: Harbour.noon + .seconds(40), over: "sms"),
                GivenAnswer(.safe, from: "r3", to: "a-fire-7", at: Harbour.noon + .seconds(40), over: "page"),
            ])
        #expect(
            receipts.rows.map(\.delays) == [
                [.attempted: .seconds(1), .accepted: .seconds(2), .delivered: .seconds(9)],
                [.attempted: .seconds(1)],
                [.attempted: .zero, .accepted: .seconds(3), .answered: .seconds(30)],
            ], "an answer belongs to what the person was told last before it")
    }

    @Test func `are summed up by channel, with the median, 95 of 100, and the slowest`() throws {
        let receipts = Receipts(
            of: "a-fire-7",
            deliveries: (1...100).map { delivery("r\($0)", after: 0, attempted: 0, accepted: $0) }
                + [delivery("r1", after: 0, channel: "ntfy")],
            answers: [])
        #expect(receipts.summaries.map(\.channel) == ["ntfy", "sms"])
        let sms = try #require(receipts.summaries.last)
        let accepted = try #require(sms.steps[.accepted])
        #expect(sms.deliveries == 100 && accepted.count == 100)
        #expect((accepted.median, accepted.p95, accepted.slowest) == (.seconds(50), .seconds(95), .seconds(100)))
        #expect(sms.steps[.delivered] == nil)
        #expect(receipts.summaries.first?.steps == [:], "nothing was attempted")
    }
}
