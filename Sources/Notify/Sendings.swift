import HeapModule
import Registry
import Synchronization

/// What channels are at, each by a time of its own.
///
/// One look at the oldest serves all, where a timer for each would cost more than handing over a message does.
final class Sendings: Sendable {
    private let underway = Mutex(Underway())

    /// What becomes of one that is overdue, which is cancelled in any case.
    enum Patience: Sendable {
        /// Nothing more before it returns, so that it keeps its place: what was accepted late was accepted.
        case untilItReturns
        /// It counts as failed at once, and nobody hears when it returns.
        case none
    }

    private struct Sending {
        var task: Task<Void, Never>
        var patience: Patience
        var isLate = false
        var then: @Sendable (Outcome?) -> Void
    }

    private struct Underway {
        var begun = 0
        var sendings: [Int: Sending] = [:]
        var order = Heap<Due>()
        var isOver = false

        mutating func dropEnded() {
            while let first = order.min, sendings[first.number] == nil { order.removeMin() }
        }
    }

    private struct Due: Comparable {
        var at: Instant
        var number: Int

        static func < (left: Due, right: Due) -> Bool { (left.at, left.number) < (right.at, right.number) }
    }

    private static let tooLate = Outcome.failed("no answer in time")
    private static let stopped = Outcome.failed("stopped")

    /// Begins to send.
    ///
    /// - Parameters:
    ///   - send: ends early when its task is cancelled.
    ///   - then: is called once, from any thread, with what has become of it.
    func begin(
        by due: Instant, patience: Patience = .untilItReturns, _ send: @escaping @Sendable () async -> Outcome?,
        then: @escaping @Sendable (Outcome?) -> Void
    ) {
        let isBegun = underway.withLock { underway in
            guard !underway.isOver else { return false }
            underway.begun += 1
            let number = underway.begun
            // It cannot end before it is noted here, for that takes the lock.
            let task = Task { end(number, await send()) }
            underway.sendings[number] = Sending(task: task, patience: patience, then: then)
            underway.order.insert(Due(at: due, number: number))
            return true
        }
        if !isBegun { then(Self.stopped) }
    }

    /// Sends, and returns what has become of it; at once when it is overdue.
    func outcome(by due: Instant, _ send: @escaping @Sendable () async -> Outcome?) async -> Outcome? {
        await withCheckedContinuation { continuation in
            begin(by: due, patience: .none, send) { continuation.resume(returning: $0) }
        }
    }

    private func end(_ number: Int, _ outcome: Outcome?) {
        guard let sending = underway.withLock({ $0.sendings.removeValue(forKey: number) }) else { return }
        if case .accepted? = outcome { return sending.then(outcome) }
        sending.then(sending.isLate ? Self.tooLate : outcome)
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
        let overdue = underway.withLock { underway in
            var overdue: [Sending] = []
            while let first = underway.order.min, first.at <= now {
                underway.order.removeMin()
                guard let sending = underway.sendings[first.number] else { continue }
                overdue.append(sending)
                switch sending.patience {
                case .untilItReturns: underway.sendings[first.number]?.isLate = true
                case .none: underway.sendings[first.number] = nil
                }
            }
            return overdue
        }
        for sending in overdue {
            sending.task.cancel()
            if sending.patience == .none { sending.then(Self.tooLate) }
        }
    }

    /// Cancels everything, and returns when all that has to has returned. Nothing begins any more.
    func stop() async {
        let sendings = underway.withLock { underway in
            underway.isOver = true
            defer { underway.sendings = underway.sendings.filter { $0.value.patience == .untilItReturns } }
            return Array(underway.sendings.values)
        }
        for sending in sendings {
            sending.task.cancel()
            if sending.patience == .none { sending.then(Self.stopped) }
        }
        for sending in sendings where sending.patience == .untilItReturns { await sending.task.value }
    }
}
