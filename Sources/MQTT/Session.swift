import CMosquitto
import Glibc

/// A persistent session with the broker, whose messages are acknowledged when the caller says so, and not before.
///
///     let session = try Session(settings, subscriptions: [Subscription("estate/#")])
///     while running {
///         let batch = session.nextBatch(waitingAtMost: .seconds(1), wakeup: wakeup)
///         try journal.commit(batch.messages)
///         session.acknowledge()
///     }
///
/// Driven by one thread and by no other, hence not `Sendable`. Whoever cannot commit does not acknowledge: at the latest
/// after one and a half keep-alives the broker ends the connection, and after the next it sends all of it again.
public final class Session {
    private var subscriptions: [Subscription]
    /// The same, to be found: devices that announce themselves ask for thousands, one by one.
    private var known: Set<Subscription>
    private var link: Link
    /// Taken from the connection and not yet handed out.
    private var messages: [Publication] = []
    private var events: [Batch.Event] = []
    private var asked: [Int32: [Subscription]] = [:]
    /// ``acknowledge()`` was called and the socket has not yet taken everything: nothing may be read meanwhile, or its
    /// acknowledgements would leave too.
    private var lettingOut = false
    private let clock = ContinuousClock()

    /// Does not connect yet; ``nextBatch(waitingAtMost:wakeup:)`` does, and keeps trying.
    ///
    /// Throws ``MQTTError`` with `.settings` for what could never work.
    public init(_ settings: BrokerSettings, subscriptions: [Subscription]) throws(MQTTError) {
        try Self.check(subscriptions, settings)
        self.subscriptions = subscriptions
        known = Set(subscriptions)
        link = try Link(settings)
    }

    private static func check(_ subscriptions: [Subscription], _ settings: BrokerSettings) throws(MQTTError) {
        for subscription in subscriptions where !subscription.isValid {
            throw MQTTError(
                broker: settings.description,
                reason: .settings(
                    "'\(subscription.filter)' is no topic filter",
                    mend: "write + for a whole level and # only at the end"))
        }
    }

    /// Subscribes to more, on this connection and every later one. What the broker answers comes as an event; retained
    /// messages come as to any new subscription.
    ///
    /// Throws ``MQTTError`` with `.settings` for what is no topic filter; then none of them is subscribed to.
    public func subscribe(_ more: [Subscription]) throws(MQTTError) {
        try Self.check(more, link.settings)
        let new = more.filter { known.insert($0).inserted }
        guard !new.isEmpty else { return }
        subscriptions += new
        // Without a connection, the next one asks for all of them.
        if let connection = link.connection { subscribe(connection, new) }
    }

    /// Waits until there is a message or an event, `wakeup` is signalled, or the time is over; reads until nothing more
    /// has arrived or the batch is full.
    ///
    /// Connects by itself, with pauses between attempts; never blocks longer than `wait`, broker or no broker. The
    /// messages of earlier batches stay unacknowledged. Leaves `wakeup` signalled.
    public func nextBatch(waitingAtMost wait: Duration, wakeup: Wakeup? = nil) -> Batch {
        let deadline = clock.now + wait
        while true {
            advance()
            let dry = read()
            let rest = deadline - clock.now
            if !messages.isEmpty || !events.isEmpty || rest <= .zero { return handOut(dry: dry) }
            if pause(atMost: rest, wakeup) { return handOut(dry: true) }
        }
    }

    /// Lets the acknowledgements of all messages handed out so far leave.
    ///
    /// Does not wait for a socket that takes no more; the rest leaves during the next ``nextBatch(waitingAtMost:wakeup:)``.
    /// On a connection that has ended meanwhile there is nothing to let out: the messages come again.
    public func acknowledge() {
        guard let connection = link.connection else { return }
        // Corked, a batch's acknowledgements are a few segments instead of one each; for a few messages not worth it.
        let many = connection.inbox.acknowledgementsQueued > 8
        connection.inbox.acknowledgementsQueued = 0
        lettingOut = true
        if many { connection.gather(true) }
        letOut(connection)
        if many, link.connection != nil { connection.gather(false) }
    }

    /// Ends the connection and starts anew at once, unacknowledged messages included.
    public func reconnect(reason: String) {
        lost(MQTTError(broker: link.settings.description, reason: .reconnecting(reason)), atOnce: true)
    }

    /// Ends the connection; politely, so that the broker keeps the will to itself, unless something is unacknowledged:
    /// a farewell would take the acknowledgements with it.
    public func end() {
        guard let connection = link.connection else { return link.drop() }
        if connection.inbox.acknowledgementsQueued == 0 {
            connection.sayFarewell()
            // Whatever it answers, the connection ends here.
            _ = connection.write()
        }
        link.drop()
    }
}

extension Session {
    private func advance() {
        switch link.advance() {
        case .none: break
        case .refused(let error): events.append(.refused(error))
        case .connected(let connection, let sessionPresent):
            lettingOut = false
            events.append(.connected(sessionPresent: sessionPresent))
            asked = [:]
            subscribe(connection, subscriptions)
        }
        guard let connection = link.connection else { return }
        if lettingOut {
            letOut(connection)
        } else if connection.inbox.acknowledgementsQueued == 0 {
            if let error = connection.keepAlive() { return lost(error) }
            if connection.wantsToWrite, let error = connection.write() { lost(error) }
        }
    }

    /// In pieces, because some brokers bound the filters of one SUBSCRIBE.
    private func subscribe(_ connection: Connection, _ subscriptions: [Subscription]) {
        for quality in [Quality.atMostOnce, .atLeastOnce] {
            let wanted = subscriptions.filter { $0.quality == quality }
            for start in stride(from: 0, to: wanted.count, by: 64) {
                let piece = Array(wanted[start..<min(start + 64, wanted.count)])
                switch connection.subscribe(piece.map(\.filter), quality) {
                case .success(let id): asked[id] = piece
                case .failure(let error): return lost(error)
                }
            }
        }
    }

    /// `true` when nothing more has arrived.
    private func read() -> Bool {
        guard let connection = link.connection, !lettingOut else { return true }
        defer { gather(connection.inbox) }
        while !isFull(connection.inbox) {
            switch connection.read() {
            case .packet: continue
            case .dry: return true
            case .closed(let error):
                lost(error)
                return true
            }
        }
        return false
    }

    private func isFull(_ inbox: Inbox) -> Bool {
        inbox.messages.count + inbox.dropped.count >= link.settings.batchMessagesMax
            || inbox.payloadBytes >= link.settings.batchBytesMax
    }

    private func gather(_ inbox: Inbox) {
        if messages.isEmpty {
            swap(&messages, &inbox.messages)
        } else {
            messages += inbox.messages
            inbox.messages = []
        }
        inbox.payloadBytes = 0
        guard !inbox.dropped.isEmpty || !inbox.subscribed.isEmpty else { return }
        events += inbox.dropped.map { .dropped(topic: $0.topic, payloadBytes: $0.payloadBytes) }
        inbox.dropped = []
        for answer in inbox.subscribed {
            for (subscription, code) in zip(asked.removeValue(forKey: answer.id) ?? [], answer.codes) {
                events.append(
                    code < 128
                        ? .subscribed(filter: subscription.filter)
                        : .subscriptionRefused(
                            filter: subscription.filter, reason: String(cString: mosquitto_reason_string(code))))
            }
        }
        inbox.subscribed = []
    }

    private func handOut(dry: Bool) -> Batch {
        let batch = Batch(messages: messages, dry: dry, events: events)
        messages = []
        events = []
        return batch
    }

    private func letOut(_ connection: Connection) {
        if let error = connection.write() { return lost(error) }
        lettingOut = connection.wantsToWrite
    }

    private func lost(_ error: MQTTError, atOnce: Bool = false) {
        if let connection = link.connection { gather(connection.inbox) }
        events.append(.disconnected(error))
        link.drop(atOnce: atOnce)
        lettingOut = false
    }

    /// `true` when `wakeup` ended it.
    private func pause(atMost rest: Duration, _ wakeup: Wakeup?) -> Bool {
        var interests: [pollfd] = []
        if let wakeup { interests.append(pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)) }
        if let interest = link.interest { interests.append(interest) }
        if let connection = link.connection {
            let mayWrite = lettingOut || connection.inbox.acknowledgementsQueued == 0
            let events = (lettingOut ? 0 : POLLIN) | (mayWrite && connection.wantsToWrite ? POLLOUT : 0)
            interests.append(pollfd(fd: connection.descriptor, events: Int16(events), revents: 0))
        }
        // libmosquitto counts its keep-alive in seconds.
        var longest = min(rest, .seconds(1))
        if let due = link.deadline { longest = min(longest, max(due - clock.now, .zero)) }
        pollReady(&interests, for: longest)
        return wakeup != nil && interests[0].revents != 0
    }
}

/// Waits until one of them is ready, or the time is over (rounded up to milliseconds); a signal may end it early.
func pollReady(_ interests: inout [pollfd], for longest: Duration) {
    let (seconds, attoseconds) = longest.components
    let milliseconds = seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    _ = poll(&interests, nfds_t(interests.count), Int32(clamping: milliseconds))
}
