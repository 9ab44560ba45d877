import CMosquitto
import Glibc
import Synchronization

/// The outgoing connection: publishes from any thread without making it wait, and says what became of each message.
///
/// With few messages under way the caller's own thread hands its message to the socket; in a burst, and without a
/// connection, messages wait in a bounded queue for the publisher's thread. A message whose acknowledgement was lost
/// with its connection is sent again on the next, so it may arrive twice. Messages leave in the order of the calls.
///
/// On every connection the announcement is published first: together with the settings' will, a retained state that we
/// set while we live and that the broker sets when we do not.
public final class Publisher: Sendable {
    public struct Limits: Sendable {
        /// How many messages may wait; above it they are refused at once with `.queueFull`.
        public var queued = 20_000
        /// How long a message may take from the call to the acknowledgement; then it fails with `.timedOut`, and a
        /// connection that stands but does not acknowledge is given up.
        public var patience: Duration = .seconds(10)

        public init() {}
    }

    /// What happened to the connection.
    public enum Event: Sendable, Equatable {
        case connected
        /// An attempt failed; the next follows by itself.
        case refused(MQTTError)
        case disconnected(MQTTError)
        /// The broker did not take the announcement.
        case announcementFailed(MQTTError)
    }

    /// What became of a message. Under MQTT 3.1.1, and with `.atMostOnce`, a broker does not say that it is forbidden.
    public typealias Completion = @Sendable (Result<Void, MQTTError>) -> Void

    /// More would make libmosquitto search its list of unacknowledged messages for too long.
    static let inFlightMax = 100
    /// Up to here the caller writes to the socket; beyond, that would cost a burst's caller a system call a message.
    private static let inFlightDirect = 16

    private let limits: Limits
    private let broker: String
    private let onEvent: @Sendable (Event) -> Void
    private let wakeup: Wakeup
    private let ended: Wakeup
    private let outbox: Mutex<Outbox>

    /// Starts its thread, which connects and keeps trying.
    ///
    /// `settings.cleanStart` is of no account: nothing is received here. `onEvent` runs on the publisher's thread and
    /// must not block it. Throws ``MQTTError`` with `.settings` or `.resource`.
    public init(
        _ settings: BrokerSettings, announcement: OutgoingMessage? = nil, limits: Limits = Limits(),
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(MQTTError) {
        var settings = settings
        settings.cleanStart = true
        self.limits = limits
        self.onEvent = onEvent
        broker = settings.description
        wakeup = try Wakeup()
        ended = try Wakeup()
        outbox = Mutex(Outbox(link: try Link(settings), announcement: announcement, patience: limits.patience))
        // The thread holds the publisher for a turn at a time, so that it goes when its owner lets it go.
        try startThread(named: "mqtt publish", broker: broker) { [weak self, wakeup, ended] in
            while var wait = self?.turn() {
                wait.interests.append(pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0))
                pollReady(&wait.interests, for: wait.atMost)
                wakeup.drain()
            }
            ended.signal()
        }
    }

    deinit {
        wakeup.signal()
        deliver(outbox.withLock { $0.stop() })
    }

    /// Publishes in microseconds, without waiting for anything. `completion` runs on the publisher's thread, or on the
    /// caller's before this returns, and must not block.
    public func publish(_ message: OutgoingMessage, then completion: @escaping Completion) {
        if let reason = refusal(of: message) { return completion(.failure(failure(reason))) }
        let item = Outbox.Item(message: message, deadline: .now + limits.patience, completion: completion)
        let (needsThread, news) = outbox.withLock { outbox in
            if let reason = outbox.append(item, queuedMax: limits.queued) {
                return (false, Outbox.News(finished: [(item, .failure(failure(reason)))]))
            }
            outbox.send(inFlightMax: Self.inFlightDirect)
            return (outbox.needsThread, outbox.takeNews())
        }
        if needsThread { wakeup.signal() }
        deliver(news)
    }

    /// Publishes, and returns when the broker has acknowledged it; throws ``MQTTError`` when it did not.
    public func publish(_ message: OutgoingMessage) async throws(MQTTError) {
        let result: Result<Void, MQTTError> = await withCheckedContinuation { continuation in
            publish(message, then: { continuation.resume(returning: $0) })
        }
        try result.get()
    }

    /// Waits until all that was published is acknowledged, `last` included, at most so long; then says farewell to the
    /// broker, which keeps the will to itself. What is left fails with `.stopped`. Blocks.
    public func stop(saying last: OutgoingMessage? = nil, within time: Duration = .seconds(2)) {
        // Whether or not it arrives, this is the end; the broker then says what the will says.
        if let last { publish(last) { _ in } }
        outbox.withLock { $0.isEnding = true }
        wakeup.signal()
        var interests = [pollfd(fd: ended.descriptor, events: Int16(POLLIN), revents: 0)]
        pollReady(&interests, for: time)
        deliver(outbox.withLock { $0.stop() })
        wakeup.signal()
    }

    private func refusal(of message: OutgoingMessage) -> MQTTError.Reason? {
        let topic = message.topic
        if topic.isEmpty || topic.utf8.contains(0) || mosquitto_pub_topic_check(topic) != MOSQ_ERR_SUCCESS.rawValue {
            return .invalidTopic(topic)
        }
        return message.payload.count > MQTT_MAX_PAYLOAD ? .payloadTooLarge(bytes: message.payload.count) : nil
    }

    /// `nil` when it was the last.
    private func turn() -> Outbox.Wait? {
        let (news, wait) = outbox.withLock { outbox in
            outbox.turn(inFlightMax: Self.inFlightMax)
            return (outbox.takeNews(), outbox.wait)
        }
        deliver(news)
        return wait
    }

    /// Never under the lock: completions may publish.
    private func deliver(_ news: Outbox.News) {
        for event in news.events { onEvent(event) }
        for (item, result) in news.finished {
            if item.isAnnouncement, case .failure(let error) = result { onEvent(.announcementFailed(error)) }
            item.completion?(result)
        }
    }

    private func failure(_ reason: MQTTError.Reason) -> MQTTError { MQTTError(broker: broker, reason: reason) }
}
