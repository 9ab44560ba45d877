import Devices
import Registry
import Rules
import Store

// Who would speak if they had to.
extension Pipeline {
    /// Takes up what was known before a restart.
    func restoreSupervision(_ restored: HubDatabase.Restored, at moment: Instant) throws {
        let records = try database.supervisionRecords()
        supervisor.restore(
            restored.devices.compactMap { id, state in
                registry.position(of: id).map { ($0, state.heardAt, state.silent, records[id]) }
            }, heardUntil: restored.time ?? moment, now: moment)
        board.update(supervisor.standings)
    }

    /// Lets a real message act on supervision.
    ///
    /// - Parameter index: of the device; `nil` for a stranger.
    /// - Returns: whether what it says is to be heeded.
    func supervise(_ report: Report, index: Int?, retained: Bool, at moment: Instant) -> Bool {
        let sign = Supervisor.Sign(report, retained: retained, backlog: listening.backlogUntil != nil)
        if report.isGateway, let isThere = sign.availability {
            supervisor.gateway(report.ecosystem, report.gateway ?? report.address, isThere: isThere, at: moment)
        }
        guard let index else { return true }
        heard.insert(index)
        return supervisor.heard(index, sign, at: moment)
    }

    /// Lets time act on supervision, and says what it has found.
    func keepSupervision(at moment: Instant) {
        // While the hub hears nobody, the silence is its own.
        guard board.isConnected, listening.backlogUntil == nil else { return }
        supervisor.advance(to: moment)
        if let standings = supervisor.takeStandings() { board.update(standings) }
        let findings = supervisor.takeFindings()
        guard !findings.isEmpty else { return }
        // The log's lines keep their order.
        collect()
        noteSilent(findings, at: moment)
        let narration = SupervisionNarration(
            estate: registry.estate, devices: registry.devices, contract: supervisor.contract(of:))
        for note in narration.notes(findings, at: moment) {
            unwritten.outcome.records.append(note.record)
            if note.isTold {
                announce(
                    note.record.text, of: note.record.details["trouble"] ?? "trouble",
                    block: note.record.place?.block, at: moment)
            }
        }
    }

    /// Rules ask whether the block's own alarm is silent.
    private func noteSilent(_ findings: [Finding], at moment: Instant) {
        for (isSilent, indices) in findings.silences {
            engine.note(silent: isSilent, devices: indices)
            collect()
            journal(.silence(isSilent, devices: indices.map { registry.devices[$0].id }), at: moment)
        }
    }
}

extension Report {
    /// Its readings without the word that a device is gone which only sleeps.
    func readings(under contract: Contract) -> [Reading] {
        contract.lastWill == .sleeps ? readings.filter { $0.kind != .availability } : readings
    }
}
