import Devices
import Registry
import Rules
import Testing

@Suite struct `Event time` {
    @Test func `a backlog with alarms ten minutes apart is no coincidence`() throws {
        try Table(
            """
            -59:00  wait                               |
            -59:00  hears                              |
            00:00   smoke   a/12/C at=-50:00 backlog   | first-detector:investigate
            00:00   -smoke  a/12/C at=-49:30 backlog   |
            00:00   smoke   a/12/D at=-40:00 backlog   | new-flat:investigate
            00:00   -smoke  a/12/D at=-39:30 backlog   |
            00:01   wait                               |
            """
        ).check()
    }

    @Test func `alarms that coincided in the backlog do confirm, marked late`() throws {
        let outcome = try Table(
            """
            -59:00  wait                               |
            -59:00  hears                              |
            00:00   smoke   a/12/C at=-50:00 backlog   | first-detector:investigate
            00:00   smoke   a/12/D at=-49:30 backlog   | near-flats:confirmed
            """
        ).check()
        #expect(outcome.alerts.allSatisfy { $0.late })
        #expect(outcome.decisions.map(\.at.description) == ["2026-11-22T11:10:00.000Z", "2026-11-22T11:10:30.000Z"])
    }

    @Test func `an alarm out of a backlog that does not say when it was is acted upon at once`() throws {
        try Table(
            """
            -59:00  wait                             |
            -59:00  hears                            |
            00:00   smoke  a/12/C backlog            | first-detector:investigate
            00:00   smoke  a/12/D backlog            | near-flats:confirmed
            """
        ).check()
    }

    @Test func `an outage of the hub counts for no detector's clear timeout, but holds up no escalation`() throws {
        try Table(
            """
            00:00  smoke   a/12/C       | first-detector:investigate
            01:00  deaf                 |
            40:00  wait                 | unanswered:investigate
            40:00  hears  since=01:00  |
            53:59  wait                 |
            58:59  wait                 |
            59:00  wait                 | clearing:clearing
            """
        ).check()
    }

    @Test func `an alarm out of a backlog steps down only by what the hub has heard itself`() throws {
        try Table(
            """
            -59:00  wait                             |
            -59:00  hears                            |
            00:00   smoke  a/12/C at=-50:00 backlog  | first-detector:investigate
            00:01   wait                             | unanswered:investigate
            14:59   wait                             |
            19:59   wait                             |
            20:00   wait                             | clearing:clearing
            """
        ).check()
    }

    @Test func `a clock that is an hour ahead changes nothing`() throws {
        try Table(
            """
            00:00  -smoke  a/12/C at=1:00:00 |
            00:10  -smoke  a/12/C at=1:00:10 |
            00:20  smoke   a/12/C at=1:00:20 | first-detector:investigate
            00:50  smoke   a/12/D            | near-flats:confirmed
            """
        ).check()
    }

    @Test func `a clock that is an hour behind changes nothing`() throws {
        let outcome = try Table(
            """
            00:00  -smoke  a/12/C at=-1:00:00 |
            00:20  smoke   a/12/C at=-59:40   | first-detector:investigate
            00:50  smoke   a/12/D             | near-flats:confirmed
            """
        ).check()
        #expect(outcome.alerts.allSatisfy { !$0.late })
    }

    /// The air was clear at 00:10, and burns since 00:12.
    @Test(arguments: [["at=00:00", "at=00:10", "at=00:12", "at=00:40"], ["seq=1", "seq=2", "seq=3", "seq=4"]])
    func `a clear that the alarm after it has overtaken ends nothing`(_ sent: [String]) throws {
        let outcome = try Table(
            """
            00:00  smoke   a/12/C \(sent[0]) | first-detector:investigate
            00:13  smoke   a/12/C \(sent[2]) |
            00:14  -smoke  a/12/C \(sent[1]) |
            00:30  smoke   a/12/D             | near-flats:confirmed
            00:40  -smoke  a/12/C \(sent[3]) |
            """
        ).check()
        let clears = outcome.records.filter { $0.event == .signal && $0.details["change"] == "cleared" }
        #expect(clears.map(\.at) == [Table.start + .seconds(40)])
    }

    /// With stamps, and for a device that has no clock.
    @Test(arguments: [["at=00:00", "at=00:19", "at=01:04"], ["", "", ""]])
    func `an old alarm that is delivered again lets no old clear end a newer one`(_ stamps: [String]) throws {
        let outcome = try Table(
            """
            00:00  smoke   a/12/C seq=4 \(stamps[0]) | first-detector:investigate
            00:19  -smoke  a/12/C seq=5 \(stamps[1]) |
            01:04  smoke   a/12/C seq=6 \(stamps[2]) |
            02:03  smoke   a/12/C seq=4 \(stamps[0]) |
            02:03  -smoke  a/12/C seq=5 \(stamps[1]) |
            02:34  wait                               | unanswered:investigate
            """
        ).check()
        let clears = outcome.records.filter { $0.event == .signal && $0.details["change"] == "cleared" }
        #expect(clears.map(\.at) == [Table.start + .seconds(19)])
    }

    @Test func `a device that starts anew and counts from one again clears with its second message`() throws {
        try Table(
            """
            00:00  smoke   a/12/C seq=3 | first-detector:investigate
            00:30  -smoke  a/12/C seq=1 |
            00:40  -smoke  a/12/C seq=2 |
            05:40  wait                 | clearing:clearing
            """
        ).check()
    }

    @Test func `a device that starts anew and counts from one again still clears`() throws {
        try Table(
            """
            00:00  smoke   a/12/C seq=900 | first-detector:investigate
            00:30  -smoke  a/12/C seq=1   |
            05:30  wait                   | clearing:clearing
            """
        ).check()
    }

    @Test func `a deadline is acted upon at its own time, however late the hub looks`() throws {
        let outcome = try Table(
            """
            00:00  smoke  a/12/C | first-detector:investigate
            14:00  wait          | unanswered:investigate
            """
        ).check()
        #expect(outcome.decisions.last?.at == Table.start + .seconds(90))
    }

    @Test(arguments: [Int64.max, .min, 1, -1, 253_402_300_800_000])
    func `a stamp that no clock shows is passed over`(_ milliseconds: Int64) {
        var clock = DeviceClock()
        let now = Table.start
        _ = clock.place(stamp: Instant(milliseconds: 1), receivedAt: now, live: true)
        let placement = clock.place(stamp: Instant(milliseconds: milliseconds), receivedAt: now, live: true)
        #expect(placement.at <= now)
        let later = clock.place(stamp: now + .seconds(1), receivedAt: now + .seconds(1), live: true)
        #expect(later.at <= now + .seconds(1))
    }
}
