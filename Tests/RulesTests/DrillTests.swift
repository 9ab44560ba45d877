import Registry
import Rules
import Testing

@Suite struct `An exercise` {
    @Test func `climbs its own ladder beside the real world`() throws {
        let outcome = try Table(
            """
            00:00  drill  d          |
            00:01  smoke  a/12/C drill=d   | first-detector:investigate
            00:20  smoke  a/12/D drill=d   | near-flats:confirmed
            """
        ).check()
        #expect(outcome.alerts.allSatisfy { $0.exercise == "d" })
        #expect(outcome.decisions.map(\.incident).first == "a-fire-drill-1")
    }

    @Test func `runs as fast as its speed says`() throws {
        try Table(
            """
            00:00  drill  d speed=10 |
            00:01  smoke  a/12/C drill=d   | first-detector:investigate
            00:09  wait                    |
            00:10  wait                    | unanswered:investigate
            """
        ).check()
    }

    @Test func `is ended in its block by a real alarm, which is handled as real at once`() throws {
        let outcome = try Table(
            """
            00:00  drill  d          |
            00:01  smoke  a/12/C drill=d   | first-detector:investigate
            00:02  smoke  b/12/C drill=d   | first-detector:investigate
            00:10  smoke  a/20/A           | real-alarm:closed first-detector:investigate
            00:20  smoke  a/12/D drill=d   |
            00:30  smoke  b/12/D drill=d   | near-flats:confirmed
            """
        ).check()
        let real = try #require(outcome.decisions.first { $0.exercise == nil })
        #expect(real.block == "a" && real.rule == "first-detector")
    }

    @Test func `does not confirm anything real, nor is it confirmed by it`() throws {
        try Table(
            """
            00:00  drill  d          |
            00:01  smoke  b/12/D drill=d   | first-detector:investigate
            00:02  smoke  b/12/C           | real-alarm:closed first-detector:investigate
            """
        ).check()
    }

    @Test func `is not played where something real is under way, and says so`() throws {
        let outcome = try Table(
            """
            00:00  smoke  b/12/C           | first-detector:investigate
            00:01  drill  d          |
            00:02  smoke  b/12/D drill=d   |
            00:02  smoke  a/12/D drill=d   | first-detector:investigate
            """
        ).check()
        let left = outcome.records.filter { $0.event == .drill && $0.text.english.contains("Not played in Block B") }
        #expect(left.count == 1)
    }

    @Test func `tells those whom it told that it is over`() throws {
        let outcome = try Table(
            """
            00:00    drill  d          |
            59:00    smoke  a/12/C drill=d   | first-detector:investigate
            1:00:00  wait                    | drill-end:closed
            """
        ).check()
        #expect(outcome.alerts.last?.stage == .closed)
        #expect(outcome.alerts.last?.audience == [.told])
        #expect(outcome.alerts.last?.exercise == "d")
    }

    @Test func `ends by itself when its time is over`() throws {
        try Table(
            """
            00:00    drill  d          |
            59:00    smoke  a/12/C drill=d   | first-detector:investigate
            1:00:00  wait                    | drill-end:closed
            1:00:30  smoke  a/12/D drill=d   |
            """
        ).check()
    }

    @Test(arguments: [1, 7, 10, 333, 1000])
    func `at any speed acts on every deadline and comes to an end`(_ speed: Int) throws {
        try Table(
            """
            00:00  drill  d speed=\(speed)  |
            00:01  smoke  a/12/C drill=d           | first-detector:investigate
            """
        ).check()
        let exercise = Exercise(
            id: "d", scenario: "s", speed: Double(speed), origin: Table.start, until: Table.start + .seconds(60))
        for offset in 0..<5000 {
            let virtual = Table.start + .milliseconds(Int64(offset))
            #expect(exercise.time(at: exercise.realTime(of: virtual)) >= virtual)
        }
    }
}
