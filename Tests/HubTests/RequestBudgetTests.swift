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

    @Test func `is 20 questions a second in all`() {
        var budget = RequestBudget()
        budget.add((0..<50).map { request("NCMD/\($0)", 0) })
        #expect((0..<4).map { budget.take(at: start + .seconds($0)).count } == [20, 20, 10, 0])
    }
}
