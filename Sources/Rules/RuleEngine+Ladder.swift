import Registry

// How an incident climbs the ladder and comes down again.
extension RuleEngine {
    /// Fires every rule that holds now, and finds out when the next one might.
    ///
    /// - Parameters:
    ///   - trigger: the signal that has just been heard; `nil` if only time has passed.
    ///   - notBefore: what holds since earlier holds since then, for until then something was disabled.
    mutating func settle(
        _ id: Incident.ID, block: Int, drill: Int?, trigger: Trigger?, notBefore: Instant? = nil
    ) {
        guard let position = self[drill].blocks[block].incidents.firstIndex(where: { $0.id == id }) else { return }
        var incident = self[drill].blocks[block].incidents[position]
        // In a backlog, a message that does not say when it happened is placed at its receipt, which time has not
        // reached yet: its alarm is acted upon now all the same.
        let moment = max(self[drill].time(at: now), trigger?.at ?? Instant(milliseconds: 0))
        var fired = false
        // Each firing climbs or descends a rung, and there are fewer rungs than this.
        var enabled: [String] = []
        for _ in 0..<32 {
            guard let (rule, match) = ruleThatHolds(for: incident, block, at: moment, trigger, notBefore) else {
                let broken = noteWithheldRules(&incident, block, trigger, at: moment)
                enabled += broken
                if broken.isEmpty { break } else { continue }
            }
            fire(rule, match, on: &incident, drill: drill)
            fired = true
            if !incident.isOpen { break }
        }
        if !fired, let trigger { fireForNewFlat(&incident, block, trigger, drill) }
        keep(incident, block: block, at: position, drill: drill)
        for rule in enabled { settleAll(after: rule) }
    }

    /// The rule that has held the longest; of those that hold since the same moment the one that leads furthest up,
    /// then the first of the file.
    private func ruleThatHolds(
        for incident: Incident, _ block: Int, at moment: Instant, _ trigger: Trigger?, _ notBefore: Instant?
    ) -> (Rule, Match)? {
        let rules = ladders[incident.hazard]
        let around = surroundings(of: incident, block)
        var best: (rule: Int, match: Match)?
        for rule in rules.indices where rules[rule].outcome.mayFollow(incident) && rules[rule].mayFire(on: incident) {
            guard var match = holds(rules[rule], incident, around, trigger), match.at <= moment,
                !isDisabled(rules[rule], incident)
            else { continue }
            match.at = max(match.at, notBefore ?? match.at)
            guard let (bestRule, bestMatch) = best else {
                best = (rule, match)
                continue
            }
            if match.at < bestMatch.at || (match.at == bestMatch.at && rules[rule].leadsAbove(rules[bestRule])) {
                best = (rule, match)
            }
        }
        return best.map { (rules[$0.rule], $0.match) }
    }

    func holds(_ rule: Rule, _ incident: Incident, _ block: Int, _ trigger: Trigger?) -> Match? {
        holds(rule, incident, surroundings(of: incident, block), trigger)
    }

    private func holds(
        _ rule: Rule, _ incident: Incident, _ around: Surroundings?, _ trigger: Trigger?
    ) -> Match? {
        switch rule.outcome {
        case .same: nil
        // Only a new alarm leads back; that its detector is still listed does not.
        case .before: trigger.map { Match(at: $0.at, members: [$0.member]) }
        case .rung: match(rule, incident, around, trigger)
        }
    }

    func match(_ rule: Rule, _ incident: Incident, _ block: Int, _ trigger: Trigger?) -> Match? {
        match(rule, incident, surroundings(of: incident, block), trigger)
    }

    /// The earliest match of a rule's patterns; `nil` also where there are no surroundings, in the estate as a whole.
    private func match(
        _ rule: Rule, _ incident: Incident, _ around: Surroundings?, _ trigger: Trigger?
    ) -> Match? {
        guard let around else { return nil }
        var earliest: Match?
        for pattern in rule.when {
            let match = pattern.match(incident, in: around, trigger: trigger, needsLive: rule.needsLive)
            guard let match else { continue }
            if let sofar = earliest, sofar.at <= match.at { continue }
            earliest = match
        }
        return earliest
    }

    private mutating func fireForNewFlat(_ incident: inout Incident, _ block: Int, _ trigger: Trigger, _ drill: Int?) {
        guard let (rule, match) = ruleForNewFlat(incident, block, trigger) else { return }
        fire(rule, match, on: &incident, drill: drill, onlyThere: true)
    }

    private func ruleForNewFlat(_ incident: Incident, _ block: Int, _ trigger: Trigger) -> (Rule, Match)? {
        let rules = ladders[incident.hazard]
        let around = surroundings(of: incident, block)
        for rule in rules.indices
        where rules[rule].outcome == .same && rules[rule].mayFire(on: incident) {
            guard !isDisabled(rules[rule], incident),
                let match = match(rules[rule], incident, around, trigger)
            else { continue }
            return (rules[rule], match)
        }
        return nil
    }

    /// Takes the step that a rule says, and tells whom it names.
    ///
    /// - Parameter onlyThere: the alert is about the places of the match, not of the whole incident.
    mutating func fire(
        _ rule: Rule, _ match: Match, on incident: inout Incident, drill: Int?, onlyThere: Bool = false
    ) {
        var at = match.at
        let delay = delay(of: rule, match, on: incident)
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
            noteSilence(&incident, leadingTo: rung.stage, drill)
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
            if rung.stage == .confirmed || rung.stage == .spreading {
                incident.wasConfirmed = true
                awaitBell(&incident, since: at)
            }
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
        for (key, value) in reasons(for: rule, because, delay, incident, drill: drill) { record.details[key] = value }
        if !rule.tell.isEmpty { record.details["alert"] = nextAlert(of: incident) }
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
        ladders[hazard].first { $0.name == name }?.reminder.map {
            Incident.Reminder(rule: name, next: moment + $0.pause(after: 0), count: 0)
        }
    }

    /// The name of the alert that comes next.
    func nextAlert(of incident: Incident) -> Alert.ID { "\(incident.id)/\(incident.alertCount + 1)" }

    /// Gives an alert its number, and lets it out.
    func numbered(_ alert: Alert, of incident: inout Incident) -> Alert {
        var alert = alert
        alert.id = nextAlert(of: incident)
        alert.contradiction = contradicts(incident)
        alert.bellNeverHeard = alert.contradiction && contradictsUnheard(incident) ? true : nil
        incident.alertCount += 1
        return alert
    }

    mutating func alert(_ alert: Alert, of incident: inout Incident) {
        var alert = alert
        alert.sounders = sounders(for: incident)
        outcome.alerts.append(numbered(alert, of: &incident))
    }

    /// Lets time act on an incident: detectors that never clear, reminders, and rules that were waiting.
    mutating func step(incident id: Incident.ID, block: Int, drill: Int?) {
        guard let position = self[drill].blocks[block].incidents.firstIndex(where: { $0.id == id }) else { return }
        var incident = self[drill].blocks[block].incidents[position]
        let moment = self[drill].time(at: now)
        let heardBefore = moment - rules.settings.clearTimeout
        for member in incident.members.indices where incident.members[member].alarms && mayTimeOut(drill) {
            // Hundreds may alarm: only for those whose time is over is it reckoned exactly.
            guard incident.members[member].heardAt <= heardBefore else { continue }
            let end = incident.members[member].heardAt + rules.settings.clearTimeout
            guard end <= moment else { continue }
            incident.members[member].clearedAt = end
            incident.members[member].timedOut = true
            var record = Narration.timedOut(incident.members[member], incident, estate)
            record.at = self[drill].realTime(of: end)
            outcome.records.append(record)
        }
        if let until = incident.silence?.until, until <= moment { endSilence(&incident, because: .time, drill) }
        noteSuspect(&incident, at: moment, drill)
        remind(&incident, at: moment, drill)
        if drill == nil { noteContradiction(&incident, at: moment) }
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
        guard let rule = ladders[incident.hazard].first(where: { $0.name == reminder.rule }),
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
        record.details["alert"] = nextAlert(of: incident)
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
        let stageChanged = self[drill].blocks[block].incidents[position].stage != incident.stage
        if incident.isOpen {
            // Whatever was due has been done; time goes on even if a rule should contradict itself.
            incident.due = max(due(of: incident, block), self[drill].time(at: now) + .milliseconds(1))
            self[drill].blocks[block].incidents[position] = incident
            noteChanged(incident, block: block, drill: drill)
        } else if let end = forgottenAt(incident), end > self[drill].time(at: now) {
            // It has reached no rung yet, and what it has heard may still count for one.
            incident.due = max(min(due(of: incident, block), end), self[drill].time(at: now) + .milliseconds(1))
            self[drill].blocks[block].incidents[position] = incident
            noteChanged(incident, block: block, drill: drill)
        } else {
            self[drill].blocks[block].incidents.remove(at: position)
            if incident.wasOpened {
                noteClosed(incident, drill: drill)
            } else if incident.id.hasSuffix("-\(real.blocks[block].lastNumber)") {
                // The next incident gets its number, after a restart as without one.
                real.blocks[block].lastNumber -= 1
            }
            noteChanged(incident, block: block, drill: drill)
        }
        self[drill].noteOpenness(ofBlock: block)
        if block < estate.blocks.count { settleEstate(incident.hazard, drill: drill) }
        if stageChanged { settleAdjacent(to: block, incident.hazard, drill: drill) }
        findNextDue()
    }

    /// Until when an incident that has reached no rung is remembered: while a detector alarms, and as long as the longest
    /// window after that. `nil` for one that is closed for good, or whose alarms a disabled rule keeps in mind.
    private func forgottenAt(_ incident: Incident) -> Instant? {
        guard !incident.wasOpened, (incident.withheldRules ?? []).isEmpty else { return nil }
        guard incident.members.allSatisfy({ !$0.alarms }) else { return .distantFuture }
        let last = incident.members.map { max($0.raisedAt, $0.clearedAt ?? $0.raisedAt) }.max()
        return last.map { $0 + rules.longestWindow(of: incident.hazard) }
    }

    private mutating func noteClosed(_ incident: Incident, drill: Int?) {
        let at = incident.rungSince
        noteNuisances(of: incident, at: at, drill: drill)
        outcome.closings.append(
            ClosedIncident(
                id: incident.id, hazard: incident.hazard, block: incident.block,
                openedAt: self[drill].realTime(of: incident.openedAt), closedAt: self[drill].realTime(of: at),
                cause: incident.cause ?? .unknown, by: incident.causeBy, exercise: incident.exercise))
        for index in incident.members.compactMap(\.index) {
            self[drill].devices[index].incidentClosed(
                at: at, keptBack: drill == nil ? keptBack(device(at: index)) : [])
            if drill == nil { outcome.devices.append(index) }
        }
    }

    /// When time alone will change an incident next, in its world's time.
    func due(of incident: Incident, _ block: Int) -> Instant {
        var next = incident.reminder?.next ?? .distantFuture
        if incident.exercise != nil || !isDeaf {
            var longestUnheard = Instant.distantFuture
            for member in incident.members.indices where incident.members[member].alarms {
                longestUnheard = min(longestUnheard, incident.members[member].heardAt)
            }
            next = min(next, longestUnheard + rules.settings.clearTimeout)
        }
        if let suspect = suspectDue(of: incident) { next = min(next, suspect) }
        if let until = incident.silence?.until { next = min(next, until) }
        if let until = contradictionDue(of: incident) { next = min(next, until) }
        let rules = ladders[incident.hazard]
        let around = surroundings(of: incident, block)
        for rule in rules.indices where rules[rule].outcome.mayFollow(incident) && rules[rule].mayFire(on: incident) {
            // A disabled rule is waited for once, to say that it holds.
            guard case .rung = rules[rule].outcome,
                let match = match(rules[rule], incident, around, nil),
                incident.withheldRules?.contains(rules[rule].name) != true || !isDisabled(rules[rule], incident)
            else { continue }
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
        guard incident.isOpen else {
            self[drill].blocks[block].incidents.remove(at: position)
            self[drill].noteOpenness(ofBlock: block)
            return
        }
        let closing = Rule(
            name: rule, hazard: incident.hazard, from: [], when: [], outcome: .rung(Incident.Rung(.closed)),
            tell: tell, reminder: nil, atMostEvery: .zero, line: 0, column: 0)
        let all = Array(incident.members.indices)
        fire(closing, Match(at: max(moment, incident.rungSince), members: all), on: &incident, drill: drill)
        keep(incident, block: block, at: position, drill: drill)
    }
}

extension Rule.Outcome {
    /// Whether it leads anywhere from the rung of an incident: most do not, and need not be looked at.
    fileprivate func mayFollow(_ incident: Incident) -> Bool {
        guard case .rung(let rung) = self, rung.stage.height > 0, incident.isOpen else { return true }
        return rung.isAbove(incident.rung)
    }
}
