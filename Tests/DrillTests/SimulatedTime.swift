import Drill
import Registry
import Synchronization

/// A clock that stands still until somebody sleeps, and then is at once where the sleeper wants it.
final class SimulatedTime: DrillClock {
    static let start = Instant(milliseconds: 1_795_362_337_000)

    private struct State: ~Copyable {
        var elapsed = Duration.zero
        var due: [(at: Duration, perform: @Sendable () -> Void)] = []
    }

    private let state = Mutex(State())

    var now: Instant { Self.start + elapsed }
    var elapsed: Duration { state.withLock { $0.elapsed } }

    func sleep(until elapsed: Duration) async throws {
        try Task.checkCancellation()
        while let perform = next(until: elapsed) { perform() }
        state.withLock { $0.elapsed = max($0.elapsed, elapsed) }
    }

    /// Something that happens while somebody sleeps.
    func schedule(after delay: Duration, _ perform: @escaping @Sendable () -> Void) {
        state.withLock { $0.due.append(($0.elapsed + delay, perform)) }
    }

    private func next(until limit: Duration) -> (@Sendable () -> Void)? {
        state.withLock { state in
            let first = state.due.indices.min { (state.due[$0].at, $0) < (state.due[$1].at, $1) }
            guard let first, state.due[first].at <= limit else { return nil }
            let due = state.due.remove(at: first)
            state.elapsed = max(state.elapsed, due.at)
            return due.perform
        }
    }
}
