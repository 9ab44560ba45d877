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
                registry.position(of: id).map { index in
                    Supervisor.Known(
                        index: index, heardAt: state.heardAt, silent: state.silent, offline: state.has(.offline),
                        fault: state.has(.fault), record: records[id])
                }
            }, outages: try database.outages(), estate: registry.estate, heardUntil: restored.time ?? moment,
            now: moment)
        board.update(supervisor.standings)
    }

    /// Lets a real message act on supervision.
    ///
    /// - Parameter index: of the device; `nil` for a stranger.
    /// - Returns: whether what it says is to be heeded now.
    func supervise(_ report: Report, _ message: Message, index: Int?, at moment: Instant) -> Bool {
        let sign = Supervisor.Sign(report, retained: message.retained, backlog: listening.backlogUntil != nil)
        if report.isGateway, let isThere = sign.availability {
            let gateway = Finding.Gateway(ecosystem: report.ecosystem, address: report.gateway ?? report.address)
            if supervisor.gateway(gateway, isThere: isThere, at: moment) {
                unwritten.outages[.gateway(gateway)] = isThere ? .ends : .begins
            }
        }
        guard let index else { return true }
        heard.insert(index)
        // That a device is heard at all is written down at once, and not at the next checkpoint.
        if !supervisor.wasHeard(index), sign.isLife { changedDevices.insert(index) }
        let isHeeded = supervisor.heard(index, sign, at: moment)
        if isHeeded {
            lastUnheeded[index] = nil
        } else if sign.speaksOfHazards || lastUnheeded[index]?.sign.speaksOfHazards != true {
            lastUnheeded[index] = LastUnheeded(report: report, message: message, sign: sign)
        }
        return isHeeded
    }

    /// The newest message of a storming device that was not heeded, of those that speak of hazards if any does: it is
    /// judged when its second is over, or an alarm whose clear came within it would stand until the next message.
    ///
    /// It has been acknowledged by then, and a crash within that second loses it: never an alarm, for one that is news is
    /// always heeded at once. One for each storming device, so that they are bounded.
    struct LastUnheeded {
        var report: Report
        var message: Message
        var sign: Supervisor.Sign
    }

    /// Judges what was not heeded in seconds that are over.
    ///
    /// - Parameter all: whatever second it is, for the hub stops.
    func judgeLastUnheeded(all: Bool = false, at moment: Instant) {
        guard !lastUnheeded.isEmpty, listening.backlogUntil == nil else { return }
        for index in lastUnheeded.keys.sorted() {
            guard let last = lastUnheeded[index], supervisor.heedsLast(last.sign, of: index, at: moment) || all else {
                continue
            }
            lastUnheeded[index] = nil
            heed(last.report, last.message, of: index, exercise: nil, at: moment)
        }
    }

    /// Lets time act on supervision, and says what it has found.
    func keepSupervision(at moment: Instant) {
        // While the hub hears nobody, the silence is its own.
        guard board.isConnected, listening.backlogUntil == nil else { return }
        supervisor.advance(to: moment)
        let findings = supervisor.takeFindings()
        let gathered = flapping.due(at: moment)
        guard !findings.isEmpty || !gathered.isEmpty else { return }
        // The log's lines keep their order.
        collect()
        noteSilent(findings, at: moment)
        unwritten.outcome.records += narration.notes(findings, at: moment).map(\.record)
        let told = findings.filter { flapping.tells($0, at: moment) }
        for finding in told { noteTold(finding) }
        for note in narration.notes(told, at: moment) where note.isTold { announce(note, at: moment) }
        tell(gathered, at: moment)
    }

    /// Before the hub stops: the next one does not know what was kept back.
    func tellWhatWasKeptBack(at moment: Instant) { tell(flapping.due(at: moment + Flapping.gathering), at: moment) }

    private func tell(_ gathered: [Flapping.Gathered], at moment: Instant) {
        for item in gathered { noteTold(item.finding) }
        for (changes, alike) in Dictionary(grouping: gathered, by: \.changes).sorted(by: { $0.key < $1.key }) {
            for note in narration.notes(alike.map(\.finding), at: moment) {
                announce(note.gathered(changes), at: moment)
            }
        }
    }

    /// What is shown is what is known, not only what is told.
    func showStandings() {
        guard let changed = supervisor.takeChangedStandings() else { return board.update(supervisor.standings) }
        guard !changed.isEmpty else { return }
        board.update(changed.map { ($0, supervisor.standing(of: $0)) })
    }

    private var narration: SupervisionNarration {
        SupervisionNarration(
            estate: registry.estate, devices: registry.devices, contract: supervisor.contract(of:),
            wasHeard: supervisor.wasHeard)
    }

    private func announce(_ note: SupervisionNarration.Note, at moment: Instant) {
        announce(
            note.record.text, of: note.record.details["trouble"] ?? "trouble", block: note.record.place?.block,
            at: moment)
    }

    /// What is kept back and then forgotten in a crash is found again.
    private func noteTold(_ finding: Finding) {
        switch finding {
        case .gatewayLost(let gateway, _): unwritten.outages[.gateway(gateway)] = .isTold
        case .massSilence(let block, _, _): unwritten.outages[.mass(block: registry.estate.blocks[block].id)] = .isTold
        case .massSilenceOver(let block): unwritten.outages[.mass(block: registry.estate.blocks[block].id)] = .ends
        default: break
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
