import AlertLog
import Foundation
import Glibc
import Logging
import MQTT
import Registry
import Rules
import Store
import Synchronization

/// Keeps the alert log: appends what both databases have committed, on a thread of its own.
///
/// After a crash the log is completed, not guessed: each line names its source record.
final class LogKeeper: Sendable {
    private let folder: String
    private let hub: HubDatabase
    private let notify: NotifyDatabase
    private let board: HubBoard
    private let logger: Logger
    private let wakeup: Wakeup
    private let stops = Mutex(false)

    /// Lines written at once.
    private static let chunk = 1000
    /// Too short, and the disk is busy with it when an alarm has to be committed; too long, and the write-ahead log of
    /// a storm grows.
    private static let checkpointInterval = Duration.seconds(2)

    init(folder: String, hub: HubDatabase, notify: NotifyDatabase, board: HubBoard, logger: Logger) throws(MQTTError) {
        self.folder = folder
        self.hub = hub
        self.notify = notify
        self.board = board
        self.logger = logger
        wakeup = try Wakeup()
    }

    /// Says that there may be new records. From any thread.
    func wake() { wakeup.signal() }

    func stop() {
        stops.withLock { $0 = true }
        wakeup.signal()
    }

    /// Writes until told to stop, and then what is still owed.
    func run() {
        var complains = false
        guard let writer = open() else { return }
        report(writer.opening)
        if writer.opening.missing != nil || writer.opening.anchorIsLost { board.found(logDamage: writer.opening) }
        var checkpointed = ContinuousClock.now
        var checkpointComplains = false
        while true {
            let isLast = stops.withLock { $0 }
            wakeup.drain()
            do {
                while try append(to: writer) {}
                complains = false
            } catch {
                if !complains {
                    logger.error(
                        "The alert log cannot be written; it is completed later", metadata: ["reason": "\(error)"])
                }
                complains = true
            }
            if isLast { return }
            if .now - checkpointed >= Self.checkpointInterval {
                checkpointed = .now
                checkpointComplains = !checkpoint(quietly: checkpointComplains)
            }
            rest(complains ? 1000 : 250)
        }
    }

    /// Opens the log as soon as that is possible: a full disk is no reason to be deaf.
    ///
    /// - Returns: `nil` if the hub stops first.
    private func open() -> LogWriter? {
        var complains = false
        while true {
            do {
                return try LogWriter(folder: folder)
            } catch {
                if !complains {
                    logger.error(
                        "The alert log cannot be opened; it is completed later", metadata: ["reason": "\(error)"])
                }
                complains = true
                if stops.withLock({ $0 }) { return nil }
                wakeup.drain()
                rest(1000)
            }
        }
    }

    /// - Returns: whether it could be done.
    private func checkpoint(quietly: Bool) -> Bool {
        do {
            try hub.checkpoint()
            return true
        } catch {
            if !quietly {
                logger.warning("The write-ahead log cannot be emptied yet", metadata: ["reason": "\(error)"])
            }
            return false
        }
    }

    /// - Returns: whether there may be more.
    private func append(to writer: LogWriter) throws -> Bool {
        let fromHub = try hub.records(after: writer.lastSource(of: hub.name), limit: Self.chunk)
        let fromNotify = try notify.records(after: writer.lastSource(of: notify.name), limit: Self.chunk)
        guard !fromHub.isEmpty || !fromNotify.isEmpty else { return false }
        let hubLines = fromHub.map { (LogSource(database: hub.name, sequence: $0.sequence), $0.record) }
        let notifyLines = fromNotify.map { (LogSource(database: notify.name, sequence: $0.sequence), $0.record) }
        let appended = try writer.append(Self.merged(hubLines, notifyLines))
        for problem in appended.postponed {
            logger.warning("The alert log postpones something", metadata: ["reason": "\(problem)"])
        }
        board.logged(through: writer.lastSource(of: hub.name), notify: writer.lastSource(of: notify.name))
        return fromHub.count == Self.chunk || fromNotify.count == Self.chunk
    }

    /// By time, each database's own order kept.
    private static func merged(
        _ one: [(LogSource, LogRecord)], _ other: [(LogSource, LogRecord)]
    ) -> [(source: LogSource, record: LogRecord)] {
        var merged: [(source: LogSource, record: LogRecord)] = []
        var left = one[...]
        var right = other[...]
        while let first = left.first, let second = right.first {
            if first.1.at <= second.1.at {
                merged.append(left.removeFirst())
            } else {
                merged.append(right.removeFirst())
            }
        }
        return merged + left + right
    }

    private func report(_ opening: LogWriter.Opening) {
        if !opening.cut.isEmpty {
            logger.notice(
                "The alert log ended in half a line, which was cut off and is written anew",
                metadata: ["bytes": "\(opening.cut.count)"])
        }
        if let missing = opening.missing {
            logger.critical(
                "Lines are missing from the alert log; run 'smokehub log verify'",
                metadata: ["first": "\(missing.lowerBound)", "last": "\(missing.upperBound)"])
        }
        if opening.anchorIsLost { logger.warning("The alert log's anchor alerts.head is gone; a new one is begun") }
    }

    private func rest(_ milliseconds: Int32) {
        var interest = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&interest, 1, milliseconds)
    }
}
