import Devices
import Registry

// What disablements keep back, and what breaks them: an alarm from a second zone, for then it is no works' dust.
// Narrow, so that other alarms pass while one thing is under repair (target/goalert#3230).
extension RuleEngine {
    /// What becomes of an alarm because of the disablements that stand.
    enum Withholding {
        case passes
        case keptBack(DisablementKey)
        /// It passes, and these are broken.
        case breaks([DisablementKey])

        /// What keeps the alarm back.
        var scope: Disablement.Scope? {
            if case .keptBack(let key) = self { key.scope } else { nil }
        }
    }

    func withholding(_ signal: Signal, of observation: Observation, hazard: Hazard, block: Int) -> Withholding {
        let places = [block, estate.blocks.count]
        guard places.contains(where: { !real.blocks[$0].disablements.isEmpty }), signal.change != .cleared,
            // Where its device alarms in an open incident already, it goes on there.
            !(signal.change == .repeated && alarms(signal.device, hazard, block))
        else { return .passes }
        let covering = coverings(of: signal.kind, observation.device, block)
        if isUnproven(signal, observation) { return covering.first.map { .keptBack($0) } ?? .passes }
        let elsewhere = places.flatMap { holder in
            real.blocks[holder].disablements.flatMap { disablement in
                disablement.withheld.filter { alarm in
                    alarm.place.block == signal.place.block && alarm.place != signal.place
                        && ladders.hazard(of: alarm.kind) == hazard && stillAlarms(alarm)
                }
            }
        }
        let isAnotherZone = real.blocks[block].incidents.contains { incident in
            incident.hazard == hazard
                && incident.members.contains { $0.alarms && !$0.stuck && $0.place != signal.place }
        }
        if let first = covering.first, elsewhere.isEmpty, !isAnotherZone { return .keptBack(first) }
        let broken = (covering + elsewhere.flatMap { alarm in holders(of: alarm) + coverings(of: alarm) })
            .reduce(into: [DisablementKey]()) { if !$0.contains($1) { $0.append($1) } }
        return broken.isEmpty ? .passes : .breaks(broken)
    }

    private func alarms(_ device: Device.ID, _ hazard: Hazard, _ block: Int) -> Bool {
        real.blocks[block].incidents.contains { incident in
            incident.hazard == hazard && incident.members.contains { $0.device == device && $0.alarms }
        }
    }

    /// A detector that has not been clear since its last incident proves nothing, and breaks nothing.
    private func isUnproven(_ signal: Signal, _ observation: Observation) -> Bool {
        signal.change == .repeated && real.devices[observation.index].unproven.contains(signal.kind)
    }

    /// The disablements that keep an alarm of a device back, the first that began first.
    private func coverings(of kind: Signal.Kind, _ device: Device, _ block: Int) -> [DisablementKey] {
        real.blocks[block].disablements.filter { !$0.isTest && $0.scope.withholds(kind, of: device) }
            .map { DisablementKey(block: block, scope: $0.scope, isTest: false) }
    }

    func coverings(of alarm: Disablement.Withheld) -> [DisablementKey] {
        guard let index = alarm.index, let block = position(ofBlock: alarm.place.block) else {
            return []
        }
        return coverings(of: alarm.kind, device(at: index), block)
    }

    /// Those that keep it in mind: one that covers it, or a disabled rule.
    private func holders(of alarm: Disablement.Withheld) -> [DisablementKey] {
        [position(ofBlock: alarm.place.block), estate.blocks.count].compactMap { $0 }.flatMap { block in
            real.blocks[block].disablements.filter { $0.withheld.contains { $0.device == alarm.device } }
                .map { DisablementKey(block: block, scope: $0.scope, isTest: $0.isTest) }
        }
    }

    /// The kinds of which a device's alarm is kept in mind.
    func keptBack(_ device: Device) -> Signal.Kinds {
        guard let block = position(ofBlock: device.place.block) else { return [] }
        let disablements = [block, estate.blocks.count].flatMap { real.blocks[$0].disablements }
        return Signal.Kinds(disablements.flatMap(\.withheld).filter { $0.device == device.id }.map(\.kind))
    }

    func stillAlarms(_ alarm: Disablement.Withheld) -> Bool {
        isDeaf || alarm.heardAt + rules.settings.clearTimeout > now
    }

    /// Keeps an alarm in mind that its device has raised, or said again.
    mutating func keepBack(
        _ signal: Signal, _ observation: Observation, hazard: Hazard, block: Int, late: Bool, under key: DisablementKey
    ) {
        if isUnproven(signal, observation) {
            // It has proved nothing since its last incident; when it is enabled, its repeats are told as such.
            return noteStuckUnderDisablement(observation)
        }
        keepBack(Disablement.Withheld(signal, observation, late: late), under: key)
    }

    mutating func keepBack(_ alarm: Disablement.Withheld, under key: DisablementKey) {
        guard
            let position = real.blocks[key.block].disablements.firstIndex(where: { $0.scope == key.scope && !$0.isTest }
            )
        else { return }
        let known = real.blocks[key.block].disablements[position].withheld.firstIndex {
            $0.device == alarm.device && $0.kind == alarm.kind
        }
        if let known {
            var before = real.blocks[key.block].disablements[position].withheld[known]
            before.heardAt = max(before.heardAt, alarm.heardAt)
            before.live = before.live || alarm.live
            real.blocks[key.block].disablements[position].withheld[known] = before
        } else {
            real.blocks[key.block].disablements[position].withheld.append(alarm)
        }
        noteDisablements(ofBlock: key.block)
    }

    /// A detector that was kept back is clear.
    mutating func forgetWithheld(_ signal: Signal, block: Int) {
        for holder in [block, estate.blocks.count] {
            var changed = false
            for position in real.blocks[holder].disablements.indices {
                let before = real.blocks[holder].disablements[position].withheld.count
                real.blocks[holder].disablements[position].withheld.removeAll {
                    $0.device == signal.device && $0.kind == signal.kind
                }
                changed = changed || real.blocks[holder].disablements[position].withheld.count != before
            }
            if changed { noteDisablements(ofBlock: holder) }
        }
    }

    /// Ends disablements because of an alarm from a second zone. What was kept back counts from when it began.
    mutating func breakDisablements(_ keys: [DisablementKey], because signal: Signal) {
        var alarms: [Disablement.Withheld] = []
        for key in keys {
            guard
                let position = real.blocks[key.block].disablements.firstIndex(where: {
                    $0.scope == key.scope && $0.isTest == key.isTest
                })
            else { continue }
            let disablement = real.blocks[key.block].disablements.remove(at: position)
            let burning = disablement.withheld.filter { stillAlarms($0) }
            outcome.records.append(
                Narration.disablementEnds(
                    disablement, because: .broken(signal.kind, signal.place), burning: burning, at: now, estate,
                    utcOffset: rules.settings.utcOffset))
            announce(disablement, endedBecause: .broken(signal.kind, signal.place), burning: burning, key)
            noteDisablements(ofBlock: key.block)
            alarms += burning
        }
        for alarm in alarms.sorted(by: { ($0.raisedAt, $0.device) < ($1.raisedAt, $1.device) }) {
            if let other = coverings(of: alarm).first {
                keepBack(alarm, under: other)
            } else {
                take(alarm, raisedAt: alarm.raisedAt)
            }
        }
        for case .rule(let name) in keys.map(\.scope) { settleAll(after: name) }
    }

    /// Handles as an alarm what was kept back.
    mutating func take(_ alarm: Disablement.Withheld, raisedAt: Instant) {
        guard let index = alarm.index, let block = position(ofBlock: alarm.place.block),
            let hazard = ladders.hazard(of: alarm.kind)
        else { return }
        let signal = Signal(
            device: alarm.device, place: alarm.place, kind: alarm.kind, change: .raised, at: raisedAt,
            receivedAt: alarm.heardAt, retained: !alarm.live)
        let observation = Observation(
            device: device(at: index), index: index, readings: [], receivedAt: alarm.heardAt)
        endExercises(inBlock: block, because: signal)
        join(signal, observation, hazard: hazard, block: block, late: alarm.late, drill: nil, notBefore: now)
    }

    // MARK: Rules

    /// Notes that disabled rules hold for an incident, each once; breaks those that hold while a second zone alarms.
    ///
    /// - Returns: the rules that were broken, and may fire now.
    mutating func noteWithheldRules(
        _ incident: inout Incident, _ block: Int, _ trigger: Trigger?, at moment: Instant
    ) -> [String] {
        let holder = estate.blocks.count
        guard incident.exercise == nil, !real.blocks[holder].disablements.isEmpty else { return [] }
        let zones = incident.members.filter { $0.alarms && !$0.stuck }.map(\.place)
        let second = zones.first { $0 != zones.first }
        var broken: [String] = []
        for rule in ladders[incident.hazard] where isDisabled(rule) && rule.mayFire(on: incident) {
            guard
                let match = rule.outcome == .same
                    ? match(rule, incident, block, trigger) : holds(rule, incident, block, trigger),
                match.at <= moment
            else { continue }
            if second == nil || !rule.isAlarming {
                if rule.asksNewAlarm, let trigger { incident.miss(trigger.member) }
                guard incident.withheldRules?.contains(rule.name) != true else { continue }
                incident.withheldRules = (incident.withheldRules ?? []) + [rule.name]
                guard incident.isOpen || !isKeptBack(incident, for: rule) else { continue }
                var record = Narration.ruleWithheld(rule, incident, at: now, estate)
                record.details["event_at"] = match.at.description
                outcome.records.append(record)
            } else if let second, breakRule(rule, incident, second) {
                broken.append(rule.name)
            }
        }
        return broken
    }

    /// Whether the detectors of an incident that could not open are in mind already, and the record has said so.
    private func isKeptBack(_ incident: Incident, for rule: Rule) -> Bool {
        let disablement = real.blocks[estate.blocks.count].disablements.first { $0.scope == .rule(rule.name) }
        return incident.members.allSatisfy { member in
            disablement?.withheld.contains { $0.device == member.device } == true
        }
    }

    @discardableResult
    mutating func breakRule(_ rule: Rule, _ incident: Incident, _ second: Place) -> Bool {
        let holder = estate.blocks.count
        guard let position = real.blocks[holder].disablements.firstIndex(where: { $0.scope == .rule(rule.name) }) else {
            return false
        }
        let disablement = real.blocks[holder].disablements.remove(at: position)
        let kind = incident.members.first { $0.place == second }?.kinds.members.first ?? .smoke
        outcome.records.append(
            Narration.disablementEnds(
                disablement, because: .broken(kind, second), burning: [], at: now, estate,
                utcOffset: rules.settings.utcOffset))
        noteDisablements(ofBlock: holder)
        return true
    }

    /// An alarm that opened nothing because the rule that would have is disabled: it is kept in mind under that rule.
    mutating func keepBackForRule(_ signal: Signal, _ observation: Observation, hazard: Hazard, late: Bool) {
        let holder = estate.blocks.count
        // The first of the ladder would have opened it.
        guard let rule = ladders[hazard].first(where: { $0.isAlarming && !$0.asksNewAlarm && isDisabled($0) }) else {
            return
        }
        keepBack(
            Disablement.Withheld(signal, observation, late: late),
            under: DisablementKey(block: holder, scope: .rule(rule.name), isTest: false))
    }
}

extension Incident {
    fileprivate mutating func miss(_ member: Int) {
        let device = members[member].device
        guard missed?.contains(device) != true else { return }
        missed = (missed ?? []) + [device]
    }
}

extension Rule {
    /// Whether it fires on an alarm that has just been heard, and never on time alone.
    var asksNewAlarm: Bool { outcome == .same || outcome == .before }

    /// Whether it leads up the ladder, so that it is dangerous to do without it.
    var isAlarming: Bool {
        switch outcome {
        case .same, .before: true
        case .rung(let rung): rung.stage != .clearing && rung.stage != .closed
        }
    }
}
