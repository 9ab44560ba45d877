import Foundation
public import MQTT
import Registry
import Synchronization

/// A drill's link to a real broker: a session that listens, on a thread of its own, and a publisher that speaks.
public final class BrokerLink: DrillLink {
    private let settings: BrokerSettings
    private let clock: any DrillClock
    private let publisher: Publisher
    private let wakeup: Wakeup
    private let state = Mutex(State())

    private struct State {
        var isClosed = false
        /// Filters that the broker has not answered yet.
        var pending: Set<String> = []
        /// Who waits for that.
        var waiting: CheckedContinuation<Void, any Error>?
    }

    /// More alerts than any drill brings. What would come beyond them is lost, and missed in the verdict.
    private static let messagesMax = 100_000

    /// Connects when it is first used.
    ///
    /// - Parameter settings: their client id serves the session; the publisher adds `-out` to it.
    /// - Throws: `MQTTError` for what could never work.
    public init(_ settings: BrokerSettings, clock: any DrillClock) throws {
        self.settings = settings
        self.clock = clock
        wakeup = try Wakeup()
        var speaking = settings
        speaking.clientID += "-out"
        publisher = try Publisher(speaking)
    }

    public func publish(_ payload: [UInt8], to topic: String, qos: Int, retain: Bool) async throws {
        let quality = Quality(rawValue: qos) ?? .atLeastOnce
        let message = OutgoingMessage(topic: topic, payload: payload, quality: quality, retain: retain)
        try await withCheckedThrowingContinuation { waiting in
            publisher.publish(message) { waiting.resume(with: $0.mapError { $0 }) }
        }
    }

    /// - Throws: ``DrillError/broker(_:)`` if the first attempt to connect fails or the broker refuses a filter.
    public func messages(matching filters: [String]) async throws -> AsyncStream<DrillMessage> {
        let (stream, continuation) = AsyncStream<DrillMessage>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.messagesMax))
        try await withCheckedThrowingContinuation { waiting in
            state.withLock {
                $0.pending = Set(filters)
                $0.waiting = waiting
            }
            Thread { [self] in
                listen(to: filters, continuation)
                continuation.finish()
            }.start()
        }
        return stream
    }

    public func close() async {
        state.withLock { $0.isClosed = true }
        wakeup.signal()
    }

    // MARK: On the session's thread

    private func listen(to filters: [String], _ continuation: AsyncStream<DrillMessage>.Continuation) {
        let session: Session
        do {
            session = try Session(settings, subscriptions: filters.map { Subscription($0) })
        } catch {
            return answer(.failure(error))
        }
        var isOpen = true
        while isOpen {
            // Once more after the end, for what had come in before it.
            isOpen = state.withLock { !$0.isClosed }
            let batch = session.nextBatch(waitingAtMost: isOpen ? .seconds(1) : .zero, wakeup: wakeup)
            let receivedAt = clock.elapsed
            for message in batch.messages {
                continuation.yield(
                    DrillMessage(
                        topic: message.topic, payload: message.payload, retained: message.retained,
                        receivedAt: receivedAt))
            }
            session.acknowledge()
            batch.events.forEach(heed)
        }
        session.end()
        answer(.failure(DrillError.broker("the connection was closed before it was used")))
    }

    /// Only the beginning is watched: later the session connects again by itself.
    private func heed(_ event: Batch.Event) {
        switch event {
        case .subscribed(let filter):
            let isLast = state.withLock { state in
                state.pending.remove(filter)
                return state.pending.isEmpty
            }
            if isLast { answer(.success(())) }
        case .subscriptionRefused(let filter, let reason):
            fail("\(settings): refuses '\(filter)' (\(reason)); allow it in the broker's ACL (topic read smokehub/#)")
        case .refused(let error), .disconnected(let error):
            fail("\(error)")
        case .connected, .dropped:
            break
        }
    }

    private func fail(_ problem: String) {
        guard state.withLock({ $0.waiting != nil }) else { return }
        answer(.failure(DrillError.broker(problem)))
        state.withLock { $0.isClosed = true }
    }

    private func answer(_ result: Result<Void, any Error>) {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(with: result)
    }
}
