import MQTT
import Rules
import Synchronization

/// The way into the pipeline for everything that is no MQTT message: operators' commands, and the word to stop.
///
/// Bounded; whoever finds it full is told so. Wakes the pipeline's wait.
final class PipelineInbox: Sendable {
    let wakeup: Wakeup
    private let waiting = Mutex(Waiting())

    private struct Waiting {
        var commands: [(command: OperatorCommand, answer: @Sendable (OperatorAnswer) -> Void)] = []
        var closings: [(closing: TicketClosing, answer: @Sendable (OperatorAnswer) -> Void)] = []
        var stops = false
    }

    static let commandsMax = 1000

    init() throws(MQTTError) { wakeup = try Wakeup() }

    /// - Returns: false if the inbox is full or the pipeline has stopped; the command is then not taken, and `answer`
    ///   is never called.
    func put(_ command: OperatorCommand, answer: @escaping @Sendable (OperatorAnswer) -> Void) -> Bool {
        let taken = waiting.withLock { waiting in
            guard !waiting.stops, waiting.commands.count < Self.commandsMax else { return false }
            waiting.commands.append((command, answer))
            return true
        }
        wakeup.signal()
        return taken
    }

    /// As ``put(_:answer:)``, for a ticket that is to be closed.
    func put(_ closing: TicketClosing, answer: @escaping @Sendable (OperatorAnswer) -> Void) -> Bool {
        let taken = waiting.withLock { waiting in
            guard !waiting.stops, waiting.closings.count < Self.commandsMax else { return false }
            waiting.closings.append((closing, answer))
            return true
        }
        wakeup.signal()
        return taken
    }

    /// The tickets that are to be closed, since the last call.
    func takeClosings() -> [(closing: TicketClosing, answer: @Sendable (OperatorAnswer) -> Void)] {
        waiting.withLock { waiting in
            guard !waiting.closings.isEmpty else { return [] }
            defer { waiting.closings = [] }
            return waiting.closings
        }
    }

    func stop() {
        waiting.withLock { $0.stops = true }
        wakeup.signal()
    }

    /// Takes commands again, after ``stop()``. Those that nobody has answered yet still wait.
    func reopen() { waiting.withLock { $0.stops = false } }

    /// What has come since the last call.
    ///
    /// - Parameter commands: false leaves them where they are.
    func take(commands takes: Bool) -> (
        commands: [(command: OperatorCommand, answer: @Sendable (OperatorAnswer) -> Void)], stops: Bool
    ) {
        wakeup.drain()
        return waiting.withLock { waiting in
            guard takes else { return ([], waiting.stops) }
            defer { waiting.commands = [] }
            return (waiting.commands, waiting.stops)
        }
    }
}
