@testable import Drill
import Registry
import Testing

@Suite struct `Measured times` {
    @Test(
        arguments: [
            ([5], 5, 5, 5),
            ([4, 2], 2, 3, 4),
            ([9, 1, 5], 1, 5, 9),
            (Array(1...100), 1, 50.5, 99),
            (Array(1...200), 1, 100.5, 198),
            (Array(1...101), 1, 51, 100),
        ] as [([Int], Double, Double, Double)])
    func `have a least, a middle and a 99th of a hundred`(
        _ times: [Int], _ minimum: Double, _ median: Double, _ p99: Double
    ) throws {
        let summary = try #require(LatencySummary(times.shuffled().map { .milliseconds($0) }))
        #expect(summary.count == times.count)
        #expect(summary.minimum == .milliseconds(minimum))
        #expect(summary.median == .milliseconds(median))
        #expect(summary.p99 == .milliseconds(p99))
    }

    @Test func `have no shape if there are none`() { #expect(LatencySummary([]) == nil) }

    @Test func `are written so that they can be compared`() {
        #expect(Duration.microseconds(2449).inMilliseconds == "2.4 ms")
        #expect(Duration.microseconds(-260).inMilliseconds == "-0.3 ms")
        #expect(Duration.seconds(92).asClock == "01:32.0")
        #expect(Duration.milliseconds(5_400_100).asClock == "1:30:00.1")
    }
}

@Suite struct `A verdict` {
    /// At ten times life: an alarm at 0 s and one at 20 s, each published 1 ms after it was due.
    private func verdict(
        _ expectations: [ExpectedAlert], never: [ForbiddenAlert] = [], seen: [SeenAlert]
    ) -> Verdict {
        let messages = [0, 20].map { PlannedMessage(at: .seconds($0), device: "a-1-A-smoke", says: .alarm) }
        let scenario = Scenario(
            name: "toast", description: LocalizedText([]), messages: messages, expectations: expectations,
            never: never, length: .seconds(120))
        var record = DrillRecord(id: "toast-1", scenario: scenario, speed: 10, began: SimulatedTime.start)
        record.played = messages.map {
            PlayedMessage(planned: $0, topic: "t", publishedAt: $0.at / 10 + .milliseconds(1))
        }
        record.seen = seen
        return Verdict(record)
    }

    /// - Parameter at: real milliseconds since the beginning.
    private func alert(
        _ stage: String, _ block: String = "a", at receivedAt: Int, decided: Int? = nil, isReal: Bool = false,
        audience: [String] = []
    ) -> SeenAlert {
        SeenAlert(
            source: .alert, id: "a-fire-1/1", at: SimulatedTime.start + .milliseconds((decided ?? receivedAt) * 10),
            block: block, hazard: "fire", incident: "a-fire-1", stage: stage, exercise: isReal ? nil : "toast-1",
            audience: audience, places: [], because: [], repetition: 0, late: false,
            receivedAt: .milliseconds(receivedAt))
    }

    private let investigate = AlertPattern(stage: .investigate, block: "a")
    private let confirmed = AlertPattern(stage: .confirmed, block: "a")

    @Test func `measures from the message that caused the alert`() {
        let verdict = verdict(
            [ExpectedAlert(investigate, after: .zero), ExpectedAlert(confirmed, after: .seconds(20))],
            seen: [alert("investigate", at: 4), alert("confirmed", at: 2006)])
        #expect(verdict.isPassed)
        #expect(verdict.latency == LatencySummary([.milliseconds(3), .milliseconds(5)]))
        #expect(verdict.lateness == nil)
        #expect(verdict.unexpected.isEmpty)
    }

    @Test func `measures the lateness of timers from the moment the hub decided for`() {
        let verdict = verdict(
            [ExpectedAlert(investigate, after: .seconds(90))], seen: [alert("investigate", at: 9007, decided: 9000)])
        #expect(verdict.isPassed)
        #expect(verdict.latency == nil)
        #expect(verdict.lateness == LatencySummary([.milliseconds(7)]))
    }

    @Test func `takes no alert from before its cause`() {
        let verdict = verdict([ExpectedAlert(investigate, after: .seconds(90))], seen: [alert("investigate", at: 4)])
        #expect(verdict.results.map(\.outcome) == [.missing(came: 0)])
        #expect(!verdict.isPassed)
        #expect(verdict.unexpected.count == 1)
    }

    @Test func `grants one real second, however fast the drill`() {
        let granted = verdict([ExpectedAlert(investigate, after: .zero)], seen: [alert("investigate", at: 1001)])
        #expect(granted.isPassed)
        let late = alert("investigate", at: 1002)
        let refused = verdict([ExpectedAlert(investigate, after: .zero)], seen: [late])
        #expect(refused.results.map(\.outcome) == [.cameLate(late, after: .milliseconds(1001))])
        #expect(!refused.isPassed)
    }

    @Test func `grants the time that the scenario gives`() {
        let slow = [ExpectedAlert(investigate, after: .zero, within: .seconds(50))]
        #expect(verdict(slow, seen: [alert("investigate", at: 5001)]).isPassed)
        #expect(!verdict(slow, seen: [alert("investigate", at: 5002)]).isPassed)
    }

    @Test func `counts one alert for one expectation only`() {
        let twice = verdict(
            [ExpectedAlert(investigate, after: .zero), ExpectedAlert(investigate, after: .zero)],
            seen: [alert("investigate", at: 4)])
        #expect(twice.results.map(\.isMet) == [true, false])
        let count = verdict([ExpectedAlert(investigate, after: .zero, count: 2)], seen: [alert("investigate", at: 4)])
        #expect(count.results.map(\.outcome) == [.missing(came: 1)])
    }

    @Test func `tells what is real from what is an exercise`() {
        let real = alert("investigate", at: 4, isReal: true)
        #expect(!verdict([ExpectedAlert(investigate, after: .zero)], seen: [real]).isPassed)
        let pattern = AlertPattern(stage: .investigate, block: "a", isExercise: false)
        #expect(verdict([ExpectedAlert(pattern, after: .zero)], seen: [real]).isPassed)
    }

    @Test func `fails on what must never come, while it is forbidden`() {
        let never = [ForbiddenAlert(AlertPattern(stage: .confirmed), after: .seconds(30))]
        #expect(verdict([], never: never, seen: [alert("confirmed", at: 2999)]).isPassed)
        #expect(verdict([], never: never, seen: [alert("confirmed", at: 12_001)]).isPassed)
        let broken = verdict([], never: never, seen: [alert("confirmed", "b", at: 3000)])
        #expect(!broken.isPassed)
        #expect(broken.violations.map(\.alert.block) == ["b"])
    }

    @Test func `reads as lines`() {
        let verdict = verdict(
            [ExpectedAlert(investigate, after: .zero), ExpectedAlert(confirmed, after: .seconds(20))],
            seen: [alert("investigate", at: 4)])
        let text = DrillLines.text(of: verdict)
        #expect(text.contains("00:00.0    came    3.0 ms     a fire investigate\n"))
        #expect(text.contains("00:20.0    FAILED             a fire confirmed: did not come"))
        #expect(text.contains("From message to alert       min 3.0 ms  median 3.0 ms  p99 3.0 ms  (1)"))
        #expect(text.hasSuffix("FAILED toast: 1 of 2 came in time"))
    }

    @Test func `says that perhaps no hub is there if nothing came`() {
        let text = DrillLines.text(of: verdict([ExpectedAlert(investigate, after: .zero)], seen: []))
        #expect(text.contains("is a hub running on this broker"))
    }

    @Test func `is a page that escapes what it did not write itself`() {
        let page = DrillReport.html(
            of: verdict([ExpectedAlert(investigate, after: .zero)], seen: [alert("<script>", at: 4)]))
        #expect(page.contains("不合格"))
        #expect(page.contains("a fire &lt;script&gt;"))
        #expect(!page.contains("<script>"))
    }
}
