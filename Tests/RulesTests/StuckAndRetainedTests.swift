import Rules
import Testing

@Suite struct `What is retained, stuck or a test` {
    @Test func `a retained alarm is investigated but never widens or confirms`() throws {
        try Table(
            """
            00:00  smoke  a/12/C retained | first-detector:investigate
            00:01  smoke  a/12/D retained | new-flat:investigate
            14:00  wait                   |
            """
        ).check()
    }

    @Test func `one retained and one live alarm confirm`() throws {
        try Table(
            """
            00:00  smoke  a/12/C retained | first-detector:investigate
            00:01  smoke  a/12/D          | near-flats:confirmed
            """
        ).check()
    }

    @Test func `a retained alarm that repeats what is known is no news`() throws {
        try Table(
            """
            00:00  smoke  a/12/C          | first-detector:investigate
            00:30  reset force            | reset:closed
            10:00  smoke  a/12/C retained |
            """
        ).check()
    }

    @Test func `a retained clear ends no alarm`() throws {
        try Table(
            """
            00:00  smoke   a/12/C          | first-detector:investigate
            00:30  -smoke  a/12/C retained |
            01:30  wait                    | unanswered:investigate
            """
        ).check()
    }

    @Test func `a live alarm after the reset is new once the re-arm time has passed, for the flat and the guards`()
        throws
    {
        let outcome = try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:30  reset force   | reset:closed
            01:29  smoke  a/12/C |
            01:30  smoke  a/12/C | stuck:investigate
            """
        ).check()
        #expect(outcome.alerts.last?.audience == [.flat, .guards])
        #expect(outcome.records.contains { $0.details["trouble"] == "stuck" && $0.details["state"] == "open" })
    }

    @Test func `a stuck detector is told at most once an hour and confirms nobody else`() throws {
        try Table(
            """
            00:00    smoke  a/12/C | first-detector:investigate
            00:30    reset force   | reset:closed
            02:00    smoke  a/12/C | stuck:investigate
            10:00    smoke  a/12/C |
            20:00    smoke  a/12/C |
            30:00    wait          | clearing:clearing
            40:00    smoke  a/12/C |
            59:00    wait          | closed:closed
            1:01:00  smoke  a/12/C |
            1:02:00  smoke  a/12/C | stuck:investigate
            1:02:10  smoke  a/12/D | first-detector:investigate
            1:02:20  smoke  a/12/C |
            1:03:20  wait          |
            """
        ).check()
    }

    @Test func `a detector whose own repeat brings the time at which its incident closes is stuck all the same`() throws
    {
        try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:10  ack           |
            51:30  smoke  a/12/C | clearing:clearing closed:closed stuck:investigate
            """
        ).check()
    }

    @Test func `an answer to a stuck detector is none to the alarm of another flat`() throws {
        try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:30  reset force   | reset:closed
            02:00  smoke  a/12/C | stuck:investigate
            02:10  ack           |
            03:00  smoke  a/20/A | first-detector:investigate
            04:30  wait          | unanswered:investigate
            """
        ).check()
    }

    @Test func `a stuck detector that clears is believed again`() throws {
        let outcome = try Table(
            """
            00:00  smoke   a/12/C | first-detector:investigate
            00:30  reset force    | reset:closed
            02:00  smoke   a/12/C | stuck:investigate
            03:00  -smoke  a/12/C |
            04:00  smoke   a/12/C | first-detector:investigate
            04:10  smoke   a/12/D | near-flats:confirmed
            """
        ).check()
        #expect(outcome.records.contains { $0.details["trouble"] == "stuck" && $0.details["state"] == "put right" })
    }

    @Test func `a detector that never clears counts as cleared 15 min after it was last heard, and says so`() throws {
        let outcome = try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:10  ack           |
            10:00  smoke  a/12/C |
            24:59  wait          |
            29:59  wait          |
            30:00  wait          | clearing:clearing
            """
        ).check()
        #expect(outcome.records.contains { $0.details["clear"] == "timed out" })
    }

    @Test func `a message with smoke and test set is a test`() throws {
        let outcome = try Table(
            """
            00:00  smoke  a/12/C test |
            00:10  smoke  a/12/C      | first-detector:investigate
            """
        ).check()
        #expect(outcome.records.first?.details["kind"] == "test")
    }

    @Test func `the same counter twice is one message`() throws {
        try Table(
            """
            00:00  smoke   a/12/C seq=7 | first-detector:investigate
            00:10  -smoke  a/12/C seq=8 |
            00:20  smoke   a/12/C seq=7 |
            02:00  wait                 |
            """
        ).check()
    }

    @Test func `a device that counts anew is heard`() throws {
        try Table(
            """
            00:00  -smoke  a/12/C seq=1  |
            00:10  -smoke  a/12/C seq=30 |
            00:20  smoke   a/12/C seq=1  | first-detector:investigate
            """
        ).check()
    }

    @Test func `a retained call point is looked at, and a live one confirms`() throws {
        try Table("00:00  button  a/12/corridor retained | first-detector:investigate").check()
    }

    @Test func `a call point that is pressed again after its incident confirms again`() throws {
        try Table(
            """
            00:00    button  a/12/corridor | call-point:confirmed
            2:00:00  wait                  | clearing:clearing closed:closed
            2:00:10  button  a/12/corridor | call-point:confirmed
            """
        ).check()
    }
}
