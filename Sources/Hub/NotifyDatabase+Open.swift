import Foundation
import Logging
import Registry
import Rules
import Store

extension NotifyDatabase {
    /// Opens the outbox that follows a `hub.sqlite`.
    ///
    /// A hub whose disk takes nothing still tells: then the outbox lives in memory. An outbox that followed another
    /// `hub.sqlite` is set aside, for it would take the new one's alerts for told.
    ///
    /// - Throws: if `hub.sqlite` cannot be read.
    static func opened(
        in state: StateFolder, following hub: HubDatabase, _ configuration: HubConfiguration, at moment: Instant,
        logger: Logger
    ) async throws -> NotifyDatabase {
        // An outbox that does not know who was told tells again only what is still worth telling.
        let last = try hub.lastAlert(before: moment - configuration.settings.deliveries.giveUp)
        do {
            let database = try NotifyDatabase(path: state.notifyDatabase)
            switch try database.source(comparedTo: hub) {
            case .this:
                return database
            case .thisUnnamed(let taken):
                try await database.follow(hub.name, after: taken)
                return database
            case .nobody:
                try await database.follow(hub.name, after: last)
                return database
            case .another(let undelivered):
                try database.close()
                let aside = try state.setAside(state.notifyDatabase, as: database.name)
                logger.error("hub.sqlite is another than that of the outbox", metadata: ["outbox": "\(aside)"])
                let fresh = try NotifyDatabase(path: state.notifyDatabase)
                var batch = NotifyBatch()
                batch.records = [
                    LogRecord(
                        at: moment, event: .trouble, level: .trouble, estate: configuration.registry.estate.id,
                        text: LogRecord.Text(
                            "hub.sqlite was exchanged: what it knew of open incidents is gone, and \(undelivered) "
                                + "messages that were not delivered yet are set aside in \(aside)",
                            "資料庫 hub.sqlite 已被更換：未結束的事件記錄已失去，\(undelivered) 則未送出的訊息另存於 \(aside)"),
                        details: ["trouble": "store", "state": "open", "aside": aside])
                ]
                try await fresh.write(batch)
                try await fresh.follow(hub.name, after: last)
                return fresh
            }
        } catch {
            logger.critical(
                "The outbox cannot be opened; deliveries are kept in memory only", metadata: ["reason": "\(error)"])
            let database = try NotifyDatabase.inMemory()
            try await database.follow(hub.name, after: last)
            return database
        }
    }
}
