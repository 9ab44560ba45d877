import Registry

// Silencing the sounders of an incident: for a stated time, told at both ends, and broken by whatever is new.
extension RuleEngine {
    func refusalOfSilence(_ command: OperatorCommand, _ incident: Incident) -> OperatorAnswer? {
        guard let until = command.until else {
            return .refused("a silence has to end: say until when, or for how long")
        }
        guard until > now else { return .refused("\(until) has passed already; name a moment to come") }
        guard until - now <= rules.settings.silenceMax else {
            let seconds = rules.settings.silenceMax.components.seconds
            return .refused("sounders may be silenced for \(seconds / 60) min at a time; silence them again after that")
        }
        guard incident.stage != .clearing else {
            return .refused("\(incident.id) is clearing: its sounders have been stopped already")
        }
        return nil
    }

    mutating func silence(_ incident: inout Incident, _ command: OperatorCommand, _ drill: Int?) {
        let world = self[drill]
        incident.silence = Incident.Silence(
            at: world.time(at: now), until: world.time(at: command.until ?? now), by: command.by, why: command.why,
            places: incident.places)
        tell(sounders: .stop, of: &incident, at: world.time(at: now))
    }

    /// - Parameter end: why it ends; where something still alarms, the sounders sound again, unless another alert is
    ///   about to make them.
    mutating func endSilence(_ incident: inout Incident, because end: Narration.SilenceEnd, _ drill: Int?) {
        guard let silence = incident.silence else { return }
        incident.silence = nil
        var isOver = false
        var sounds = true
        var at = self[drill].time(at: now)
        switch end {
        case .time: at = silence.until
        case .person, .anotherZone: break
        case .climbs: sounds = false
        case .clears, .closes: isOver = true
        }
        let burning = isOver ? [] : incident.members.filter(\.alarms)
        var record = Narration.silenceEnds(
            incident, silence, because: end, burning: burning, estate, utcOffset: rules.settings.utcOffset)
        record.at = min(self[drill].realTime(of: at), now)
        outcome.records.append(record)
        // The estate's own incident has no detectors of its own; it is open while the blocks burn.
        guard !isOver, sounds, !burning.isEmpty || incident.block == "*" else { return }
        tell(sounders: .resume, of: &incident, at: at)
    }

    /// A step to another stage ends the silence: a graver one has to be heard, and a lesser one needs none.
    mutating func noteSilence(_ incident: inout Incident, leadingTo stage: Stage, _ drill: Int?) {
        switch stage {
        case .closed: endSilence(&incident, because: .closes, drill)
        case .clearing: endSilence(&incident, because: .clears, drill)
        case .investigate, .confirmed, .spreading:
            let isGraver = Incident.Rung(stage).isAbove(Incident.Rung(incident.stage))
            if isGraver { endSilence(&incident, because: .climbs, drill) }
        }
    }

    private mutating func tell(sounders: Alert.Sounders, of incident: inout Incident, at moment: Instant) {
        var alert = Alert(
            id: "", at: moment, block: incident.block, hazard: incident.hazard, incident: incident.id,
            stage: incident.stage, rule: sounders == .stop ? "silence" : "silence-over", exercise: incident.exercise,
            audience: sounders == .stop ? [.told] : [.told, .guards], places: incident.places,
            because: incident.members.filter(\.alarms).map(\.device))
        alert.sounders = sounders
        outcome.alerts.append(numbered(alert, of: &incident))
    }

    /// What an alert of a silenced incident says to sirens: nothing. Where the danger is past they are stopped as ever.
    func sounders(for incident: Incident) -> Alert.Sounders? {
        incident.silence == nil || incident.stage == .clearing || incident.stage == .closed ? nil : .quiet
    }
}
