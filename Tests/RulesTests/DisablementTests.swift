import Registry
import Rules
import Testing

@Suite struct `A disablement` {
    @Test func `keeps an alarm back, records it, and tells nobody`() throws {
        let outcome = try Table(
            """
            00:00  disable flat a/12/C until=30:00 |
            01:00  smoke    a/12/C                        |
            05:00  -smoke   a/12/C                        |
            30:00  wait                                   |
            """
        ).check()
        #expect(outcome.alerts.allSatisfy { $0.announcement != nil })
        let edges = outcome.records.filter { $0.event == .signal }
        #expect(edges.map { $0.details["change"] } == ["raised", "cleared"])
        #expect(edges.first?.details["disabled"] == "flat a/12/C")
    }

    @Test func `is announced at both ends, with who, until when, and why`() throws {
        let outcome = try Table(
            """
            imagine smoke a/12/C
            00:00  disable block a until=30:00 by=warden |
            29:59  wait                                         |
            30:00  wait                                         |
            """
        ).check()
        let ends = outcome.records.filter { $0.details["trouble"] == "disabled" }
        #expect(ends.map { $0.details["state"] } == ["open", "put right"])
        #expect(ends.map(\.at) == [Table.start, Table.start + .seconds(1800)])
        #expect(ends.allSatisfy { $0.details["by"] == "warden" && $0.details["until"] == "2026-11-22T12:30:00.000Z" })
        #expect(
            outcome.alerts.map { $0.announcement?.english } == [
                "Block A is disabled until 20:30 on 22 Nov, by warden. Nobody is told of alarms there: keep watch "
                    + "yourself.",
                "Block A is watched again: its time is over.",
            ])
        #expect(
            outcome.alerts.map { $0.announcement?.traditionalChinese } == [
                "A座已停用，至11月22日20:30，由 warden 執行。期間的警報不作通知，請自行留意。", "A座恢復監察：時間已到。",
            ])
        #expect(outcome.alerts.map(\.id) == ["a-notice-1", "a-notice-2"])
        #expect(outcome.alerts.allSatisfy { $0.audience == [.guards, .wardens, .maintenance] && $0.stage == nil })
    }

    @Test func `says at its end what still burns, which is an alarm from then on`() throws {
        let outcome = try Table(
            """
            00:00  disable flat a/12/C until=30:00 |
            20:00  smoke    a/12/C                        |
            29:59  wait                                   |
            30:00  wait                                   | first-detector:investigate
            31:29  wait                                   |
            31:30  wait                                   | unanswered:investigate
            """
        ).check()
        let end = try #require(outcome.records.first { $0.details["state"] == "put right" })
        #expect(end.details["still"] == "a-12-C-smoke" && end.level == .alarm)
        #expect(
            outcome.alerts.compactMap(\.announcement).last?.english
                == "Block A, 12C is watched again: its time is over. STILL ALARMING: Block A, 12C.")
        #expect(outcome.decisions.first?.at == Table.start + .seconds(1800))
    }

    @Test func `does not revive an alarm that was not repeated for the clear timeout`() throws {
        try Table(
            """
            00:00  disable flat a/12/C until=30:00 |
            10:00  smoke    a/12/C                        |
            30:00  wait                                   |
            30:10  smoke    a/12/C                        | first-detector:investigate
            """
        ).check()
    }

    @Test func `ends early when a person says so`() throws {
        try Table(
            """
            00:00  disable device a-12-C-smoke until=30:00 |
            01:00  smoke    a/12/C                                |
            02:00  -disable device a-12-C-smoke             | first-detector:investigate
            """
        ).check()
    }

    @Test func `is broken by an alarm from a second zone, and the disabled one counts`() throws {
        let outcome = try Table(
            """
            00:00  disable flat a/12/C until=30:00 |
            01:00  smoke    a/12/C                        |
            01:30  smoke    a/12/D                        | first-detector:investigate near-flats:confirmed
            """
        ).check()
        #expect(outcome.decisions.last?.because == ["a-12-C-smoke", "a-12-D-smoke"])
        #expect(outcome.records.contains { $0.details["broken"] == "true" && $0.level == .alarm })
    }

    @Test func `is broken by its own alarm where another zone alarms already`() throws {
        try Table(
            """
            00:00  disable flat a/12/C until=30:00 |
            01:00  smoke    a/12/D                        | first-detector:investigate
            01:30  smoke    a/12/C                        | near-flats:confirmed
            """
        ).check()
    }

    @Test func `of a whole block is broken by two zones in it, and its end is announced`() throws {
        let outcome = try Table(
            """
            start  2026-11-22T23:30:00+08:00
            00:00  disable block a until=30:00 |
            01:00  smoke    a/12/C                    |
            01:10  smoke    a/12/C#2                  |
            10:00  smoke    a/20/A                    | first-detector:investigate unanswered:investigate flat-holds:confirmed spread:spreading
            """
        ).check()
        #expect(
            outcome.alerts.compactMap(\.announcement).last?.english
                == "Block A is watched again, for there is an alarm elsewhere too: smoke in Block A, 20A. "
                + "STILL ALARMING: Block A, 12C.")
    }

    @Test func `is not broken by another hazard, another block, or the same flat`() throws {
        try Table(
            """
            00:00  disable device a-12-C-smoke until=30:00 |
            01:00  smoke       a/12/C                                |
            01:10  water_leak  a/12/D                                | water-leak:investigate
            01:20  smoke       b/12/C                                | first-detector:investigate
            01:30  smoke       a/12/C#2                              | first-detector:investigate
            """
        ).check()
    }

    @Test func `of a flat is none of the flats of that name on other floors`() throws {
        try Table(
            """
            imagine smoke a/12/C
            00:00  disable flat a/12/C until=30:00 |
            01:00  smoke    a/13/C                        | first-detector:investigate
            """
        ).check()
        var engine = try Table("00:00  smoke  a/12/C |").engine()
        let everywhere = Disablement.Scope.place(Place(block: "a", flat: "C"))
        let answer = engine.apply(
            OperatorCommand(.disable, by: "w", until: Table.start + .seconds(60), scope: everywhere), at: Table.start)
        #expect(answer != .done)
    }

    @Test func `leaves an incident that is under way as it is`() throws {
        try Table(
            """
            00:00  smoke    a/12/C                        | first-detector:investigate
            00:30  disable flat a/12/C until=50:00 |
            01:30  wait                                   | unanswered:investigate
            02:00  -smoke   a/12/C                        |
            07:00  wait                                   | clearing:clearing
            08:00  smoke    a/12/C                        |
            37:00  wait                                   | closed:closed
            """
        ).check()
    }

    @Test func `of a block, floor or flat keeps back no call point, nor a person's word`() throws {
        try Table(
            """
            00:00  disable block a until=30:00                  |
            01:00  button   a/12/corridor                              | call-point:confirmed
            """
        ).check()
        try Table(
            """
            00:00  smoke    a/12/C                    | first-detector:investigate
            00:10  disable block a until=30:00 |
            00:30  confirm                            | person:confirmed
            """
        ).check()
    }

    @Test func `of the call point itself keeps it back`() throws {
        try Table(
            """
            00:00  disable device a-12-corridor-button until=30:00 |
            01:00  button   a/12/corridor                                 |
            """
        ).check()
    }

    @Test func `touches no exercise, and an exercise touches none`() throws {
        try Table(
            """
            00:00  disable flat a/12/C until=30:00 |
            00:01  drill    d                       |
            00:02  smoke    a/12/C drill=d                | first-detector:investigate
            00:10  smoke    a/12/C                        |
            00:20  smoke    a/12/D drill=d                | near-flats:confirmed
            """
        ).check()
    }

    @Test func `that is prolonged keeps what it kept back`() throws {
        try Table(
            """
            00:00  disable flat a/12/C until=10:00 |
            09:00  smoke    a/12/C                        |
            09:30  disable flat a/12/C until=20:00 |
            10:00  wait                                   |
            20:00  wait                                   | first-detector:investigate
            """
        ).check()
    }

    @Test func `hands what it kept back to another that covers it too`() throws {
        try Table(
            """
            00:00  disable flat a/12/C until=10:00  |
            00:00  disable floor a/12 until=20:00   |
            09:00  smoke    a/12/C                         |
            10:00  wait                                    |
            20:00  wait                                    | first-detector:investigate
            """
        ).check()
    }

    @Test func `keeps in mind what begins anew under it, although the incident before it closes`() throws {
        let outcome = try Table(
            """
            00:00  smoke    a/12/C                        | first-detector:investigate
            00:20  disable flat a/12/C until=60:00 |
            01:00  -smoke   a/12/C                        |
            06:00  wait                                   | clearing:clearing
            08:00  smoke    a/12/C                        |
            36:00  wait                                   | closed:closed
            50:00  smoke    a/12/C                        |
            60:00  wait                                   | first-detector:investigate
            """
        ).check()
        let end = try #require(outcome.records.first { $0.details["state"] == "put right" })
        #expect(end.details["still"] == "a-12-C-smoke" && end.level == .alarm)
    }

    @Test func `does not make a detector stuck that has cleared since`() throws {
        try Table(
            """
            00:00  smoke    a/12/C                        | first-detector:investigate
            00:30  reset force                            | reset:closed
            02:00  smoke    a/12/C                        | stuck:investigate
            03:00  -smoke   a/12/C                        |
            04:00  disable flat a/12/C until=25:00 |
            05:00  smoke    a/12/C                        |
            25:00  wait                                   | clearing:clearing
            26:00  smoke    a/12/C                        | rekindled:investigate first-detector:investigate
            """
        ).check()
    }

    @Test func `keeps the trouble that a detector is stuck`() throws {
        let outcome = try Table(
            """
            00:00  smoke    a/12/C                        | first-detector:investigate
            00:30  reset force                            | reset:closed
            00:40  disable flat a/12/C until=30:00 |
            02:00  smoke    a/12/C                        |
            30:00  wait                                   |
            30:10  smoke    a/12/C                        | stuck:investigate
            """
        ).check()
        #expect(outcome.records.count { $0.details["trouble"] == "stuck" } == 1)
    }
}

@Suite struct `A disabled rule` {
    @Test func `does not fire, says once that it holds, and fires when it is enabled again`() throws {
        let outcome = try Table(
            """
            00:00  disable rule unanswered until=10:00 |
            01:00  smoke    a/12/C                            | first-detector:investigate
            02:30  wait                                       |
            09:00  smoke    a/12/C                            |
            10:00  wait                                       | unanswered:investigate
            """
        ).check()
        #expect(outcome.records.count { $0.details["disabled"] == "rule unanswered" } == 1)
        #expect(outcome.decisions.last?.at == Table.start + .seconds(600))
    }

    @Test func `that would have opened an incident keeps its alarms in mind, and says so once`() throws {
        let outcome = try Table(
            """
            00:00  disable rule co-alarm until=10:00 |
            01:00  co       a/12/C                          |
            02:00  co       a/12/C                          |
            10:00  wait                                     | co-alarm:investigate
            """
        ).check()
        #expect(outcome.records.count { $0.details["disabled"] == "rule co-alarm" } == 1)
        #expect(outcome.decisions.first?.incident == "a-co-1")
    }

    @Test func `leads back up what began anew while it was disabled`() throws {
        try Table(
            """
            00:00  co       a/12/C                          | co-alarm:investigate
            01:00  -co      a/12/C                          |
            06:00  wait                                     | co-clearing:clearing
            07:00  disable rule co-rekindled until=20:00    |
            10:00  co       a/12/C                          |
            20:00  wait                                     | co-rekindled:investigate
            """
        ).check()
    }

    @Test func `tells of a flat that joined while it was disabled, unless that is clear again`() throws {
        let outcome = try Table(
            """
            00:00  water_leak  a/12/C                       | water-leak:investigate
            01:00  -water_leak a/12/C                       |
            01:10  disable rule water-new-flat until=05:00  |
            01:20  water_leak  a/20/A                       |
            01:30  -water_leak a/20/A                       |
            01:40  water_leak  a/25/B                       |
            05:00  wait                                     | water-new-flat:investigate
            """
        ).check()
        #expect(outcome.decisions.last?.because == ["a-25-B-water_leak"])
    }

    @Test func `keeps alarms in mind that it would have told of, beside others that would not`() throws {
        try Table(
            """
            00:00  disable rule co-clearing until=30:00     |
            00:00  disable rule co-alarm until=10:00        |
            01:00  co       a/12/C                          |
            10:00  wait                                     | co-alarm:investigate
            """
        ).check()
    }

    @Test func `is broken by a second zone`() throws {
        try Table(
            """
            00:00  disable rule near-flats until=10:00 |
            01:00  smoke    a/12/C                            | first-detector:investigate
            01:10  smoke    a/12/D                            | near-flats:confirmed
            """
        ).check()
        try Table(
            """
            00:00  disable rule estate-wide until=10:00 |
            01:00  button   a/12/corridor                      | call-point:confirmed
            01:10  button   b/12/corridor                      | call-point:confirmed estate-wide:confirmed
            """
        ).check()
    }
}

@Suite struct `Test mode` {
    @Test func `counts test presses instead of a line for each, and nothing else`() throws {
        let outcome = try Table(
            """
            00:00  test-mode block a until=20:00 |
            01:00  smoke      a/12/C test               |
            01:30  smoke      b/12/C test               |
            02:00  smoke      a/13/C                    | first-detector:investigate
            02:10  button     a/12/corridor             | call-point:confirmed
            20:00  wait                                 |
            21:00  smoke      a/14/C test               |
            """
        ).check()
        #expect(
            outcome.records.filter { $0.details["kind"] == "test" }.map(\.device) == ["b-12-C-smoke", "a-14-C-smoke"])
        let ends = outcome.records.filter { $0.details["test"] != nil }
        #expect(ends.map { $0.details["test"] } == ["begun", "over"])
        #expect(ends.last?.details["pressed"] == "a-12-C-smoke")
        #expect(ends.last?.at == Table.start + .seconds(1200))
    }
}

@Suite struct `Whoever disables` {
    private func answer(
        _ scope: Disablement.Scope, for hours: Int64, by: String = "warden", second: String? = nil,
        verb: OperatorCommand.Verb = .disable, after: Int64 = 0, on engine: inout RuleEngine
    ) -> OperatorAnswer {
        let moment = Table.start + .seconds(after * 3600)
        return engine.apply(
            OperatorCommand(verb, by: by, until: moment + .seconds(hours * 3600), scope: scope, second: second),
            at: moment)
    }

    private let flat = Disablement.Scope.place(Place(block: "a", floor: "12", flat: "C"))

    private func engine() throws -> RuleEngine {
        try Table("imagine siren a/12/D\n00:00  smoke  a/12/C |").engine()
    }

    @Test func `for more than 4 h needs a second person, and no other self`() throws {
        var engine = try engine()
        #expect(answer(flat, for: 4, on: &engine) == .done)
        guard case .refused(let why) = answer(flat, for: 5, on: &engine) else {
            Issue.record("nobody was asked for")
            return
        }
        #expect(why.contains("more than 4 h a second person"))
        guard case .refused = answer(flat, for: 5, second: " Warden", on: &engine) else {
            Issue.record("one person agreed with themselves")
            return
        }
        #expect(answer(flat, for: 5, second: "chair", on: &engine) == .done)
    }

    @Test func `cannot go on alone in small pieces`() throws {
        var engine = try engine()
        #expect(answer(flat, for: 3, on: &engine) == .done)
        guard case .refused = answer(flat, for: 3, after: 2, on: &engine) else {
            Issue.record("five hours by one person")
            return
        }
    }

    @Test func `has to name an end to come, and something that exists and detects`() throws {
        var engine = try engine()
        func isUnknown(_ answer: OperatorAnswer) -> Bool { if case .unknown = answer { true } else { false } }
        func isRefused(_ answer: OperatorAnswer) -> Bool { if case .refused = answer { true } else { false } }
        #expect(isRefused(engine.apply(OperatorCommand(.disable, by: "w", scope: flat), at: Table.start)))
        #expect(isRefused(answer(flat, for: -1, on: &engine)))
        #expect(isRefused(answer(flat, for: 24 * 32, second: "chair", on: &engine)))
        #expect(isRefused(answer(flat, for: 1, by: " ", on: &engine)))
        #expect(isUnknown(answer(.device("no-such"), for: 1, on: &engine)))
        #expect(isUnknown(answer(.place(Place(block: "z")), for: 1, on: &engine)))
        #expect(isUnknown(answer(.place(Place(block: "a", floor: "99")), for: 1, on: &engine)))
        #expect(isUnknown(answer(.rule("no-such"), for: 1, on: &engine)))
        #expect(isRefused(answer(.device("a-12-D-siren"), for: 1, on: &engine)))
        #expect(isRefused(answer(.rule("call-point"), for: 1, on: &engine)))
        #expect(isRefused(answer(.rule("person"), for: 1, on: &engine)))
        #expect(isRefused(answer(.rule("unanswered"), for: 1, verb: .test, on: &engine)))
        #expect(isRefused(engine.apply(OperatorCommand(.enable, by: "w", scope: flat), at: Table.start)))
        #expect(engine.disablements == [])
    }
}
