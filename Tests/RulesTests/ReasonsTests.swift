import Registry
import Rules
import Testing

@Suite struct `An incident's line in the log` {
    /// The details of the lines of incidents, in their order.
    private func details(_ text: String) throws -> [[String: String]] {
        try Table(text).check().records.filter { $0.event == .incident }.map(\.details)
    }

    @Test func `names the signals that it rests on, each with its marks`() throws {
        let lines = try details(
            """
            -59:00  hears                            |
            00:00   smoke  a/12/C at=-50:00 backlog  | first-detector:investigate
            00:00   smoke  a/12/D retained           | unanswered:investigate new-flat:investigate
            """)
        #expect(
            [lines[0], lines[2]].map { $0["signals"] } == [
                "a-12-C-smoke, a/12/C, smoke, 2026-11-22T11:10:00.000Z, live, late",
                "a-12-D-smoke, a/12/D, smoke, 2026-11-22T12:00:00.000Z, retained",
            ])
    }

    @Test func `marks what is stuck, and what timed out`() throws {
        let stuck = try details(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:30  reset force   | reset:closed
            02:00  smoke  a/12/C | stuck:investigate
            """)
        #expect(stuck.last?["signals"]?.hasSuffix("live, stuck") == true)
        let silent = try details(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:10  ack           |
            20:00  wait          | clearing:clearing
            """)
        #expect(silent.last?["signals"]?.hasSuffix("live, timed out") == true)
    }

    @Test func `says the rule in both languages, and what decides without one`() throws {
        let lines = try details(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:30  reset force   | reset:closed
            """)
        #expect(lines[0]["rule_says"]?.hasPrefix("When a smoke, heat or flame detector alarms or") == true)
        #expect(lines[0]["rule_says_zh-Hant"]?.hasPrefix("有煙霧、高溫或火焰探測器報警") == true)
        #expect(lines[1]["rule_says"]?.hasPrefix("A person at the controls closes the incident") == true)
    }

    @Test func `says which delay ran out, and since when it ran`() throws {
        let lines = try details(
            """
            start  2026-11-22T23:30:00+08:00
            00:00  smoke  a/12/C | first-detector:investigate
            00:20  smoke  a/20/A | new-flat:investigate
            01:20  wait          | far-flats-hold:confirmed spread:spreading
            """)
        #expect(lines.map { $0["delay"] } == [nil, nil, "holding 60s", nil])
        #expect(lines[2]["delay_since"] == "2026-11-22T15:30:20.000Z")
        let near = try details(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:20  smoke  a/12/D | near-flats:confirmed
            """)
        #expect(near[1]["delay"] == "within 60s")
        #expect(near[1]["delay_since"] == nil)
    }

    @Test func `says what comes next if nobody acts, when, and what stops it`() throws {
        let lines = try details(
            """
            00:00  smoke   a/12/C | first-detector:investigate
            01:30  wait           | unanswered:investigate
            02:00  -smoke  a/12/C |
            07:00  wait           | clearing:clearing
            37:00  wait           | closed:closed
            """)
        #expect(lines.map { $0["next"] } == ["unanswered", "reminder", "closed", nil])
        #expect(
            lines.map { $0["next_at"] } == [
                "2026-11-22T12:01:30.000Z", "2026-11-22T12:02:30.000Z", "2026-11-22T12:37:00.000Z", nil,
            ])
        #expect(
            lines.map { $0["next_stopped_by"] } == ["answer clear reset", "answer reset", "alarm confirm reset", nil])
        #expect(lines[0]["next_says"] == "the investigation widens (step 2)")
        #expect(lines[1]["next_says_zh-Hant"] == "再提醒保安員")
    }

    @Test func `names what comes next as it then comes`() throws {
        let outcome = try Table(
            """
            start    2026-11-22T23:30:00+08:00
            00:00    smoke   a/12/C | first-detector:investigate
            00:05    ack            |
            00:20    smoke   a/20/A | new-flat:investigate
            01:20    wait           | far-flats-hold:confirmed spread:spreading
            01:30    ack            |
            3:00:00  wait           | clearing:clearing closed:closed
            """
        ).check()
        let lines = outcome.records.filter { $0.event == .incident }
        for (name, next) in [("new-flat", "far-flats-hold"), ("far-flats-hold", "spread"), ("clearing", "closed")] {
            let line = try #require(lines.first { $0.details["rule"] == name })
            let then = try #require(lines.first { $0.details["rule"] == next })
            #expect(line.details["next"] == next)
            #expect(line.details["next_at"] == then.details["event_at"])
        }
    }

    @Test func `bears the alert that goes out with it`() throws {
        let outcome = try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            01:30  wait          | unanswered:investigate
            02:30  wait          |
            """
        ).check()
        let lines = outcome.records.filter { $0.event == .incident || $0.event == .alert }
        #expect(lines.map { $0.details["alert"] } == outcome.alerts.map(\.id))
    }

    @Test func `has the signals beside it under its incident's name`() throws {
        let outcome = try Table(
            """
            00:00  smoke   a/12/C      | first-detector:investigate
            00:10  smoke   b/5/C       | first-detector:investigate
            00:20  -smoke  a/12/C      |
            00:30  -smoke  a/12/E      |
            00:40  smoke   a/12/F test |
            """
        ).check()
        let signals = outcome.records.filter { $0.event == .signal && $0.details["kind"] == "smoke" }
        #expect(signals.map(\.incident) == ["a-fire-1", "b-fire-1", "a-fire-1"])
    }
}
