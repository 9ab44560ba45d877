import Registry

// How an incident climbs the ladder and comes down again.
extension RuleEngine {
    /// Fires every rule that holds now, and finds out when the next one might.
    ///
    /// - Parameter trigger: the signal that has just been heard; `nil` if only time has passed.
    mutating func settle(_ id: Incident.ID, block: Int, drill: Int?, trigger: Trigger?) {
        guard let position = self[drill].blocks[block].incidents.firstIndex(where: { $0.id == id }) else { return }
        var incident = self[drill].blocks[block].incidents[position]
        // In a backlog, a message that does not say when it happened is placed at its receipt, which time has not
        // reached yet: its alarm is acted upon now all the same.
        let moment = max(self[drill].time(at: now), trigger?.at ?? Instant(milliseconds: 0))
        var fired = false
        // Each firing climbs or descends a rung, and there are fewer rungs than this.
        for _ in 0..<32 {
            guard let (rule, match) = ruleThatHolds(for: incident, block, at: moment, trigger) else { break }
            fire(rule, match, on: &incident, drill: drill)
            fired = true
            if !incident.isOpen { break }
        }
        if !fired, let trigger { fireForNewFlat(&incident, block, trigger, drill) }
        keep(incident, block: block, at: position, drill: drill)
    }

    /// The rule that has held the longest; of those that hold since the same moment the one that leads furthest up,
    /// then the first of the file.
    private func ruleThatHolds(
        for incident: Incident, _ block: Int, at moment: Instant, _ trigger: Trigger?
    ) -> (Rule, Match)? {
        var best: (rule: Rule, match: Match)?
        for rule in rules.rules where rule.hazard == incident.hazard && rule.mayFire(on: incident) {
            guard let match = holds(rule, incident, block, trigger), match.at <= moment else { continue }
            guard let (bestRule, bestMatch) = best else {
                best = (rule, match)
                continue
            }
            if match.at < bestMatch.at || (match.at == bestMatch.at && rule.leadsAbove(bestRule)) {
                best = (rule, match)
            }
        }
        return best
    }

    private func holds(_ rule: Rule, _ incident: Incident, _ block: Int, _ trigger: Trigger?) -> Match? {
        switch rule.outcome {
        case .same: nil
        // Only a new alarm leads back; that its detector is still listed does not.
        case .before: trigger.map { Match(at: $0.at, members: [$0.member]) }
        case .rung: match(rule, incident, block, trigger)
        }
    }

    private func match(_ rule: Rule, _ incident: Incident, _ block: Int, _ trigger: Trigger?) -> Match? {
        guard block < estate.blocks.count else { return nil }
        return rule.when
            .compactMap {
                $0.match(incident, in: estate.blocks[block], trigger: trigger, needsLive: rule.needsLive)
            }
            .min { $0.at < $1.at }
    }

    private mutating func fireForNewFlat(_ incident: inout Incident, _ block: Int, _ trigger: Trigger, _ drill: Int?) {
        for rule in rules.rules where rule.hazard == incident.hazard && rule.mayFire(on: incident) {
            guard rule.outcome == .same, let match = match(rule, incident, block, trigger) else { continue }
            return fire(rule, match, on: &incident, drill: drill, onlyThere: true)
        }
    }

    /// Takes the step that a rule says, and tells whom it names.
    ///
    /// - Parameter onlyThere: the alert is about the places of the match, not of the whole incident.
    mutating func fire(
        _ rule: Rule, _ match: Match, on incident: inout Incident, drill: Int?, onlyThere: Bool = false
    ) {
        var at = match.at
        switch rule.outcome {
        case .same: break
        case .before:
            incident.rung = incident.rungBefore ?? Incident.Rung(.investigate)
            incident.rungBefore = nil
            incident.rungSince = at
            // Nobody has answered to this alarm yet.
            incident.acknowledgement = nil
            incident.reminder = incident.remindingRule.flatMap { reminder(after: at, rule: $0, incident.hazard) }
        case .rung(let rung):
            at = max(at, incident.isOpen ? incident.rungSince : at)
            // Whoever has answered has answered this stage; the next asks anew. An answer to a stuck detector is none to
            // the proven alarm that joins it.
            if rung.stage != incident.stage || incident.rung.step == 0 { incident.acknowledgement = nil }
            if rung.stage == .clearing {
                incident.rungBefore = incident.rung
            } else {
                incident.remindingRule = rule.reminder == nil ? nil : rule.name
            }
            incident.rung = rung
            incident.rungSince = at
            incident.reminder = rule.reminder.map {
                Incident.Reminder(rule: rule.name, next: at + $0.pause(after: 0), count: 0)
            }
        }
        let because = match.members.map { incident.members[$0] }
        let decision = Decision(
            at: at, block: incident.block, hazard: incident.hazard, incident: incident.id, stage: incident.stage,
            rule: rule.name, exercise: incident.exercise, because: because.map(\.device))
        outcome.decisions.append(decision)
        let places = onlyThere ? because.map(\.place) : incident.places
        var record = Narration.decision(
            decision, places: places, turn: rule.outcome == .same ? .joins : .init(incident.rung), estate)
        record.at = self[drill].realTime(of: at)
        record.details["tell"] = rule.tell.map(\.rawValue).joined(separator: " ")
        outcome.records.append(record)
        guard !rule.tell.isEmpty else { return }
        alert(
            Alert(
                id: "", at: at, block: incident.block, hazard: incident.hazard, incident: incident.id,
                stage: incident.stage, rule: rule.name, exercise: incident.exercise, audience: rule.tell,
                places: places, because: decision.because, late: because.contains(where: \.late)),
            of: &incident)
    }

    private func reminder(after moment: Instant, rule name: String, _ hazard: Hazard) -> Incident.Reminder? {
        rules.rules.first { $0.name == name && $0.hazard == hazard }?.reminder.map {
            Incident.Reminder(rule: name, next: moment + $0.pause(after: 0), count: 0)
        }
    }

    /// Gives an alert its number, and lets it out.
    func numbered(_ alert: Alert, of incident: inout Incident) -> Alert {
        incident.alertCount += 1
        var alert = alert
        alert.id = "\(incident.id)/\(incident.alertCount)"
        return alert
    }

    private mutating func alert(_ alert: Alert, of incident: inout Incident) {
        outcome.alerts.append(numbered(alert, of: &incident))
    }

    /// Lets time act on an incident: detectors that never clear, reminders, and rules that were waiting.
    mutating func step(incident id: Incident.ID, block: Int, drill: Int?) {
        guard let position = self[drill].blocks[block].incidents.firstIndex(where: { $0.id == id }) else { return }
        var incident = self[drill].blocks[block].incidents[position]
        let moment = self[drill].time(at: now)
        for member in incident.members.indices where incident.members[member].alarms && mayTimeOut(drill) {
            let end = incident.members[member].heardAt + rules.settings.clearTimeout
            guard end <= moment else { continue }
            incident.members[member].clearedAt = end
            incident.members[member].timedOut = true
            var record = Narration.timedOut(incident.members[member], incident, estate)
            record.at = self[drill].realTime(of: end)
            outcome.records.append(record)
        }
        noteSuspect(&incident, at: moment, drill)
        remind(&incident, at: moment, drill)
        self[drill].blocks[block].incidents[position] = incident
        settle(id, block: block, drill: drill, trigger: nil)
    }

    /// Whether silence is the detector's own, and not the hub's.
    private func mayTimeOut(_ drill: Int?) -> Bool { drill != nil || !isDeaf }

    /// A detector that has alarmed alone for very long is more likely stuck than right: somebody should look at it.
    private mutating func noteSuspect(_ incident: inout Incident, at moment: Instant, _ drill: Int?) {
        guard let due = suspectDue(of: incident), due <= moment else { return }
        incident.suspected = true
        var record = Narration.suspect(incident.members[0], incident, estate)
        record.at = self[drill].realTime(of: due)
        outcome.records.append(record)
    }

    private func suspectDue(of incident: Incident) -> Instant? {
        guard !incident.suspected, incident.members.count == 1, let lone = incident.members.first, lone.alarms,
            lone.live, !lone.stuck
        else { return nil }
        return lone.raisedAt + rules.settings.suspectAfter
    }

    private mutating func remind(_ incident: inout Incident, at moment: Instant, _ drill: Int?) {
        guard var reminder = incident.reminder, reminder.next <= moment else { return }
        guard let rule = rules.rules.first(where: { $0.name == reminder.rule && $0.hazard == incident.hazard }),
            let pause = rule.reminder?.pause(after: reminder.count + 1)
        else {
            incident.reminder = nil
            return
        }
        reminder.count += 1
        let at = reminder.next
        // After an outage one reminder is owed, not all that were missed.
        reminder.next = max(reminder.next + pause, moment)
        incident.reminder = reminder
        var record = Narration.reminder(reminder.count, of: incident, tell: rule.reminder?.tell ?? [], estate)
        record.at = self[drill].realTime(of: at)
        outcome.records.append(record)
        alert(
            Alert(
                id: "", at: at, block: incident.block, hazard: incident.hazard, incident: incident.id,
                stage: incident.stage, rule: rule.name, exercise: incident.exercise,
                audience: rule.reminder?.tell ?? [], places: incident.places,
                because: incident.members.map(\.device), repetition: reminder.count),
            of: &incident)
    }

    /// Puts an incident back among the open ones, or closes it.
    private mutating func keep(_ incident: Incident, block: Int, at position: Int, drill: Int?) {
        var incident = incident
        if incident.isOpen {
            // Whatever was due has been done; time goes on even if a rule should contradict itself.
            incident.due = max(due(of: incident, block), self[drill].time(at: now) + .milliseconds(1))
            self[drill].blocks[block].incidents[position] = incident
            noteChanged(incident, block: block, drill: drill)
        } else {
            self[drill].blocks[block].incidents.remove(at: position)
            // One that never reached a rung was no incident, and nobody needs to hear of it.
            if incident.wasOpened {
                noteClosed(incident, drill: drill)
                noteChanged(incident, block: block, drill: drill)
            }
        }
        self[drill].noteOpenness(ofBlock: block)
        if block < estate.blocks.count { settleEstate(incident.hazard, drill: drill) }
        findNextDue()
    }

    private mutating func noteClosed(_ incident: Incident, drill: Int?) {
        let at = incident.rungSince
        for index in incident.members.compactMap(\.index) {
            self[drill].devices[index].incidentClosed(at: at)
            if drill == nil { outcome.devices.append(index) }
        }
    }

    mutating func noteChanged(_ incident: Incident, block: Int, drill: Int?) {
        if let known = outcome.incidents.firstIndex(where: { $0.id == incident.id }) {
            outcome.incidents[known] = incident
        } else {
            outcome.incidents.append(incident)
        }
        for state in drill == nil ? [real.blocks[block]] : [real.blocks[block], self[drill].blocks[block]] {
            let known = outcome.blocks.firstIndex { $0.block == state.block && $0.exercise == state.exercise }
            if let known { outcome.blocks[known] = state } else { outcome.blocks.append(state) }
        }
    }

    /// When time alone will change an incident next, in its world's time.
    func due(of incident: Incident, _ block: Int) -> Instant {
        var next = incident.reminder?.next ?? .distantFuture
        for member in incident.members where member.alarms && (incident.exercise != nil || !isDeaf) {
            next = min(next, member.heardAt + rules.settings.clearTimeout)
        }
        if let suspect = suspectDue(of: incident) { next = min(next, suspect) }
        for rule in rules.rules where rule.hazard == incident.hazard && rule.mayFire(on: incident) {
            guard case .rung = rule.outcome, let match = match(rule, incident, block, nil) else { continue }
            next = min(next, match.at)
        }
        return next
    }

    /// Closes an incident for a reason that stands in no rule: an operator's reset, the end of a drill.
    mutating func close(
        _ id: Incident.ID, block: Int, drill: Int?, at moment: Instant, rule: String, tell: [Audience]
    ) {
        guard let position = self[drill].blocks[block].incidents.firstIndex(where: { $0.id == id }) else { return }
        var incident = self[drill].blocks[block].incidents[position]
        let closing = Rule(
            name: rule, hazard: incident.hazard, from: [], when: [], outcome: .rung(Incident.Rung(.closed)),
            tell: tell, reminder: nil, atMostEvery: .zero, line: 0, column: 0)
        let all = Array(incident.members.indices)
        fire(closing, Match(at: max(moment, incident.rungSince), members: all), on: &incident, drill: drill)
        keep(incident, block: block, at: position, drill: drill)
    }
}
