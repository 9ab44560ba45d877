import Logging
import Registry
import Rules
import Store

/// Writes what the dispatcher owes to the database, and bears with a disk that takes nothing: then the debt stays in
/// memory, is tried again at intervals, and nobody waits for it.
struct OutboxJournal: Sendable {
    private let database: NotifyDatabase
    private let settings: Notifier.Settings
    private let logged: @Sendable () -> Int64
    private let logger: Logger
    private var failingSince: Instant?
    private var nextAttempt: Instant?
    private var prunedAt: Instant?

    init(
        database: NotifyDatabase, settings: Notifier.Settings, logged: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        self.database = database
        self.settings = settings
        self.logged = logged
        self.logger = logger
    }

    mutating func write(_ dispatcher: inout Dispatcher, at now: Instant) async {
        if let nextAttempt, now < nextAttempt { return }
        do {
            if !dispatcher.unwritten.isEmpty {
                try await database.write(dispatcher.unwritten)
                dispatcher.unwritten = NotifyBatch()
                if let failingSince { dispatcher.noteRecovery(failingSince: failingSince, at: now) }
                failingSince = nil
                nextAttempt = nil
            }
            try await prune(at: now)
        } catch {
            note(error, &dispatcher, at: now)
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

    private mutating func prune(at now: Instant) async throws {
        if let prunedAt, now - prunedAt < .seconds(86_400) { return }
        prunedAt = now
        try await database.prune(before: now - settings.keep)
        try await database.pruneRecords(through: logged())
    }
}
