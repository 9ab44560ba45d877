import Logging
import Registry
import Rules
import Store

/// Writes what the dispatcher owes to the database, one batch after the other, while the next is decided upon. It bears
/// with a disk that takes nothing: then the debt stays in memory, is tried again at intervals, and nobody waits for it.
struct OutboxJournal: Sendable {
    private let database: NotifyDatabase
    private let settings: Notifier.Settings
    private let logged: @Sendable () -> Int64
    /// Is called from any thread when something could not be written, so that it is soon seen.
    private let wake: @Sendable () -> Void
    private let logger: Logger
    private var writing: Writing?
    private var failingSince: Instant?
    private var nextAttempt: Instant?
    private var prunedAt: Instant?

    private struct Writing {
        var batch: NotifyBatch
        var task: Task<(any Error)?, Never>
    }

    init(
        database: NotifyDatabase, settings: Notifier.Settings, logged: @escaping @Sendable () -> Int64,
        wake: @escaping @Sendable () -> Void, logger: Logger
    ) {
        self.database = database
        self.settings = settings
        self.logged = logged
        self.wake = wake
        self.logger = logger
    }

    /// Begins to write what is owed now, once what was begun before is written.
    ///
    /// - Parameter then: is called once, from any thread, with whether it is on the disk.
    mutating func begin(
        _ dispatcher: inout Dispatcher, at now: Instant, then: @escaping @Sendable (_ isKept: Bool) -> Void
    ) async {
        await finish(&dispatcher, at: now)
        if let nextAttempt, now < nextAttempt { return then(false) }
        if dispatcher.unwritten.isEmpty { then(true) } else { write(&dispatcher, then) }
        await prune(at: now)
    }

    private mutating func write(_ dispatcher: inout Dispatcher, _ then: @escaping @Sendable (_ isKept: Bool) -> Void) {
        let batch = dispatcher.unwritten
        dispatcher.unwritten = NotifyBatch()
        let task = Task { [database, wake] () -> (any Error)? in
            do {
                try await database.write(batch)
                then(true)
                return nil
            } catch {
                then(false)
                wake()
                return error
            }
        }
        writing = Writing(batch: batch, task: task)
    }

    /// Returns when what was begun is written, or has come back to what is owed.
    mutating func finish(_ dispatcher: inout Dispatcher, at now: Instant) async {
        guard let writing else { return }
        let error = await writing.task.value
        self.writing = nil
        if let error {
            dispatcher.unwritten.prepend(writing.batch)
            note(error, &dispatcher, at: now)
        } else {
            if let failingSince { dispatcher.noteRecovery(failingSince: failingSince, at: now) }
            failingSince = nil
            nextAttempt = nil
        }
    }

    private mutating func note(_ error: any Error, _ dispatcher: inout Dispatcher, at now: Instant) {
        if failingSince == nil {
            failingSince = now
            logger.error("The outbox cannot be written; delivering from memory", metadata: ["error": "\(error)"])
            dispatcher.noteUnwritable("\(error)", at: now)
        }
        dispatcher.trimUnwritten()
        nextAttempt = now + settings.rewriteInterval
    }

    /// Once a day.
    private mutating func prune(at now: Instant) async {
        if let prunedAt, now - prunedAt < .seconds(86_400) { return }
        prunedAt = now
        do {
            try await database.prune(before: now - settings.keep)
            try await database.pruneRecords(through: logged())
        } catch {
            logger.error("What is old cannot be removed from the outbox", metadata: ["error": "\(error)"])
        }
    }
}
