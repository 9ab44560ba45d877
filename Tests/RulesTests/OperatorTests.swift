import Registry
import Rules
import Testing

@Suite struct `A silence` {
    @Test func `stops the sirens, leaves the incident open, and ends by itself with what still burns`() throws {
        let outcome = try Table(
            """
            00:00  smoke    a/12/C      | first-detector:investigate
            00:20  ack                  |
            01:00  silence  until=10:00 |
            05:00  smoke    a/12/C      |
            09:59  wait                 |
            10:00  wait                 |
            """
        ).check()
        #expect(outcome.alerts.map(\.sounders) == [nil, .stop, .resume])
        #expect(outcome.alerts.map(\.audience).dropFirst() == [[.told], [.told, .guards]])
        #expect(outcome.alerts.last?.at == Table.start + .seconds(600))
        let begin = try #require(outcome.records.first { $0.details["verb"] == "silence" })
        #expect(begin.details["by"] == "guard-1" && begin.details["until"] == "2026-11-22T12:10:00.000Z")
        let end = try #require(outcome.records.first { $0.details["silence"] == "over" })
        #expect(end.details["still"] == "a-12-C-smoke" && end.at == Table.start + .seconds(600))
    }

    @Test func `keeps sirens quiet while people are told on`() throws {
        let outcome = try Table(
            """
            00:00  smoke    a/12/C      | first-detector:investigate
            01:00  silence  until=10:00 |
            01:30  wait                 | unanswered:investigate
            """
        ).check()
        #expect(outcome.alerts.map(\.sounders) == [nil, .stop, .quiet])
    }

    @Test func `is broken by a signal from another flat`() throws {
        let outcome = try Table(
            """
            00:00  smoke    a/12/C      | first-detector:investigate
            00:10  silence  until=20:00 |
            01:29  smoke    a/20/A      | new-flat:investigate
            """
        ).check()
        #expect(outcome.alerts.map(\.sounders) == [nil, .stop, .resume, nil])
        #expect(outcome.records.count { $0.details["silence"] == "over" } == 1)
    }

    @Test func `is not broken by another detector of the same flat, but by what that confirms`() throws {
        let outcome = try Table(
            """
            start  2026-11-22T23:30:00+08:00
            00:00  smoke    a/12/C      | first-detector:investigate
            00:10  silence  until=20:00 |
            00:20  smoke    a/12/C#2    | second-in-flat:investigate
            01:20  wait                 | flat-holds:confirmed
            """
        ).check()
        // The reminder of the second minute is quiet as well.
        #expect(outcome.alerts.map(\.sounders) == [nil, .stop, .quiet, .quiet, nil])
    }

    @Test func `is over when the incident clears, and nothing sounds again`() throws {
        let outcome = try Table(
            """
            00:00  smoke    a/12/C      | first-detector:investigate
            00:10  silence  until=40:00 |
            00:30  -smoke   a/12/C      |
            05:30  wait                 | clearing:clearing
            40:00  wait                 | closed:closed
            """
        ).check()
        #expect(outcome.alerts.compactMap(\.sounders) == [.stop])
        #expect(outcome.records.first { $0.details["silence"] == "over" }?.at == Table.start + .seconds(330))
    }

    @Test func `of an exercise is not one of what is real`() throws {
        let outcome = try Table(
            """
            00:00  drill    d speed=10 |
            00:01  smoke    b/12/C drill=d   | first-detector:investigate
            00:02  silence  until=00:05      |
            00:03  smoke    a/12/C           | first-detector:investigate
            00:04  smoke    b/12/C drill=d   |
            00:05  wait                      |
            """
        ).check()
        #expect(outcome.alerts.map(\.exercise) == ["d", "d", nil, "d"])
        #expect(outcome.alerts.map(\.sounders) == [nil, .stop, nil, .resume])
    }

    @Test func `has to end within the hour, and is refused where nothing sounds`() throws {
        var engine = try Table("00:00  smoke  a/12/C |").engine()
        func silence(_ seconds: Int64?) -> OperatorAnswer {
            engine.apply(
                OperatorCommand(
                    .silence, incident: "a-fire-1", by: "guard", until: seconds.map { Table.start + .seconds($0) }),
                at: Table.start)
        }
        #expect(silence(60) == .unknown("no incident 'a-fire-1' is open"))
        let table = try Table("00:00  smoke  a/12/C |")
        table.play(table.steps[0], on: &engine)
        for seconds in [nil, -1, 3601] as [Int64?] {
            guard case .refused = silence(seconds) else {
                Issue.record("silenced for \(seconds ?? 0) s")
                continue
            }
        }
        #expect(silence(3600) == .done)
    }
}

@Suite struct `A reset` {
    @Test func `is refused while a detector alarms, with which and since when`() throws {
        let table = try Table("00:00  smoke  a/12/C |\n00:10  reset |\n00:20  reset force |")
        var engine = try table.engine()
        table.play(table.steps[0], on: &engine)
        let command = OperatorCommand(.reset, incident: "a-fire-1", by: "guard")
        guard case .refused(let why) = engine.apply(command, at: Table.start + .seconds(10)) else {
            Issue.record("it was reset")
            return
        }
        #expect(why.contains("a-12-C-smoke since 2026-11-22T12:00:00.000Z"))
        #expect(engine.openIncidents.count == 1)
    }

    @Test func `by force says so in the record`() throws {
        let outcome = try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:10  reset         | refused
            00:20  reset force   | reset:closed
            """
        ).check()
        let records = outcome.records.filter { $0.details["verb"] == "reset" }
        #expect(records.count == 1)
        #expect(records.first?.details["forced"] == "true" && records.first?.details["still"] == "a-12-C-smoke")
    }

    @Test func `needs no force once all is clear, nor for a call point, which sends no clear`() throws {
        let outcome = try Table(
            """
            00:00  smoke   a/12/C        | first-detector:investigate
            00:10  -smoke  a/12/C        |
            00:20  reset                 | reset:closed
            01:00  button  a/12/corridor | call-point:confirmed
            02:00  reset                 | reset:closed
            """
        ).check()
        #expect(outcome.records.allSatisfy { $0.details["forced"] == nil })
    }

    @Test func `closes for good: what comes later is another incident`() throws {
        let outcome = try Table(
            """
            00:00  smoke   a/12/C | first-detector:investigate
            00:10  -smoke  a/12/C |
            00:20  reset          | reset:closed
            00:30  smoke   a/12/C | first-detector:investigate
            """
        ).check()
        #expect(outcome.decisions.map(\.incident) == ["a-fire-1", "a-fire-1", "a-fire-2"])
    }
}

@Suite struct `The cause of an incident` {
    @Test func `is unknown when it closes by itself`() throws {
        let outcome = try Table(
            """
            00:00  smoke   a/12/C | first-detector:investigate
            00:10  -smoke  a/12/C |
            40:00  wait           | clearing:clearing closed:closed
            """
        ).check()
        #expect(outcome.closings.map(\.cause) == [.unknown])
        #expect(outcome.closings.first?.by == nil)
    }

    @Test func `is what is said with the reset, or before, or after it`() throws {
        let table = try Table("00:00  smoke  a/12/C |\n00:01  -smoke  a/12/C |\n00:10  smoke  a/12/C |")
        var engine = try table.engine()
        for step in table.steps.prefix(2) { table.play(step, on: &engine) }
        engine.apply(
            OperatorCommand(.reset, incident: "a-fire-1", by: "guard", cause: .cooking),
            at: Table.start + .seconds(5))
        #expect(engine.takeConsequences().closings.map(\.cause) == [.cooking])
        table.play(table.steps[2], on: &engine)
        let said = OperatorCommand(.cause, incident: "a-fire-2", by: "guard", cause: .steam)
        #expect(engine.apply(said, at: Table.start + .seconds(11)) == .done)
        engine.apply(
            OperatorCommand(.reset, incident: "a-fire-2", by: "warden", force: true), at: Table.start + .seconds(12))
        let closing = try #require(engine.takeConsequences().closings.first)
        #expect(closing.cause == .steam && closing.by == "guard")
        engine.apply(
            OperatorCommand(.cause, incident: "a-fire-1", by: "chair", cause: .dust), at: Table.start + .seconds(20))
        #expect(engine.takeConsequences().causes == [GivenCause(incident: "a-fire-1", cause: .dust, by: "chair")])
    }

    @Test func `reads times by the estate's clocks, and keeps them by UTC for machines`() throws {
        var course = try Course(BellCourse.rules, settings: #"utc-offset: "+08:00""#)
        course.raise("a-s1", at: 0)
        let now = Table.start + .seconds(60)
        course.engine.apply(
            OperatorCommand(.silence, incident: "a-fire-1", by: "g", until: now + .seconds(600)), at: now)
        course.engine.apply(
            OperatorCommand(
                .disable, by: "w", until: now + .seconds(600), scope: .place(Place(block: "a", floor: "2", flat: "B"))),
            at: now)
        course.engine.apply(OperatorCommand(.reset, incident: "a-fire-1", by: "g", force: true), at: now)
        let records = course.consequences().records
        #expect(records.contains { $0.text.english == "g silences the sounders of a-fire-1 until 20:11 on 22 Nov" })
        #expect(records.contains { $0.text.traditionalChinese.contains("將 a-fire-1 的警笛靜音至11月22日20:11") })
        #expect(records.contains { $0.text.english.contains("disables flat a/2/B until 20:11 on 22 Nov: ") })
        #expect(
            records.contains {
                $0.text.english == "g resets a-fire-1 by force; still alarming: a-s1 since 20:00 on 22 Nov"
            })
        #expect(records.contains { $0.details["until"] == "2026-11-22T12:11:00.000Z" })
    }

    @Test func `gives the rate of false alarms for 100 detectors and a year`() {
        let now = Table.start
        let alarms = FalseAlarms(count: 6, unexplained: 1, firstAt: now - .seconds(73 * 86_400), detectors: 300)
        #expect(alarms.rate(at: now) == 10)
        #expect(alarms.span(at: now) == .seconds(73 * 86_400))
        #expect(FalseAlarms(count: 0, unexplained: 0, firstAt: nil, detectors: 300).rate(at: now) == nil)
        let old = FalseAlarms(count: 3, unexplained: 0, firstAt: now - .seconds(900 * 86_400), detectors: 100)
        #expect(old.rate(at: now) == 3)
    }
}
