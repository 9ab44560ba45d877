import Testing

@testable import Devices

@Suite struct `A wheel of timers` {
    private static let start: Int64 = 1_760_000_000_000

    @Test func `gives each device back once its moment has come, in the order in which they were filed`() {
        var wheel = Wheel(now: Self.start)
        for index in 0..<100 { wheel.insert(index, at: Self.start + 60_000) }
        wheel.insert(100, at: Self.start + 7)
        #expect(wheel.taken(until: Self.start + 4000).isEmpty)
        #expect(wheel.taken(until: Self.start + 5000) == [100])
        #expect(wheel.taken(until: Self.start + 59_999).isEmpty)
        #expect(wheel.taken(until: Self.start + 60_000) == Array(0..<100))
        #expect(wheel.taken(until: Self.start + 86_400_000).isEmpty)
    }

    @Test func `files what is far at its end`() {
        var wheel = Wheel(now: Self.start)
        wheel.insert(1, at: Self.start + 86_400_000)
        #expect(wheel.taken(until: Self.start + 4094 * 5000).isEmpty)
        #expect(wheel.taken(until: Self.start + 4095 * 5000) == [1])
    }

    @Test func `takes no more room however long it turns`() {
        var wheel = Wheel(now: Self.start)
        for index in 0..<1000 { wheel.insert(index, at: Self.start + 120_000 + Int64(index) * 60) }
        for second in 1...86_400 as ClosedRange<Int64> {
            let now = Self.start + second * 1000
            for index in wheel.taken(until: now) { wheel.insert(index, at: now + 120_000) }
        }
        #expect(wheel.chunkCount < 80)
    }
}

extension Wheel {
    fileprivate mutating func taken(until now: Int64) -> [Int] {
        var devices: [Int] = []
        while let chunk = take(until: now) { devices += (0..<chunk.count).map { chunk[$0] } }
        return devices
    }
}
