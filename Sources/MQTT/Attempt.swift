import CMosquitto
import Glibc
import Synchronization

/// One attempt to connect, on a thread of its own, because looking up a name and connecting block for as long as the
/// network likes. An attempt that has been given up ends by itself and sends nothing.
final class Attempt: Sendable {
    /// Signalled when ``take()`` has something.
    let done: Wakeup
    private let outcome = Mutex(Outcome.pending)

    /// Hands a connection from the thread that made it to the one that uses it.
    struct Handover: @unchecked Sendable {
        // Unchecked, because `Connection` is not Sendable: the connecting thread drops it when it ends, and signals
        // `done` only after that, so that at any moment one thread has it.
        let connection: Connection
    }

    private enum Outcome {
        case pending
        case connected(Handover)
        case failed(MQTTError)
        case taken
    }

    /// Throws ``MQTTError`` with `.resource` when no thread can be had.
    init(_ settings: BrokerSettings, done: Wakeup) throws(MQTTError) {
        self.done = done
        try startThread(named: "mqtt connect", broker: settings.description) { [self] in
            run(settings)
            done.signal()
        }
    }

    private func run(_ settings: BrokerSettings) {
        do throws(MQTTError) {
            let connection = try Connection(settings)
            try connection.connect()
            settle(.connected(Handover(connection: connection)))
        } catch {
            settle(.failed(error))
        }
    }

    private func settle(_ result: Outcome) {
        outcome.withLock { if case .pending = $0 { $0 = result } }
    }

    /// `nil` while it is still trying. Then once the connection, or why there is none.
    func take() -> Result<Connection, MQTTError>? {
        let result: Result<Handover, MQTTError>? = outcome.withLock { outcome in
            switch outcome {
            case .pending, .taken: return nil
            case .connected(let handover):
                outcome = .taken
                return .success(handover)
            case .failed(let error):
                outcome = .taken
                return .failure(error)
            }
        }
        return result?.map(\.connection)
    }

    /// Whatever comes of it is closed.
    func giveUp() {
        outcome.withLock { $0 = .taken }
    }
}

/// Starts a detached thread. Throws ``MQTTError`` with `.resource` when the system gives none.
func startThread(named name: String, broker: String, _ body: @escaping @Sendable () -> Void) throws(MQTTError) {
    let work = ThreadWork(name: name, body: body)
    let context = Unmanaged.passRetained(work)
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { context in
            guard let context else { return nil }
            let work = Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue()
            pthread_setname_np(pthread_self(), work.name)
            work.body()
            return nil
        }, context.toOpaque())
    guard code == 0 else {
        context.release()
        throw MQTTError(broker: broker, reason: .resource(systemText(code)))
    }
    pthread_detach(thread)
}

private final class ThreadWork: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
