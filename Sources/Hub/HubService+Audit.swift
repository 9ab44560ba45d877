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
        return try Self.audit(configuration, telling, board, at: moment)
    }

    private static func audit(
        _ configuration: HubConfiguration, _ telling: Telling, _ board: HubBoard, at moment: Instant
    ) throws -> ReachAudit {
        let standings = board.now.standings
        let dead = zip(configuration.registry.devices, standings)
            .filter { $0.0.kind == .siren && $0.1 == .down }.map(\.0.id)
        let declined = telling.directory.residents.flatMap(\.contacts).filter { !$0.isOn }.map(\.id)
        let (residents, browsers) = withBrowsers(configuration.registry.residents, telling.directory)
        return ReachAudit(
            configuration.without(leftAt: moment, of: residents),
            ReachAudit.Knowledge(
                channels: telling.notifier.channelStates, outcomes: try telling.database.lastOutcomes(),
                credits: (telling.channels[SMSChannel.name] as? SMSChannel)?.credits ?? [:], deadSirens: Set(dead),
                declined: Set(declined), browsers: browsers))
    }

    /// People as residents.csv has them, with the browsers that they have subscribed and the language that they have chosen.
    private static func withBrowsers(
        _ registered: [Resident], _ directory: Directory
    ) -> (residents: [Resident], browsers: Set<Contact.ID>) {
        var browsers: Set<Contact.ID> = []
        let residents = registered.map { resident in
            guard let chosen = directory.resident(resident.id) else { return resident }
            let known = Set(resident.contacts.map(\.id))
            let own = chosen.contacts.filter { $0.channel == WebPushChannel.name && !known.contains($0.id) }
            browsers.formUnion(own.map(\.id))
            var resident = resident
            resident.contacts = own + resident.contacts
            resident.language = chosen.language
            return resident
        }
        return (residents, browsers)
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
                let audit = try Self.audit(configuration, telling, board, at: moment)
                if audit != last { telling.notifier.take(audit.record) }
                last = audit
            } catch {
                logger.error("It cannot be read whom an alarm would reach", metadata: ["reason": "\(error)"])
            }
        }
    }
}
