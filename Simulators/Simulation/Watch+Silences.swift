import Registry
import Rules

// Silences: that sounders stop and sound again as somebody said, once each, and that whatever is new breaks a silence.
extension Watch {
    /// What alarms in each silenced incident, so that its end has to name it.
    func burningUnderSilences() -> [Incident.ID: Set<Device.ID>] {
        var burning: [Incident.ID: Set<Device.ID>] = [:]
        for silence in belief.controls.silences {
            let alarming = belief.course(silence.incident)?.members.filter(\.alarms).map(\.device)
            burning[silence.incident] = Set(alarming ?? [])
        }
        return burning
    }

    /// - Parameter before: what alarmed under each silence before the step's message was heard.
    mutating func noteSilences(_ step: Step, _ before: [Incident.ID: Set<Device.ID>]) throws {
        let silenced = Set(belief.controls.silences.map(\.incident))
        var changed: Set<Incident.ID> = []
        for record in step.outcome.records {
            guard let notice = Announcement(record) else { continue }
            switch notice {
            case .silenceBegins(let incident):
                try noteSilence(of: incident, notice, step)
                changed.insert(incident)
            case .silenceEnds(let incident):
                try noteSilenceEnd(of: incident, notice, record, step, before[incident] ?? [])
                changed.insert(incident)
            case .begins, .ends: continue
            }
        }
        for alert in step.outcome.alerts where !changed.contains(alert.incident) {
            let isOver = alert.stage == .clearing || alert.stage == .closed
            let owed: Alert.Sounders? = silenced.contains(alert.incident) && !isOver ? .quiet : nil
            guard alert.sounders != owed else { continue }
            throw Broken(
                invariant: .suppression,
                what: "\(alert.id) says \(alert.sounders?.rawValue ?? "nothing") to sounders, and owes "
                    + (owed?.rawValue ?? "nothing"))
        }
    }

    private mutating func noteSilence(of incident: Incident.ID, _ notice: Announcement, _ step: Step) throws {
        guard let command = step.command, command.verb == .silence, command.incident == incident,
            let until = command.until, let open = step.hub.engine.openIncidents.first(where: { $0.id == incident })
        else { throw Broken(invariant: .suppression, what: "the \(notice.line), and nobody asked for it") }
        let stops = step.outcome.alerts.count { $0.incident == incident && $0.sounders == .stop }
        if stops != 1 {
            throw Broken(invariant: .suppression, what: "the \(notice.line), and \(stops) alerts stop its sounders")
        }
        let members = belief.course(incident)?.members.map(\.place) ?? []
        belief.controls.begin(
            Controls.Silence(
                incident: incident, until: until, stage: open.stage,
                places: (belief.toldPlaces[incident] ?? []).union(members)))
        belief.controls.announce(notice.line)
    }

    private mutating func noteSilenceEnd(
        of incident: Incident.ID, _ notice: Announcement, _ record: LogRecord, _ step: Step, _ before: Set<Device.ID>
    ) throws {
        guard let silence = belief.controls.end(silenceOf: incident) else {
            throw Broken(invariant: .suppression, what: "the \(notice.line), which stands no more")
        }
        belief.controls.announce(notice.line)
        let isChange = step.outcome.decisions.contains { $0.incident == incident && $0.stage != silence.stage }
        let isTime = silence.until <= record.at
        let isPerson = step.command?.verb == .resound && step.command?.incident == incident
        let newcomers = freed + (step.alarm.map { [$0.device] } ?? [])
        // What is played in an exercise is not followed from place to place.
        let isZone =
            newcomers.contains { !silence.places.contains(registry.devices[$0].place) }
            || (record.exercise != nil && step.isPlayedAlarm)
        guard isChange || isTime || isPerson || isZone else {
            throw Broken(
                invariant: .suppression, what: "the \(notice.line) for nothing: it was to last until \(silence.until)")
        }
        let resumes = step.outcome.alerts.count { $0.incident == incident && $0.sounders == .resume }
        let sounds = !record.still.isEmpty || incident.hasPrefix("estate-")
        let owed = !isChange && sounds ? 1...1 : sounds && (isTime || isPerson || isZone) ? 0...1 : 0...0
        guard owed.contains(resumes) else {
            throw Broken(
                invariant: .suppression, what: "the \(notice.line), and \(resumes) alerts let its sounders sound again")
        }
        guard !isChange, let course = belief.course(incident) else { return }
        let burning = course.members.filter { $0.alarms && $0.heardAt + clearTimeout > record.at }.map(\.device)
        if let missing = burning.first(where: { before.contains($0) && !record.still.contains($0) }) {
            throw Broken(invariant: .suppression, what: "the \(notice.line) and does not name \(missing), which alarms")
        }
    }

    /// An alarm of a flat or area that the silence did not know ends it.
    func checkSilencesBroken(by index: Int) throws {
        guard !belief.controls.silences.isEmpty else { return }
        let device = registry.devices[index]
        for course in belief.courses where course.members.contains(where: { $0.device == device.id && $0.alarms }) {
            guard let incident = course.incident, let silence = belief.controls.silence(of: incident),
                !silence.places.contains(device.place)
            else { continue }
            throw Broken(
                invariant: .suppression,
                what: "\(incident) stays silenced although \(device.id) alarms in \(device.place)")
        }
    }

    /// Each lasts no longer than it should, and only as long as its incident stands where it stood.
    func checkSilences(_ hub: VirtualHub) throws {
        let open = hub.engine.openIncidents
        for silence in belief.controls.silences {
            let name = Announcement.silenceBegins(silence.incident).line
            guard silence.until > hub.engine.now else {
                throw Broken(
                    invariant: .suppression,
                    what: "the \(name), was to end at \(silence.until), and no end is announced")
            }
            guard let incident = open.first(where: { $0.id == silence.incident }), incident.silence != nil,
                incident.stage == silence.stage
            else { throw Broken(invariant: .suppression, what: "the \(name), and no end is announced") }
        }
        for incident in open where incident.silence != nil && belief.controls.silence(of: incident.id) == nil {
            throw Broken(invariant: .suppression, what: "\(incident.id) is silenced, and nothing announced it")
        }
    }
}
