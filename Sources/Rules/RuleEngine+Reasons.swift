import Registry

// Why something was decided, what it rests on, and what comes next if nobody acts: the details of an incident's lines in
// the alert log, each as text, so that the log alone tells it to whoever asks years later. Moments are the machine's.
extension RuleEngine {
    /// More detectors than this make a line that nobody reads; `because` names them all.
    private static let signalsMax = 32

    /// A span of time that a rule waited for.
    struct Delay: Hashable {
        var pattern: Pattern
        var since: Instant?
    }

    /// The span that has run out when a rule fires; `nil` if it waited for none.
    ///
    /// - Parameter incident: as it was before the rule fired.
    func delay(of rule: Rule, _ match: Match, on incident: Incident) -> Delay? {
        guard let pattern = pattern(of: rule, thatHoldsAt: match.at, on: incident), let span = pattern.span else {
            return nil
        }
        return Delay(pattern: pattern, since: span.isTimer ? match.at - span.duration : nil)
    }

    /// What an incident's line says beside its sentence.
    ///
    /// - Parameters:
    ///   - members: the detectors that the decision rests on.
    ///   - incident: as it is now.
    mutating func reasons(
        for rule: Rule, _ members: [Incident.Member], _ delay: Delay?, _ incident: Incident, drill: Int?
    ) -> [(key: String, value: String)] {
        var reasons: [(key: String, value: String)] = []
        let says = sentence(of: rule)
        reasons.append(("rule_says", says.english))
        reasons.append(("rule_says_zh-Hant", says.traditionalChinese))
        if !members.isEmpty { reasons.append(("signals", signals(members, drill))) }
        if let delay, let span = delay.pattern.span {
            reasons.append(("delay", "\(span.name) \(span.duration.compact)"))
            if let since = delay.since {
                reasons.append(("delay_since", self[drill].realTime(of: since).description))
            }
        }
        if incident.isOpen { reasons += upcoming(incident, drill) }
        return reasons
    }

    /// `a-12-C-smoke, a/12/C, smoke, 2026-11-22T12:00:00.000Z, live; …`
    private func signals(_ members: [Incident.Member], _ drill: Int?) -> String {
        let shown = members.prefix(Self.signalsMax).map { member in
            let kinds = member.kinds.members.map(\.rawValue).joined(separator: "+")
            let marks =
                [member.live ? "live" : "retained"] + (member.late ? ["late"] : []) + (member.stuck ? ["stuck"] : [])
                + (member.clearedAt == nil ? [] : [member.timedOut ? "timed out" : "cleared"])
            let at = self[drill].realTime(of: member.raisedAt).description
            return ([member.device, member.place.description, kinds, at] + marks).joined(separator: ", ")
        }.joined(separator: "; ")
        let rest = members.count - Self.signalsMax
        return rest > 0 ? "\(shown); and \(rest) more" : shown
    }

    /// What time alone will bring next, when, and what would stop it.
    private func upcoming(_ incident: Incident, _ drill: Int?) -> [(key: String, value: String)] {
        guard let block = position(ofBlock: incident.block) else { return [] }
        let due = due(of: incident, block)
        guard due != .distantFuture, let next = next(of: incident, block, at: due) else { return [] }
        // What held long ago and may come only now comes now.
        let at = self[drill].realTime(of: max(due, incident.rungSince))
        return [
            ("next", next.name), ("next_at", at.description),
            ("next_says", next.says.english), ("next_says_zh-Hant", next.says.traditionalChinese),
            ("next_stopped_by", next.stoppedBy.joined(separator: " ")),
        ]
    }

    private typealias Next = (name: String, says: LogRecord.Text, stoppedBy: [String])

    private func next(of incident: Incident, _ block: Int, at due: Instant) -> Next? {
        for rule in ladders[incident.hazard] where rule.mayFire(on: incident) {
            guard case .rung = rule.outcome, let pattern = pattern(of: rule, thatHoldsAt: due, on: incident) else {
                continue
            }
            return (rule.name, rule.turn, pattern.stoppedBy + ["reset"])
        }
        if let reminder = incident.reminder, reminder.next == due {
            let told = ladders[incident.hazard].first { $0.name == reminder.rule }?.reminder?.tell
            let whom = LogRecord.Text.list((told ?? []).map(\.words), .and)
            let says = LogRecord.Text("\(whom.english) are reminded", "再提醒\(whom.traditionalChinese)")
            return ("reminder", says, ["answer", "reset"])
        }
        for member in incident.members where member.alarms && member.heardAt + rules.settings.clearTimeout == due {
            let says = LogRecord.Text(
                "\(member.device) counts as clear if it says nothing more",
                "\(member.device)如不再發出訊號，視為已解除")
            return ("clear-timeout", says, ["alarm", "reset"])
        }
        if incident.silence?.until == due {
            let says = LogRecord.Text("the silence ends and the sounders may sound again", "靜音結束，警笛可再次響起")
            return ("silence-end", says, ["reset"])
        }
        if contradictionDue(of: incident) == due {
            let says = LogRecord.Text(
                "it is a contradiction if the building's own alarm stays silent", "如大廈警鐘仍未響起，即屬矛盾情況")
            return ("contradiction", says, ["bell", "reset"])
        }
        guard let lone = incident.members.first else { return nil }
        let says = LogRecord.Text("\(lone.device) is reported as perhaps stuck", "報告\(lone.device)可能卡住")
        return ("suspect", says, ["clear", "reset"])
    }

    /// The first of a rule's patterns that holds at a moment.
    private func pattern(of rule: Rule, thatHoldsAt moment: Instant, on incident: Incident) -> Pattern? {
        guard let block = position(ofBlock: incident.block) else { return nil }
        return rule.when.first { pattern in
            var alone = rule
            alone.when = [pattern]
            return match(alone, incident, block, nil)?.at == moment
        }
    }

    /// A rule in words, made once.
    private mutating func sentence(of rule: Rule) -> LogRecord.Text {
        guard
            let position = rules.rules.firstIndex(where: { $0.name == rule.name && $0.hazard == rule.hazard }),
            !rule.when.isEmpty
        else { return Self.sentence(ofEngine: rule.name) }
        if let known = sentences[position] { return known }
        let sentence = rules.rules[position].sentence(rules.settings)
        sentences[position] = sentence
        return sentence
    }

    /// What decides without standing in rules.yaml.
    private static func sentence(ofEngine name: String) -> LogRecord.Text {
        switch name {
        case "reset":
            LogRecord.Text(
                "A person at the controls closes the incident; this tells everybody who was told of it before.",
                "操作人員以人手結束事件：通知曾獲通知的所有人。")
        case "drill-end":
            LogRecord.Text(
                "The drill is over, and its incidents with it; this tells everybody who was told of it before.",
                "演習結束，其事件亦告結束：通知曾獲通知的所有人。")
        case "real-alarm":
            LogRecord.Text(
                "A real alarm in the block ends the drill there at once; this tells everybody who was told of it before.",
                "該座出現真實警報，演習即時中止：通知曾獲通知的所有人。")
        default:
            LogRecord.Text(
                "No block is at that stage any more: the incident of the whole estate closes; this tells "
                    + "everybody who was told of it before.",
                "再沒有任何一座處於該階段，全屋苑事件結束：通知曾獲通知的所有人。")
        }
    }
}

extension Pattern {
    /// The span of time that this asks for, as rules.yaml calls it; a timer runs out by itself, a window does not.
    var span: (name: String, duration: Duration, isTimer: Bool)? {
        switch self {
        case .count(let count):
            switch count.time {
            case .ever: nil
            case .within(let window): ("within", window, false)
            case .holding(let duration, _): ("holding", duration, true)
            }
        case .unanswered(let duration): ("unanswered", duration, true)
        case .cleared(let duration): ("cleared", duration, true)
        case .lasting(let duration): ("lasting", duration, true)
        case .held(_, let duration): duration > .zero ? ("holding", duration, true) : nil
        case .sequence(_, let window): ("within", window, false)
        case .absent(_, _, let window): ("absent", window, true)
        case .investigated(let duration): ("investigated", duration, true)
        case .all(let parts), .any(let parts): parts.lazy.compactMap(\.span).first
        case .signal, .beside, .confirmedByPerson, .newFlat, .stuck, .blocks, .adjacent, .time, .buildingAlarm,
            .nuisance, .not:
            nil
        }
    }

    /// What keeps this from coming true while time runs: an answer, a clear, a new alarm, a person's word.
    var stoppedBy: [String] {
        switch self {
        case .unanswered: ["answer", "clear"]
        case .count: ["clear"]
        case .cleared: ["alarm", "confirm"]
        case .lasting: ["alarm", "confirm"]
        case .held: ["clear"]
        case .absent: ["alarm"]
        case .investigated: ["clear"]
        case .all(let parts), .any(let parts):
            parts.flatMap(\.stoppedBy).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        case .signal, .beside, .confirmedByPerson, .newFlat, .stuck, .blocks, .sequence, .adjacent, .time,
            .buildingAlarm, .nuisance, .not:
            []
        }
    }
}

extension Duration {
    /// As rules.yaml has it: `90s`, `5m`, `1h`.
    var compact: String {
        let milliseconds = wholeMilliseconds
        if milliseconds % 1000 != 0 { return "\(milliseconds)ms" }
        let seconds = milliseconds / 1000
        if seconds >= 3600, seconds % 3600 == 0 { return "\(seconds / 3600)h" }
        return seconds >= 120 && seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
    }
}
