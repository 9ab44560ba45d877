import Notify
import Registry
import Synchronization

/// A channel that reports what it is handed, and answers as a test tells it to.
final class RecordingChannel: Channel {
    struct Sending: Sendable {
        var notice: Notice
        var contact: Contact
        /// How many times this delivery came, from 1.
        var attempt: Int
    }

    let sendings: AsyncStream<Sending>
    private let arrived: AsyncStream<Sending>.Continuation
    private let answer: @Sendable (Sending) async -> Outcome
    private let attempts = Mutex<[String: Int]>([:])

    init(answer: @escaping @Sendable (Sending) async -> Outcome = { _ in .accepted() }) {
        self.answer = answer
        (sendings, arrived) = AsyncStream.makeStream()
    }

    func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        let attempt = attempts.withLock { attempts in
            attempts[notice.id, default: 0] += 1
            return attempts[notice.id] ?? 1
        }
        let sending = Sending(notice: notice, contact: contact, attempt: attempt)
        arrived.yield(sending)
        return await answer(sending)
    }
}

extension AsyncStream where Element: Sendable {
    /// The next elements, as soon as there are so many.
    func next(_ count: Int) async -> [Element] {
        var elements: [Element] = []
        var iterator = makeAsyncIterator()
        while elements.count < count, let element = await iterator.next() { elements.append(element) }
        return elements
    }
}
