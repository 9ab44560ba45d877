import Testing

@testable import Notify

@Suite struct `The pace of opening connections to a host` {
    private let start = ContinuousClock.now

    /// How many of so many requests begin at a moment.
    private func begin(_ pace: inout ConnectionPace, _ count: Int, after milliseconds: Int) -> Int {
        (0..<count).count { _ in pace.begin(at: start + .milliseconds(milliseconds)) }
    }

    @Test func `is a few in each millisecond`() {
        var pace = ConnectionPace()
        for millisecond in 0..<10 { #expect(begin(&pace, 64, after: millisecond) == ConnectionPace.atOnce) }
        // However long nothing was begun, no more come at once.
        #expect(begin(&pace, 64, after: 500) == ConnectionPace.atOnce)
    }

    @Test func `holds up nothing that goes over a connection which is there`() {
        var pace = ConnectionPace()
        for millisecond in 0..<8 { _ = begin(&pace, 64, after: millisecond) }
        let open = 8 * ConnectionPace.atOnce
        for _ in 0..<open { pace.end(at: start + .milliseconds(7)) }
        #expect(begin(&pace, 64, after: 7) == open)
        #expect(begin(&pace, 64, after: 8) == ConnectionPace.atOnce)
    }

    @Test func `begins anew where nobody has used them for long`() {
        var pace = ConnectionPace()
        for millisecond in 0..<8 { _ = begin(&pace, 64, after: millisecond) }
        for _ in 0..<8 * ConnectionPace.atOnce { pace.end(at: start + .milliseconds(8)) }
        #expect(begin(&pace, 64, after: 2000) == ConnectionPace.atOnce)
    }
}
