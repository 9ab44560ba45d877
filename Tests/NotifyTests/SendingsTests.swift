import Registry
import Rules
import Testing

@testable import Notify

@Suite(.timeLimit(.minutes(1))) struct `What is being sent` {
    private let sendings = Sendings()
    private let due = Harbour.noon + .seconds(15)

    /// Begins, and returns what has become of it, one by one.
    private func begin(
        _ patience: Sendings.Patience, _ send: @escaping @Sendable () async -> Outcome?
    ) -> AsyncStream<Outcome?> {
        let (outcomes, said) = AsyncStream<Outcome?>.makeStream()
        sendings.begin(by: due, patience: patience, send) { said.yield($0) }
        return outcomes
    }

    @Test func `is cancelled when its time is over`() async {
        let outcomes = begin(.untilItReturns) {
            await untilCancelled()
            return .failed("stopped")
        }
        #expect(sendings.nextDue == due)
        sendings.end(overdueAt: due)
        #expect(await outcomes.next(1) == [.failed("no answer in time")])
        #expect(sendings.nextDue == nil)
    }

    @Test func `has been accepted though it was late`() async {
        let outcomes = begin(.untilItReturns) {
            await untilCancelled()
            return .accepted()
        }
        sendings.end(overdueAt: due)
        #expect(await outcomes.next(1) == [.accepted()])
    }

    @Test func `is not waited for where nobody needs its place, and counts once`() async {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (ended, end) = AsyncStream<Void>.makeStream()
        let outcomes = begin(.none) {
            // However often it is cancelled.
            await Task.detached { _ = await gate.next(1) }.value
            end.yield()
            return .accepted()
        }
        sendings.end(overdueAt: due)
        #expect(await outcomes.next(1) == [.failed("no answer in time")])
        open.yield()
        _ = await ended.next(1)
        sendings.begin(by: due, patience: .none, { .failed("the second") }, then: { _ in })
        #expect(sendings.nextDue == due)
    }

    @Test func `ends when nothing is to be sent any more`() async {
        let outcomes = begin(.untilItReturns) {
            await untilCancelled()
            return .failed("cancelled")
        }
        let tests = begin(.none) {
            await untilCancelled()
            return .failed("cancelled")
        }
        await sendings.stop()
        #expect(await outcomes.next(1) == [.failed("cancelled")])
        #expect(await tests.next(1) == [.failed("stopped")])
        #expect(await sendings.outcome(by: due) { .accepted() } == .failed("stopped"))
    }
}
