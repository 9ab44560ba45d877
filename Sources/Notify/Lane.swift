import HeapModule
import Registry
import Store

/// What waits for one far end and may leave now: how many at once, and whose turn it is.
///
/// **Whose turn.** Each incident has a queue of its own, the nearest to the danger first; the one with the fewest under way
/// comes next, so that a block's storm delays no other block. What has failed several times goes behind what has never
/// been tried, and announcements behind everything.
///
/// **How many.** An incident may have three times as many under way as are left free for all others: alone a lane's three
/// quarters, so that where everything hangs, the next block's flat on fire finds a free place. (Choudhury and Hahne, Dynamic
/// queue length thresholds for shared-memory packet switches, IEEE/ACM Transactions on Networking 6, 1998.)
///
/// **At what pace.** A lane begins with `start` places; each message that is accepted gives it one more, each that fails
/// takes one. A far end that says twice in a row that it is too much loses half of them, and is left alone for as long as it
/// wishes, though never longer than `pauseMax`: nobody shall keep an alarm back by a figure in a header. Once alone may be
/// about one recipient.
struct Lane: Sendable {
    struct Limits: Hashable, Sendable {
        var inFlightMax: Int
        /// Too few, and a block waits for its first answers; too many, and a small gateway falls over at once.
        var start = 64
        /// However much fails: so many are tried at once.
        var floor = 8
        var pauseMax = Duration.seconds(5)
    }

    /// What an outcome says about the far end.
    enum Verdict: Hashable, Sendable {
        case accepted
        case failed
        case throttled(Duration)
        /// About this message alone.
        case nothing

        init(_ outcome: Outcome) {
            self =
                switch outcome {
                case .accepted: .accepted
                case .refused: .nothing
                case .failed(_, let retryAfter): retryAfter.map { .throttled($0) } ?? .failed
                }
        }
    }

    /// A delivery that may leave.
    struct Ready: Comparable, Sendable {
        var isStubborn: Bool
        var rank: Int
        var sequence: Int64
        var id: Delivery.ID

        static func < (left: Ready, right: Ready) -> Bool {
            (left.isStubborn ? 1 : 0, left.rank, left.sequence, left.id)
                < (right.isStubborn ? 1 : 0, right.rank, right.sequence, right.id)
        }
    }

    private struct Queue: Sendable {
        var ready = Heap<Ready>()
        var inFlight = 0
    }

    private let limits: Limits
    private var queues: [String: Queue] = [:]
    private(set) var inFlight = 0
    private var places: Int
    private var throttledInARow = 0
    private(set) var pausedUntil: Instant?

    init(_ limits: Limits) {
        self.limits = limits
        places = min(limits.start, limits.inFlightMax)
    }

    /// The most urgent of all; `nil` if nothing waits.
    var first: Ready? { queues.values.compactMap(\.ready.min).min() }

    /// Nothing is lost if it is made anew.
    var isIdle: Bool { inFlight == 0 && pausedUntil == nil && queues.isEmpty }

    mutating func add(_ ready: Ready, incident: String) { queues[incident, default: Queue()].ready.insert(ready) }

    /// Goes on where the far end has been left alone for long enough.
    mutating func resume(at now: Instant) {
        if let end = pausedUntil, end <= now { pausedUntil = nil }
    }

    /// Takes out what is to leave next. It is not under way before ``depart(incident:)``, for it may be out of date.
    mutating func next() -> (incident: String, id: Delivery.ID)? {
        let free = places - inFlight
        guard pausedUntil == nil, free > 0 else { return nil }
        var best: (key: (Int, Int, Ready), incident: String)?
        for (incident, queue) in queues {
            guard let first = queue.ready.min, queue.inFlight < 3 * free else { continue }
            let key = (first.rank == .max ? 1 : 0, queue.inFlight, first)
            if best.map({ key < $0.key }) ?? true { best = (key, incident) }
        }
        guard let incident = best?.incident, let ready = queues[incident]?.ready.popMin() else { return nil }
        tidy(incident)
        return (incident, ready.id)
    }

    mutating func depart(incident: String) {
        inFlight += 1
        queues[incident, default: Queue()].inFlight += 1
    }

    mutating func land(incident: String, _ verdict: Verdict, at now: Instant) {
        inFlight -= 1
        queues[incident]?.inFlight -= 1
        tidy(incident)
        switch verdict {
        case .accepted:
            places = min(places + 1, limits.inFlightMax)
            throttledInARow = 0
        case .failed: places = max(places - 1, min(limits.floor, limits.inFlightMax))
        case .throttled(let pause):
            throttledInARow += 1
            guard throttledInARow > 1, pausedUntil == nil else { return }
            places = max(places / 2, 1)
            pausedUntil = now + min(pause, limits.pauseMax)
        case .nothing: break
        }
    }

    private mutating func tidy(_ incident: String) {
        if queues[incident]?.inFlight == 0, queues[incident]?.ready.isEmpty == true { queues[incident] = nil }
    }
}
