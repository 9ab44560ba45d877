import Registry
import Rules
import Testing

@Suite struct `The sample ladder for fire` {
    @Test func `burnt toast that clears is investigated, and nobody is evacuated`() throws {
        let outcome = try Table(
            """
            00:00  smoke   a/12/C | first-detector:investigate
            00:40  -smoke  a/12/C |
            05:39  wait           |
            05:40  wait           | clearing:clearing
            35:39  wait           |
            35:40  wait           | closed:closed
            """
        ).check()
        #expect(outcome.alerts.first?.audience == [.flat, .neighbours, .guards])
    }

    @Test func `a lone detector nobody answers widens after 90 s and never confirms`() throws {
        try Table(
            """
            00:00    smoke  a/12/C | first-detector:investigate
            01:29    smoke  a/12/C |
            01:30    wait          | unanswered:investigate
            10:00    smoke  a/12/C |
            20:00    smoke  a/12/C |
            3:00:00  wait          | clearing:clearing closed:closed
            """
        ).check()
    }

    @Test func `an answer stops the widening`() throws {
        try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            01:00  ack           |
            14:00  wait          |
            """
        ).check()
    }

    @Test func `the 90 s stop when the only alarming detector clears`() throws {
        try Table(
            """
            00:00  smoke   a/12/C | first-detector:investigate
            01:29  -smoke  a/12/C |
            03:00  wait           |
            03:10  smoke   a/12/C |
            04:39  wait           |
            04:40  wait           | unanswered:investigate
            """
        ).check()
    }

    @Test func `a second detector in the same flat widens, and confirms by night when both still alarm 60 s later`()
        throws
    {
        try Table(
            """
            start  2026-11-22T23:30:00+08:00
            00:00  smoke  a/12/C   | first-detector:investigate
            00:20  smoke  a/12/C#2 | second-in-flat:investigate
            01:19  wait            |
            01:20  wait            | flat-holds:confirmed
            """
        ).check()
    }

    @Test func `two detectors of one flat of which one clears confirm nothing`() throws {
        try Table(
            """
            00:00  smoke   a/12/C   | first-detector:investigate
            00:20  smoke   a/12/C#2 | second-in-flat:investigate
            01:10  -smoke  a/12/C   |
            05:00  wait             |
            """
        ).check()
    }

    @Test func `a second flat on the same floor within 60 s confirms at once`() throws {
        try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            01:00  smoke  a/12/D | near-flats:confirmed
            """
        ).check()
    }

    @Test func `a second flat one floor up within 60 s confirms, and it is spreading`() throws {
        try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:30  smoke  a/13/C | near-flats:confirmed spread:spreading
            """
        ).check()
    }

    @Test func `a far flat confirms by night, only when both still alarm 60 s later`() throws {
        try Table(
            """
            start  2026-11-22T23:30:00+08:00
            00:00  smoke  a/12/C | first-detector:investigate
            00:30  smoke  a/20/A | new-flat:investigate
            01:29  wait          |
            01:30  wait          | far-flats-hold:confirmed spread:spreading
            """
        ).check()
        try Table(
            """
            start  2026-11-22T23:30:00+08:00
            00:00  smoke   a/12/C | first-detector:investigate
            00:30  smoke   a/20/A | new-flat:investigate
            01:10  -smoke  a/20/A |
            01:30  wait           | unanswered:investigate
            04:00  wait           |
            """
        ).check()
    }

    @Test func `a near flat after more than 60 s confirms when both hold`() throws {
        try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            01:01  smoke  a/12/D | new-flat:investigate
            01:30  wait          | unanswered:investigate
            02:01  wait          | near-flats-hold:confirmed
            """
        ).check()
    }

    @Test func `heat beside smoke confirms at once`() throws {
        try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:10  heat   a/12/C | heat-beside-smoke:confirmed
            """
        ).check()
    }

    @Test func `heat in another flat far away is not beside`() throws {
        try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:10  heat   a/20/C | new-flat:investigate
            """
        ).check()
    }

    @Test func `a manual call point confirms by itself`() throws {
        try Table("00:00  button  a/12/corridor | call-point:confirmed").check()
    }

    @Test func `a person confirms what is investigated`() throws {
        try Table(
            """
            00:00  smoke    a/12/C | first-detector:investigate
            00:30  confirm         | person:confirmed
            """
        ).check()
    }

    @Test func `smoke in the stair makes a confirmed fire spread`() throws {
        try Table(
            """
            00:00  smoke  a/12/C       | first-detector:investigate
            00:30  smoke  a/12/D       | near-flats:confirmed
            01:00  smoke  a/12/stair-1 | spread:spreading
            """
        ).check()
    }

    @Test func `a detector in the stair alone is investigated`() throws {
        try Table("00:00  smoke  a/12/stair-1 | first-detector:investigate").check()
    }

    @Test func `two confirmed blocks concern the estate`() throws {
        let outcome = try Table(
            """
            00:00  button  a/12/corridor | call-point:confirmed
            00:10  smoke   b/3/A         | first-detector:investigate
            00:20  smoke   b/3/B         | near-flats:confirmed estate-wide:confirmed
            """
        ).check()
        #expect(outcome.decisions.last?.block == "*")
        #expect(outcome.decisions.last?.because == ["a-12-corridor-button", "b-3-A-smoke", "b-3-B-smoke"])
    }

    @Test func `a flat that the incident has not had yet is told though the stage stays`() throws {
        let outcome = try Table(
            """
            00:00  button  a/12/corridor | call-point:confirmed
            00:30  smoke   a/20/C        | new-flat:confirmed
            00:50  smoke   a/20/D        | new-flat:confirmed
            00:55  smoke   a/20/D#2      |
            """
        ).check()
        #expect(outcome.alerts.last?.places == [Place(block: "a", floor: "20", flat: "D")])
        #expect(outcome.alerts.last?.audience == [.flat, .floor, .floorAbove, .wardens, .guards])
    }

    @Test func `a new alarm while clearing leads back to the stage before`() throws {
        try Table(
            """
            00:00  smoke   a/12/C | first-detector:investigate
            00:30  smoke   a/12/D | near-flats:confirmed
            02:00  -smoke  a/12/C |
            03:00  -smoke  a/12/D |
            08:00  wait           | clearing:clearing
            20:00  smoke   a/12/C | rekindled:confirmed
            21:00  -smoke  a/12/C |
            26:00  wait           | clearing:clearing
            56:00  wait           | closed:closed
            """
        ).check()
    }

    @Test func `guards are reminded ever more slowly until somebody answers`() throws {
        let outcome = try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            01:30  wait          | unanswered:investigate
            08:31  wait          |
            08:40  ack           |
            14:00  wait          |
            """
        ).check()
        let reminders = outcome.alerts.filter { $0.repetition > 0 }
        #expect(reminders.map { ($0.at - Table.start).components.seconds } == [150, 270, 510])
        #expect(reminders.map(\.repetition) == [1, 2, 3])
        #expect(reminders.allSatisfy { $0.audience == [.guards] })
    }

    @Test func `two incidents of one block are one`() throws {
        let outcome = try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:01  smoke  a/12/D | near-flats:confirmed
            00:02  smoke  a/12/E | new-flat:confirmed
            00:03  smoke  a/12/F | new-flat:confirmed
            """
        ).check()
        #expect(Set(outcome.decisions.map(\.incident)) == ["a-fire-1"])
        #expect(Set(outcome.alerts.map(\.id)).count == outcome.alerts.count)
    }

    @Test func `blocks do not confirm each other`() throws {
        try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            00:10  smoke  b/12/C | first-detector:investigate
            01:20  wait          |
            """
        ).check()
    }

    @Test func `a rekindled fire reminds again`() throws {
        let outcome = try Table(
            """
            00:00  smoke   a/12/C | first-detector:investigate
            00:30  smoke   a/12/D | near-flats:confirmed
            00:40  ack            |
            01:00  -smoke  a/12/C |
            01:00  -smoke  a/12/D |
            06:00  wait           | clearing:clearing
            07:00  smoke   a/12/C | rekindled:confirmed
            08:30  wait           |
            """
        ).check()
        #expect(outcome.alerts.contains { $0.repetition == 1 && $0.at > Table.start + .seconds(420) })
    }

    @Test func `a person confirms what is clearing already`() throws {
        try Table(
            """
            00:00  smoke   a/12/C | first-detector:investigate
            00:30  -smoke  a/12/C |
            05:30  wait           | clearing:clearing
            06:00  confirm        | person:confirmed
            10:59  wait           |
            11:00  wait           | clearing:clearing
            """
        ).check()
    }

    @Test func `toast in a third block does not hide the next fire in two`() throws {
        let outcome = try Table(
            """
            00:00  button  a/12/corridor | call-point:confirmed
            00:10  button  b/12/corridor | call-point:confirmed estate-wide:confirmed
            00:20  smoke   c/1/A         | first-detector:investigate
            00:30  reset force           | reset:closed
            00:40  reset force           | reset:closed closed:closed
            02:00  button  a/12/corridor | unanswered:investigate call-point:confirmed
            02:10  button  b/12/corridor | call-point:confirmed estate-wide:confirmed
            """
        ).check()
        // Whoever was told of it is told that it is over, or their sirens would sound for it for ever.
        let over = try #require(outcome.alerts.first { $0.incident == "estate-fire-1" && $0.stage == .closed })
        #expect(over.audience == [.told])
    }
}
