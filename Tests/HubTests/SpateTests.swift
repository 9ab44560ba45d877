import Registry
import Testing

@testable import Hub

@Suite struct `A spate` {
    private let start = Instant(milliseconds: 1_800_000_000_000)

    @Test func `tells the first at once and the rest as a number, and then again`() {
        var spate = Spate(singly: 5, within: .seconds(600), gathering: .seconds(30))
        func told(_ count: Int, at seconds: Double) -> Int {
            (0..<count).count { _ in spate.tells(at: start + .seconds(seconds)) }
        }
        #expect(spate.sum(at: start) == nil)
        #expect(told(1000, at: 0) == 5)
        #expect(spate.sum(at: start + .seconds(29)) == nil)
        #expect(told(5, at: 29) == 0)
        #expect(spate.sum(at: start + .seconds(30)) == 1000)
        #expect(told(3, at: 31) == 0)
        #expect(spate.sum(at: start + .seconds(599)) == nil)
        // A new span begins for those who come now; those who were counted are not forgotten.
        #expect(told(7, at: 600) == 5)
        #expect(spate.sum(at: start + .seconds(630)) == 5)
        #expect(spate.sum(at: start + .seconds(1230)) == nil)
        #expect(told(6, at: 5000) == 5)
        #expect(spate.sum(at: start + .seconds(5030)) == 1)
    }
}
