import Devices
import Registry
import Testing

@Suite struct `A message that comes again` {
    private let start = Instant(milliseconds: 1_764_000_000_000)

    private func isRepeat(_ clock: inout DeviceClock, _ sequence: UInt64, alarm: Bool = false, after seconds: Int)
        -> Bool
    {
        clock.isRepeat(
            sequence: sequence, stamp: start + .seconds(Int(sequence)),
            readings: [Reading(.smoke, .flag(alarm))], receivedAt: start + .seconds(seconds))
    }

    @Test func `is recognised however many of one batch come again, and however late`() {
        var clock = DeviceClock()
        for sequence in 1...100 { #expect(!isRepeat(&clock, UInt64(sequence), after: 5)) }
        for sequence in 1...100 { #expect(isRepeat(&clock, UInt64(sequence), after: 3600)) }
        #expect(!isRepeat(&clock, 101, after: 3600))
    }

    @Test func `is another if it says something else, for a device that starts anew counts anew`() {
        var clock = DeviceClock()
        #expect(!isRepeat(&clock, 1, after: 0))
        #expect(!isRepeat(&clock, 1, alarm: true, after: 1))
    }

    @Test func `is told apart in bounded room`() throws {
        var clock = DeviceClock()
        for sequence in 1...2000 { #expect(!isRepeat(&clock, UInt64(sequence), after: 0)) }
        #expect(isRepeat(&clock, 2000, after: 0))
        #expect(!isRepeat(&clock, 1, after: 0))
        #expect(!isRepeat(&clock, 3000, after: 120))
        #expect(!isRepeat(&clock, 2000, after: 120))
    }
}
