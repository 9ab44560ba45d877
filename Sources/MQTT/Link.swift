import Glibc

/// Keeps a connection to the broker standing: attempts, pauses between them, and the greeting. It never blocks.
struct Link {
    let settings: BrokerSettings
    private var state = State.down(until: .now)
    private var failures = 0
    private let attemptDone: Wakeup
    private let clock = ContinuousClock()

    private enum State {
        case down(until: ContinuousClock.Instant)
        case connecting(Attempt, until: ContinuousClock.Instant)
        /// CONNECT is on its way; over TLS the handshake before it.
        case greeting(Connection, until: ContinuousClock.Instant)
        case up(Connection, since: ContinuousClock.Instant)
    }

    enum Change {
        case none
        case connected(Connection, sessionPresent: Bool)
        case refused(MQTTError)
    }

    /// Throws ``MQTTError`` with `.settings` for impossible settings, and `.resource`.
    init(_ settings: BrokerSettings) throws(MQTTError) {
        try settings.check()
        self.settings = settings
        attemptDone = try Wakeup()
    }

    /// The connection, once the broker has accepted it.
    var connection: Connection? {
        if case .up(let connection, _) = state { connection } else { nil }
    }

    /// When ``advance()`` is due even if no descriptor becomes ready; `nil` while the connection stands.
    var deadline: ContinuousClock.Instant? {
        switch state {
        case .down(let until), .connecting(_, let until), .greeting(_, let until): until
        case .up: nil
        }
    }

    /// What ``advance()`` waits for, to be polled; `nil` while the connection stands.
    var interest: pollfd? {
        switch state {
        case .down, .up: nil
        case .connecting: pollfd(fd: attemptDone.descriptor, events: Int16(POLLIN), revents: 0)
        case .greeting(let connection, _):
            pollfd(
                fd: connection.descriptor, events: Int16(connection.wantsToWrite ? POLLIN | POLLOUT : POLLIN),
                revents: 0)
        }
    }

    /// Takes the next step towards a connection, if it is due.
    mutating func advance() -> Change {
        switch state {
        case .up: .none
        case .down(let until): clock.now < until ? .none : start()
        case .connecting(let attempt, let until): follow(attempt, until: until)
        case .greeting(let connection, let until): greet(connection, until: until)
        }
    }

    /// The connection is of no use any more; it is closed without a farewell, and tried anew.
    mutating func drop(atOnce: Bool = false) {
        // A broker that accepts and then throws out is as bad as one that refuses.
        if case .up(_, let since) = state, clock.now - since >= settings.backoff.longest { failures = 0 }
        if case .connecting(let attempt, _) = state { attempt.giveUp() }
        state = .down(until: atOnce ? clock.now : clock.now + settings.backoff.pause(after: failures))
        failures += 1
    }

    private mutating func start() -> Change {
        attemptDone.drain()
        do throws(MQTTError) {
            let attempt = try Attempt(settings, done: attemptDone)
            state = .connecting(attempt, until: clock.now + settings.connectTimeout)
            return .none
        } catch {
            drop()
            return .refused(error)
        }
    }

    private mutating func follow(_ attempt: Attempt, until: ContinuousClock.Instant) -> Change {
        switch attempt.take() {
        case nil: return clock.now < until ? .none : refuse(noAnswer)
        case .failure(let error): return refuse(error)
        case .success(let connection):
            state = .greeting(connection, until: until)
            return greet(connection, until: until)
        }
    }

    private mutating func greet(_ connection: Connection, until: ContinuousClock.Instant) -> Change {
        // Asked before reading, so that what was said before hanging up is read.
        let isHungUp = connection.isHungUp
        // Bounded, so that a broker that babbles cannot hold the caller.
        for _ in 0..<64 {
            // Reading comes first: a broker that refuses our certificate says so and hangs up, and a failed write would
            // lose what it said.
            if case .closed(let error) = connection.read() { return refuse(error) }
            if let greeting = connection.inbox.greeting {
                guard greeting.code == 0 else { continue }  // The reason comes with the end, at the next read.
                connection.stopLog()
                state = .up(connection, since: clock.now)
                return .connected(connection, sessionPresent: greeting.sessionPresent)
            }
            if !connection.wantsToWrite { break }
            if let error = connection.write() { return refuse(error) }
        }
        if isHungUp { return refuse(connection.failure(.closedBeforeAnswer(overTLS: settings.tls != nil))) }
        return clock.now < until ? .none : refuse(noAnswer)
    }

    private var noAnswer: MQTTError {
        MQTTError(broker: settings.description, reason: .noAnswer(within: settings.connectTimeout))
    }

    private mutating func refuse(_ error: MQTTError) -> Change {
        drop()
        return .refused(error)
    }
}
