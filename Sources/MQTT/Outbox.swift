import CMosquitto
import Glibc

/// A publisher's connection and its messages on their way, behind the publisher's lock. Never blocks.
struct Outbox {
    var isEnding = false
    private var link: Link
    private let announcement: OutgoingMessage?
    private let patience: Duration
    private var stopped = false
    /// In the order of the calls, from `head` on.
    private var waiting: [Item] = []
    private var head = 0
    private var inFlight: [Int32: Item] = [:]
    private var count = 0
    /// More may have arrived than was read; over TLS no poll would tell.
    private var mayHaveMore = false
    private var news = News()

    struct Item: Sendable {
        let message: OutgoingMessage
        let deadline: ContinuousClock.Instant
        let completion: Publisher.Completion?
        var isAnnouncement = false
        /// The order of the calls, by which what was in flight is sent again.
        var number = 0
    }

    /// What is to be told once the lock is released.
    struct News: Sendable {
        var events: [Publisher.Event] = []
        var finished: [(Item, Result<Void, MQTTError>)] = []
    }

    /// What the publisher's thread waits for between two turns.
    struct Wait: Sendable {
        var interests: [pollfd]
        var atMost: Duration
    }

    init(link: sending Link, announcement: OutgoingMessage?, patience: Duration) {
        self.link = link
        self.announcement = announcement
        self.patience = patience
    }

    /// Why it cannot wait here; `nil` when it does.
    mutating func append(_ item: Item, queuedMax: Int) -> MQTTError.Reason? {
        if stopped || isEnding { return .stopped }
        if waiting.count - head >= queuedMax { return .queueFull(limit: queuedMax) }
        count += 1
        var item = item
        item.number = count
        waiting.append(item)
        return nil
    }

    /// Hands waiting messages to the socket until so many are unacknowledged.
    mutating func send(inFlightMax: Int) {
        guard let connection = link.connection else { return }
        while head < waiting.count, inFlight.count < inFlightMax {
            let item = waiting[head]
            head += 1
            switch connection.publish(item.message) {
            case .success(let id): inFlight[id] = item
            case .failure(let error): news.finished.append((item, .failure(error)))
            }
        }
        if head > 1_000 && head * 2 > waiting.count {
            waiting.removeFirst(head)
            head = 0
        }
        if connection.wantsToWrite, let error = connection.write() { return lost(error) }
        settle(connection)
    }

    /// One turn of the publisher's thread: whatever can be done without waiting.
    mutating func turn(inFlightMax: Int) {
        if stopped { return }
        advance()
        receive()
        send(inFlightMax: inFlightMax)
        expire()
        if isEnding, inFlight.isEmpty, head == waiting.count, let connection = link.connection {
            connection.sayFarewell()
            // Whatever it answers, the connection ends here.
            _ = connection.write()
            news = stop()
        }
    }

    /// Whether something remains that the publisher's thread must do at once.
    var needsThread: Bool {
        // A connection lost just now was not lost before the thread's eyes.
        guard let connection = link.connection else { return !news.events.isEmpty }
        return (head < waiting.count && inFlight.count < Publisher.inFlightMax) || connection.wantsToWrite
    }

    /// `nil` once it has stopped.
    var wait: Wait? {
        if stopped { return nil }
        if mayHaveMore { return Wait(interests: [], atMost: .zero) }
        var interests = [link.interest].compactMap(\.self)
        if let connection = link.connection {
            let events = connection.wantsToWrite ? POLLIN | POLLOUT : POLLIN
            interests.append(pollfd(fd: connection.descriptor, events: Int16(events), revents: 0))
        }
        // libmosquitto counts its keep-alive in seconds.
        var due = ContinuousClock.now + .seconds(1)
        if let deadline = link.deadline { due = min(due, deadline) }
        if head < waiting.count { due = min(due, waiting[head].deadline) }
        return Wait(interests: interests, atMost: max(due - .now, .zero))
    }

    mutating func takeNews() -> News {
        let news = news
        self.news = News()
        return news
    }

    /// Closes the connection; everything unfinished fails.
    mutating func stop() -> News {
        stopped = true
        link.drop()
        news.finished += unfinished.map { ($0, .failure(failure(.stopped))) }
        waiting = []
        head = 0
        inFlight = [:]
        return takeNews()
    }
}

extension Outbox {
    private var unfinished: [Item] { inFlight.values.sorted { $0.number < $1.number } + waiting[head...] }

    private mutating func advance() {
        switch link.advance() {
        case .none: break
        case .refused(let error): news.events.append(.refused(error))
        case .connected:
            news.events.append(.connected)
            let announced = announcement.map {
                Item(message: $0, deadline: .now + patience, completion: nil, isAnnouncement: true)
            }
            waiting = [announced].compactMap(\.self) + unfinished.filter { !$0.isAnnouncement }
            head = 0
            inFlight = [:]
        }
        if let connection = link.connection, let error = connection.keepAlive() { lost(error) }
    }

    private mutating func receive() {
        mayHaveMore = false
        guard let connection = link.connection else { return }
        // Bounded, so that the lock is soon free for those who publish.
        for _ in 0..<64 {
            switch connection.read() {
            case .packet: continue
            case .dry: return settle(connection)
            case .closed(let error): return lost(error)
            }
        }
        mayHaveMore = true
        settle(connection)
    }

    private mutating func settle(_ connection: Connection) {
        for (id, code) in connection.inbox.published {
            guard let item = inFlight.removeValue(forKey: id) else { continue }
            news.finished.append((item, outcome(code, item.message)))
        }
        connection.inbox.published = []
    }

    private func outcome(_ code: Int32, _ message: OutgoingMessage) -> Result<Void, MQTTError> {
        switch code {
        case ..<128: .success(())
        case Int32(MQTT_RC_NOT_AUTHORIZED.rawValue): .failure(failure(.forbidden(topic: message.topic)))
        case Int32(MQTT_RC_PACKET_TOO_LARGE.rawValue):
            .failure(failure(.payloadTooLarge(bytes: message.payload.count)))
        default:
            .failure(
                failure(.publishRefused(topic: message.topic, why: String(cString: mosquitto_reason_string(code)))))
        }
    }

    private mutating func expire() {
        let now = ContinuousClock.now
        while head < waiting.count, waiting[head].deadline <= now {
            news.finished.append((waiting[head], timedOut))
            head += 1
        }
        let late = inFlight.filter { $0.value.deadline <= now }
        if late.isEmpty { return }
        for (id, item) in late {
            inFlight[id] = nil
            news.finished.append((item, timedOut))
        }
        if link.connection != nil { lost(failure(.connectionLost("no acknowledgement within \(patience)"))) }
    }

    private var timedOut: Result<Void, MQTTError> {
        .failure(failure(.timedOut(after: patience, connected: link.connection != nil)))
    }

    private mutating func lost(_ error: MQTTError) {
        if let connection = link.connection { settle(connection) }
        news.events.append(.disconnected(error))
        link.drop()
    }

    private func failure(_ reason: MQTTError.Reason) -> MQTTError {
        MQTTError(broker: link.settings.description, reason: reason)
    }
}
