import Registry
import Testing

@testable import Notify

@Suite struct `A lane` {
    private let now = Harbour.noon

    private func lane(_ places: Int, start: Int = 1000) -> Lane {
        Lane(Lane.Limits(inFlightMax: places, start: start, floor: 2))
    }

    private func ready(_ id: String, rank: Int, isStubborn: Bool = false) -> Lane.Ready {
        Lane.Ready(isStubborn: isStubborn, rank: rank, sequence: 1, id: id)
    }

    /// Takes out what may leave.
    private func departing(_ lane: inout Lane, at moment: Instant? = nil) -> [String] {
        var ids: [String] = []
        lane.resume(at: moment ?? now)
        while let next = lane.next() {
            lane.depart(incident: next.incident)
            ids.append(next.id)
        }
        return ids
    }

    @Test func `tells two incidents in turn, of each the nearest first`() {
        var lane = lane(100)
        for rank in [5, 3, 1] { lane.add(ready("a\(rank)", rank: rank), incident: "a") }
        for rank in [9, 7] { lane.add(ready("b\(rank)", rank: rank), incident: "b") }
        #expect(departing(&lane) == ["a1", "b7", "a3", "b9", "a5"])
    }

    @Test func `keeps a quarter free of one incident, and of what is left for the next`() {
        var lane = lane(16)
        for number in 10..<90 { lane.add(ready("a\(number)", rank: 1), incident: "a") }
        #expect(departing(&lane).count == 12)
        for number in 10..<90 { lane.add(ready("b\(number)", rank: 1), incident: "b") }
        #expect(departing(&lane).allSatisfy { $0.hasPrefix("b") })
        lane.add(ready("c", rank: 1), incident: "c")
        #expect(departing(&lane) == ["c"])
    }

    @Test func `lets those who were never tried go before what has failed, and announcements last`() {
        var lane = lane(100)
        lane.add(ready("failed", rank: 0, isStubborn: true), incident: "a")
        lane.add(ready("far", rank: 40), incident: "a")
        lane.add(ready("announced", rank: .max), incident: "n")
        #expect(departing(&lane) == ["far", "failed", "announced"])
    }

    @Test func `gets a place more for what is accepted, and one less for what fails, down to a few`() {
        var lane = lane(100, start: 4)
        for number in 100..<200 { lane.add(ready("\(number)", rank: 1), incident: "a") }
        #expect(departing(&lane).count == 3)
        for _ in 0..<3 { lane.land(incident: "a", .accepted, at: now) }
        #expect(departing(&lane).count == 6)
        for _ in 0..<6 { lane.land(incident: "a", .failed, at: now) }
        #expect(departing(&lane).count == 2)
    }

    @Test func `waits for a far end that is throttled twice in a row, and no longer than is good for anybody`() {
        var lane = lane(100)
        for number in 100..<200 { lane.add(ready("\(number)", rank: 1), incident: "a") }
        #expect(departing(&lane).count == 75)
        // Once alone may be about one recipient.
        lane.land(incident: "a", .throttled(.seconds(3600)), at: now)
        lane.land(incident: "a", .accepted, at: now)
        #expect(departing(&lane).count == 2)
        for _ in 0..<2 { lane.land(incident: "a", .throttled(.seconds(3600)), at: now) }
        #expect(departing(&lane).isEmpty)
        #expect(lane.pausedUntil == now + .seconds(5))
        for _ in 0..<75 { lane.land(incident: "a", .nothing, at: now) }
        #expect(departing(&lane, at: now + .seconds(5)).count == 23)
    }
}
