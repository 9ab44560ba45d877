import Devices
import Registry

// Signals out of what devices measure.
extension RuleEngine {
    /// Shows an observation's measurements to the rules that read them.
    ///
    /// - Returns: whether anything changed that a crash must not forget.
    mutating func noteTrends(
        of observation: Observation, at moment: Instant, _ state: inout DeviceState, _ drill: Int?
    ) -> Bool {
        // A retained value is of unknown age, and says nothing of a course.
        guard !rules.readings.isEmpty, !observation.retained else { return false }
        // What is in no registry, as the delivery canary's detector, is not watched: whoever drills may write in its name.
        guard observation.index < deviceCount else { return false }
        var changed = false
        for reading in observation.readings {
            guard case .number(let value) = reading.value else { continue }
            for rule in rules.readings where rule.reads(reading.kind, of: observation.device) {
                var trends = state.trends ?? []
                let index = trends.firstIndex { $0.rule == rule.name } ?? trends.count
                if index == trends.count { trends.append(Trend(rule)) }
                let wasMissing = trends[index].isMissing
                changed = trends[index].take(value, at: moment, rule) || changed
                if wasMissing, !trends[index].isMissing {
                    note(Narration.measurement(rule, missing: false, observation.device, estate), observation, drill)
                }
                state.trends = trends
            }
        }
        watch(observation.index, state, drill)
        return changed
    }

    /// The kinds that a device's measurements say are in alarm.
    func measured(_ state: DeviceState) -> Signal.Kinds {
        Signal.Kinds(
            (state.trends ?? []).filter(\.isAlarming).compactMap { trend in
                rules.readings.first { $0.name == trend.rule }?.signal
            })
    }

    /// The edges and repeats that measurements make, for the kinds that they speak of at all.
    func measuredSignals(
        of observation: Observation, spoken: Bool, at moment: Instant, _ state: inout DeviceState
    ) -> [Signal] {
        guard let trends = state.trends else { return [] }
        let alarming = measured(state)
        let kinds = Signal.Kinds(
            rules.readings.filter { rule in trends.contains { $0.rule == rule.name } }.compactMap(\.signal))
        return kinds.members.compactMap { kind in
            let alarm = alarming.contains(kind)
            // What the device itself calls an alarm, no measurement clears.
            guard alarm || !(state.reported ?? []).contains(kind) else { return nil }
            // Time alone makes an edge, never a repeat.
            guard spoken || alarm != state.alarming.contains(kind) else { return nil }
            guard let change = state.note(kind, alarm: alarm, retained: false) else { return nil }
            return Signal(
                device: observation.device.id, place: observation.device.place, kind: kind, change: change,
                at: moment, receivedAt: observation.receivedAt, retained: false)
        }
    }

    /// Lets time act on what was measured last.
    mutating func stepTrends(of index: Int, drill: Int?) {
        let moment = self[drill].time(at: now)
        var state = self[drill].devices[index]
        let device = device(at: index)
        let observation = Observation(
            device: device, index: index, readings: [], receivedAt: now, exercise: exercise(drill)?.id)
        var due = moment
        for rule in rules.readings {
            guard let trend = state.trends?.firstIndex(where: { $0.rule == rule.name }),
                let its = state.trends?[trend].due(rule), its <= moment
            else { continue }
            due = min(due, its)
            let wasMissing = state.trends?[trend].isMissing ?? false
            _ = state.trends?[trend].settle(at: moment, rule)
            if !wasMissing, state.trends?[trend].isMissing == true {
                note(Narration.measurement(rule, missing: true, device, estate), observation, drill)
            }
        }
        let signals = measuredSignals(of: observation, spoken: false, at: due, &state)
        self[drill].devices[index] = state
        watch(index, state, drill)
        if drill == nil { outcome.devices.append(index) }
        for signal in signals { handle(signal, of: observation, late: false, drill: drill) }
    }

    /// When time alone makes something of a device's measurements.
    func trendsDue(_ state: DeviceState) -> Instant? {
        (state.trends ?? []).compactMap { trend in
            rules.readings.first { $0.name == trend.rule }.flatMap { trend.due($0) }
        }.min()
    }

    private mutating func watch(_ index: Int, _ state: DeviceState, _ drill: Int?) {
        guard state.trends != nil else { return }
        self[drill].watch(index, until: trendsDue(state), of: deviceCount)
    }

    /// Finds the devices anew whose measurements wait for time, after a restart.
    mutating func watchAll() {
        guard !rules.readings.isEmpty else { return }
        for index in 0..<deviceCount { watch(index, real.devices[index], nil) }
    }
}

extension ReadingRule {
    /// A siren that is hot has found no fire.
    func reads(_ kind: Reading.Kind, of device: Device) -> Bool {
        guard kind == reading else { return false }
        switch device.kind {
        case .siren, .gateway, .buildingAlarm: return false
        case .smoke, .heat, .flame, .co, .gas, .waterLeak, .button, .help, .sensor: return true
        }
    }
}
