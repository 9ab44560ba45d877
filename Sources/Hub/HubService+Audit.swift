import Devices
import Logging
import Notify
public import Registry
import Store
import Synchronization

extension HubService {
    /// Whom an alarm would reach now.
    ///
    /// - Throws: if notify.sqlite cannot be read.
    public func audit() throws -> ReachAudit {
        guard let telling = telling.withLock({ $0 }) else { throw StartError("the hub does not tell anybody yet") }
        return try Self.audit(configuration, telling, board)
    }

    static func audit(_ configuration: HubConfiguration, _ telling: Telling, _ board: HubBoard) throws -> ReachAudit {
        let standings = board.now.standings
        let dead = zip(configuration.registry.devices, standings)
            .filter { $0.0.kind == .siren && $0.1 == .down }.map(\.0.id)
        let declined = telling.directory.residents.flatMap(\.contacts).filter { !$0.isOn }.map(\.id)
        return ReachAudit(
            configuration,
            ReachAudit.Knowledge(
                channels: telling.notifier.channelStates, outcomes: try telling.database.lastOutcomes(),
                credits: (telling.channels[SMSChannel.name] as? SMSChannel)?.credits ?? [:], deadSirens: Set(dead),
                declined: Set(declined)))
    }

    /// Once a day, and on record where something has changed since the day before.
    func keepAuditing(_ telling: Telling) async {
        let configuration = configuration
        guard let time = configuration.settings.auditAt else { return }
        var last: ReachAudit?
        while !Task.isCancelled {
            // It throws when cancelled, which means the end.
            do {
                try await Schedule.daily(at: time).sleep(utcOffset: utcOffset) { self.moment }
            } catch { return }
            do {
                let audit = try Self.audit(configuration, telling, board)
                if audit != last { telling.notifier.take(audit.record) }
                last = audit
            } catch {
                logger.error("It cannot be read whom an alarm would reach", metadata: ["reason": "\(error)"])
            }
        }
    }
}
