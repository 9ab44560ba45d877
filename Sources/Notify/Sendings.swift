import HeapModule
import Registry
import Synchronization

/// What channels are at. One that does not return in time counts as failed; one that does not even end when cancelled
/// keeps its place in its own lane, and no other.
///
/// One look at the oldest serves all, where a timer for each would cost more than handing over a message does.
final class Sendings: Sendable {
    private let underway = Mutex(Underway())

    private struct Underway {
        var begun = 0
        var tasks: [Int: Task<Outcome, Never>] = [:]
        var late: Set<Int> = []
        var order = Heap<Due>()

        mutating func dropEnded() {
            while let first = order.min, tasks[first.number] == nil { order.removeMin() }
        }
    }

    private struct Due: Comparable {
        var at: Instant
        var number: Int

        static func < (left: Due, right: Due) -> Bool { (left.at, left.number) < (right.at, right.number) }
    }

    /// - Returns: when `send` has returned; if it was too late and not accepted, that it failed.
    func outcome(by due: Instant, _ send: @escaping @Sendable () async -> Outcome) async -> Outcome {
        let task = Task { await send() }
        let number = underway.withLock { underway in
            underway.begun += 1
            underway.tasks[underway.begun] = task
            underway.order.insert(Due(at: due, number: underway.begun))
            return underway.begun
        }
        let outcome = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        let isLate = underway.withLock { underway in
            underway.tasks[number] = nil
            return underway.late.remove(number) != nil
        }
        if case .accepted = outcome { return outcome }
        return isLate ? .failed("no answer in time") : outcome
    }

    /// When the oldest has to have ended.
    var nextDue: Instant? {
        underway.withLock { underway in
            underway.dropEnded()
            return underway.order.min?.at
        }
    }

    /// Cancels what should have ended by now.
    func end(overdueAt now: Instant) {
        let tasks = underway.withLock { underway in
            var tasks: [Task<Outcome, Never>] = []
            while let first = underway.order.min, first.at <= now {
                underway.order.removeMin()
                guard let task = underway.tasks[first.number] else { continue }
                underway.late.insert(first.number)
                tasks.append(task)
            }
            return tasks
        }
        for task in tasks { task.cancel() }
    }
}
