import Registry
import Rules
import Store
import Synchronization

/// What reaches the notifier from other threads: wakes, outcomes of deliveries, and alerts that the hub could not
/// write down. One reader waits on it; anybody may put something in, without waiting.
final class Mailbox: Sendable {
    private let contents = Mutex(Contents())
    private let undurableMax: Int

    /// - Parameter undurableMax: alerts that may wait; more are dropped, counted, and recorded as a trouble.
    init(undurableMax: Int) { self.undurableMax = undurableMax }

    struct Contents: Sendable {
        var outcomes: [(delivery: String, outcome: Outcome)] = []
        var undurable: [Alert] = []
        var tests: [(outcome: Outcome?, of: ChannelHealth.Name)] = []
        var notes: [TellingNote] = []
        var replies: [Dispatcher.Reply] = []
        var incoming: [(what: Incoming, channel: String, reply: CheckedContinuation<Bool, Never>)] = []
        var answers: [(what: GivenAnswer, reply: CheckedContinuation<Bool, Never>)] = []
        var choosings: [(what: Choosing, reply: CheckedContinuation<Bool, Never>)] = []
        /// People to be forgotten.
        var forgotten: [(who: Set<Resident.ID>, reply: CheckedContinuation<Bool, Never>)] = []
        var dropped = 0
        var isStopped = false
        /// Nobody takes anything out any more.
        fileprivate var isEnded = false
        fileprivate var isWoken = false
        fileprivate var waiter: CheckedContinuation<Void, Never>?

        /// Tells those who wait whether what they brought is on the disk.
        func confirm(isKept: Bool) {
            for one in incoming { one.reply.resume(returning: isKept) }
            for one in answers { one.reply.resume(returning: isKept) }
            for one in choosings { one.reply.resume(returning: isKept) }
            for one in forgotten { one.reply.resume(returning: isKept) }
        }
    }

    func wake() { put { _ in } }

    func stop() { put { $0.isStopped = true } }

    /// Bounded by the deliveries that are in flight.
    func put(_ outcome: Outcome, of delivery: String) { put { $0.outcomes.append((delivery, outcome)) } }

    /// Bounded by the far ends, for each is tested once at a time.
    func put(_ outcome: Outcome?, ofTest name: ChannelHealth.Name) { put { $0.tests.append((outcome, name)) } }

    /// Bounded by those who bring them, each of whom brings one a minute at the most.
    func put(_ note: TellingNote) { put { $0.notes.append(note) } }

    /// What people who have chosen by a text are told now. Bounded by those.
    func put(_ replies: [Dispatcher.Reply]) { put { $0.replies += replies } }

    func put(_ incoming: Incoming, over channel: String, _ reply: CheckedContinuation<Bool, Never>) {
        putUnlessEnded(reply) { $0.incoming.append((incoming, channel, reply)) }
    }

    func put(_ answer: GivenAnswer, _ reply: CheckedContinuation<Bool, Never>) {
        putUnlessEnded(reply) { $0.answers.append((answer, reply)) }
    }

    func put(_ choosing: Choosing, _ reply: CheckedContinuation<Bool, Never>) {
        putUnlessEnded(reply) { $0.choosings.append((choosing, reply)) }
    }

    func put(forgotten people: Set<Resident.ID>, _ reply: CheckedContinuation<Bool, Never>) {
        putUnlessEnded(reply) { $0.forgotten.append((people, reply)) }
    }

    /// Tells whoever brings something from now on that it is not kept.
    func end() {
        put { $0.isEnded = true }
        take().confirm(isKept: false)
    }

    private func putUnlessEnded(_ reply: CheckedContinuation<Bool, Never>, _ change: (inout Contents) -> Void) {
        var isTaken = false
        put { contents in
            guard !contents.isEnded else { return }
            isTaken = true
            change(&contents)
        }
        if !isTaken { reply.resume(returning: false) }
    }

    func put(undurable alerts: [Alert]) {
        put { [undurableMax] contents in
            let room = undurableMax - contents.undurable.count
            contents.undurable += alerts.prefix(room)
            contents.dropped += max(0, alerts.count - room)
        }
    }

    /// Takes out everything that is there; `isStopped` stays.
    func take() -> Contents {
        contents.withLock { contents in
            let taken = contents
            contents.outcomes = []
            contents.tests = []
            contents.notes = []
            contents.replies = []
            contents.undurable = []
            contents.incoming = []
            contents.answers = []
            contents.choosings = []
            contents.forgotten = []
            contents.dropped = 0
            contents.isWoken = false
            return taken
        }
    }

    /// Returns when something was put in since the last `take`, or when the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = contents.withLock { contents in
                    guard !contents.isWoken, !Task.isCancelled else { return true }
                    contents.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            contents.withLock { contents in
                defer { contents.waiter = nil }
                return contents.waiter
            }?.resume()
        }
    }

    private func put(_ change: (inout Contents) -> Void) {
        contents.withLock { contents in
            change(&contents)
            contents.isWoken = true
            defer { contents.waiter = nil }
            return contents.waiter
        }?.resume()
    }
}
