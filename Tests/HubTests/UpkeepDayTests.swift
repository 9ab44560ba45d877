import AlertLog
import Hub
import Registry
import Rules
import Synchronization
import TestBroker
import TestHub
import Testing

/// What comes of days, in a hub whose clock the test sets.
@Suite(.timeLimit(.minutes(1))) struct `The days of those who maintain` {
    /// The estate's zone is Hong Kong's, as the sample's rules have it.
    private final class Clock: Sendable {
        private let moment: Mutex<Instant>

        init(_ text: String) throws { moment = Mutex(try #require(Instant(rfc3339: text))) }

        var now: Instant { moment.withLock { $0 } }
        func pass(_ duration: Duration) { moment.withLock { $0 = $0 + duration } }
    }

    private let broker: TestBroker
    private let desk: WebhookReceiver
    private let folder: HubFolder
    private let voice: Voice

    init() throws {
        broker = try TestBroker()
        desk = try WebhookReceiver(.answers(200))
        folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  webhook:", "    endpoints: {desk: {url: 'http://127.0.0.1:\(desk.port)/'}}",
                "upkeep: {digest: \"09:00\", urgent: [], nuisance: {count: 2, within: 30d}}",
            ],
            residents: ["fitter,Fitter,en,,,,maintenance,webhook:desk"])
        voice = try Voice(broker)
    }

    private func start(_ clock: Clock) async throws -> RunningHub {
        let hub = try RunningHub(folder, now: { clock.now })
        try await hub.untilReady()
        return hub
    }

    /// The hub looks at the time when it hears something.
    private func wake() async throws {
        try await voice.say(Voice.topic(of: "c-6-D-smoke"), #"{"type":"smoke","state":"ok"}"#)
    }

    @Test func `begin with one digest at nine, over a restart, and none at night`() async throws {
        defer { broker.stop() }
        let clock = try Clock("2026-03-02T06:00:00+08:00")
        let first = try await start(clock)
        let log = LogTrail(folder.state)
        try await voice.say(Voice.topic(of: "a-3-B-smoke"), #"{"type":"smoke","state":"clear","fault":true}"#)
        try await log.line("the fault") { $0.event == .trouble && $0.device == "a-3-B-smoke" }
        clock.pass(.seconds(60))
        try await wake()
        try await log.line("the ticket") { $0.details["ticket"] == "T-1" && $0.device == "a-3-B-smoke" }
        #expect(desk.requests.all.isEmpty, "it is night, and nothing is urgent")
        clock.pass(.seconds(3 * 3600))
        try await wake()
        // Whoever has never been heard is in the ticket of their block by now.
        let digest = try await desk.requests.first("the digest") { $0.contains("demo-tickets-2026-03-02/fitter/1") }
        #expect(digest.contains(/[56] tickets are open, 0 overdue, [56] new in a day. T-/))
        try await first.stop()

        clock.pass(.seconds(3600))
        let second = try await start(clock)
        try await wake()
        clock.pass(.seconds(23 * 3600))
        try await wake()
        let next = try await desk.requests.first("the next day's") { $0.contains("demo-tickets-2026-03-03/fitter/1") }
        // The one that wakes the hub may be silent by then, too.
        #expect(next.contains(/[56] tickets are open, 0 overdue, [01] new in a day. T-/))
        try await second.stop()
        // A request that took too long is sent again, under the same key.
        let digests = desk.requests.all.compactMap { $0.firstMatch(of: /demo-tickets-[0-9-]+/)?.output }
        #expect(Set(digests).count == 2, "one a day")
    }

    @Test func `tell a detector that alarmed about nothing too often`() async throws {
        defer { broker.stop() }
        let clock = try Clock("2026-03-02T10:00:00+08:00")
        let hub = try await start(clock)
        let log = LogTrail(folder.state)
        for round in 1...2 {
            try await voice.report("a-3-B-smoke", "alarm", sequence: round * 10)
            try await log.line("the alarm") { $0.incident == "a-fire-\(round)" && $0.stage == .investigate }
            try await voice.report("a-3-B-smoke", "clear", sequence: round * 10 + 1)
            try await log.line("the clear") { $0.details["change"] == "cleared" && $0.incident == "a-fire-\(round)" }
            for (stage, minutes) in [(Stage.clearing, 6), (.closed, 31)] {
                clock.pass(.seconds(minutes * 60))
                try await wake()
                try await log.line("\(stage)") { $0.incident == "a-fire-\(round)" && $0.stage == stage }
            }
        }
        #expect(!log.lines.all.contains { $0.details["kind"] == "nuisance" })
        clock.pass(.seconds(6 * 3600))
        try await wake()
        let ticket = try await log.line("the ticket") { $0.details["kind"] == "nuisance" }
        #expect(ticket.device == "a-3-B-smoke")
        #expect(
            ticket.text.english.hasSuffix("2 alarms about nothing in 30 days: a-fire-1 (unknown), a-fire-2 (unknown)"))
        try await hub.stop()
    }
}
