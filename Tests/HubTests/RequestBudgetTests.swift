import Devices
import Registry
import Testing

@testable import Hub

@Suite struct `What gateways are asked` {
    private let start = Instant(milliseconds: 1_800_000_000_000)

    private func request(_ topic: String, _ payload: UInt8) -> Lesson.Request {
        Lesson.Request(topic: topic, payload: [payload])
    }

    @Test func `is asked once in 30 s, whatever time the question gives`() {
        var budget = RequestBudget()
        budget.add((0..<200).map { request("NCMD/a", $0) } + [request("NCMD/b", 0)])
        #expect(budget.take(at: start).map(\.topic) == ["NCMD/a", "NCMD/b"])
        budget.add([request("NCMD/a", 200), request("NCMD/a", 201)])
        #expect(budget.take(at: start + .seconds(29)).isEmpty)
        #expect(budget.take(at: start + .seconds(30)) == [request("NCMD/a", 200)])
        #expect(budget.take(at: start + .seconds(60)).isEmpty)
    }

    @Test func `is asked of those in the registry first, for whom strangers leave room`() {
        var budget = RequestBudget()
        budget.add((0..<20_000).map { request("NCMD/s\($0)", 0) })
        let ours = (0..<30).map { Lesson.Request(topic: "NCMD/r\($0)", payload: [], isRegistered: true) }
        budget.add(ours)
        #expect(budget.take(at: start) == Array(ours[..<20]))
        let second = budget.take(at: start + .seconds(1))
        #expect(second.map(\.topic) == ours[20...].map(\.topic) + (0..<10).map { "NCMD/s\($0)" })
        // However many strangers are asked, nobody of the registry is asked twice in 30 s.
        budget.add(ours)
        #expect(budget.take(at: start + .seconds(2)).allSatisfy { !$0.isRegistered })
    }

    @Test func `is 20 questions a second in all`() {
        var budget = RequestBudget()
        budget.add((0..<50).map { request("NCMD/\($0)", 0) })
        #expect((0..<4).map { budget.take(at: start + .seconds($0)).count } == [20, 20, 10, 0])
    }
}
