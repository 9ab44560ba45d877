import Registry

/// One line of the ladder: what has to hold, where that leads, and who is told.
public struct Rule: Hashable, Sendable {
    public var name: String
    public var hazard: Hazard
    /// The stages in which it may fire; empty for every rung below the one it leads to.
    public var from: [Stage]
    /// Any of these suffices.
    public var when: [Pattern]
    public var outcome: Outcome
    public var tell: [Audience]
    public var reminder: Reminder?
    /// For a stuck detector: it is told no more often than this.
    public var atMostEvery: Duration
    /// Where it stands in the file.
    public var line: Int
    public var column: Int

    public enum Outcome: Hashable, Sendable {
        case rung(Incident.Rung)
        /// The stage stays; the decision is made all the same.
        case same
        /// Back from clearing to the stage before.
        case before
    }

    /// Said again to those who should answer, until somebody does.
    public struct Reminder: Hashable, Sendable {
        public var every: Duration
        /// Each pause is twice the one before, up to this; the same as ``every`` for pauses that never grow.
        public var slowingTo: Duration
        public var tell: [Audience]

        /// How long to wait after so many reminders.
        func pause(after count: Int) -> Duration {
            min(every * (1 << min(count, 16)), slowingTo)
        }
    }

    /// The stage that a rule about several blocks counts; `nil` for all others.
    var estateStage: Stage? {
        for case .blocks(_, let stage) in when { return stage }
        return nil
    }

    /// Whether an incident on its present rung may follow this rule at all.
    func mayFire(on incident: Incident) -> Bool {
        guard from.isEmpty || (incident.isOpen && from.contains(incident.stage)) else { return false }
        switch outcome {
        case .same: return incident.isOpen && incident.stage != .clearing
        case .before: return incident.stage == .clearing
        case .rung(let rung):
            switch rung.stage {
            case .clearing: return incident.isOpen && incident.stage != .clearing
            case .closed: return incident.isOpen
            case .investigate, .confirmed, .spreading:
                // Out of clearing only a rule leads that names it.
                guard incident.stage != .clearing || from.contains(.clearing) else { return false }
                return !incident.isOpen || rung.isAbove(incident.rung)
            }
        }
    }

    /// Whether this leads further up the ladder than another rule.
    func leadsAbove(_ other: Rule) -> Bool {
        guard case .rung(let rung) = outcome, case .rung(let otherRung) = other.outcome else { return false }
        return rung.isAbove(otherRung)
    }

    /// A retained state is enough to look, never alone enough to confirm.
    var needsLive: Bool {
        switch outcome {
        case .rung(let rung): rung.stage == .confirmed || rung.stage == .spreading
        case .same, .before: false
        }
    }
}

/// All the rules of an estate, in the order of `rules.yaml`, and the settings beside them.
public struct RuleSet: Hashable, Sendable {
    public var settings: Settings
    public var rules: [Rule]
    /// What makes signals of measurements.
    public var readings: [ReadingRule]

    public init(settings: Settings = Settings(), rules: [Rule], readings: [ReadingRule] = []) {
        self.settings = settings
        self.rules = rules
        self.readings = readings
    }

    /// The kinds of signal that some rule reads.
    public var kindsRead: Signal.Kinds {
        rules.flatMap(\.when).reduce(into: Signal.Kinds()) { $0.formUnion($1.kinds) }
    }

    /// The hazard that a kind of signal belongs to: the one whose rules read it; `nil` if none does.
    func hazard(of kind: Signal.Kind) -> Hazard? {
        rules.first { $0.when.contains { $0.kinds.contains(kind) } }?.hazard
    }

    public struct Settings: Hashable, Sendable {
        /// How long after an incident closed a live alarm that never cleared is new again.
        ///
        /// Too short, and the reset of a panel that still rings opens the next incident; too long, and a stuck flag
        /// hides the next fire.
        public var rearm: Duration = .seconds(60)
        /// A detector that sends no clear counts as cleared this long after it was last heard in alarm.
        public var clearTimeout: Duration = .seconds(15 * 60)
        /// A detector that alarms alone for this long is reported to those who maintain it.
        public var suspectAfter: Duration = .seconds(60 * 60)
        /// How far the estate's clocks are ahead of UTC; for rules that hold at a time of the day.
        public var utcOffset: Duration = .zero
        /// How long one person alone may disable something: half a shift, so that whoever did it is still there when it
        /// ends.
        public var disableAloneMax: Duration = .seconds(4 * 3600)
        /// How long the sounders of an incident may be silenced at a time. Too long, and the silence outlives its reason.
        public var silenceMax: Duration = .seconds(3600)

        public init() {}
    }
}

extension Pattern {
    /// The kinds of signal that this reads.
    var kinds: Signal.Kinds {
        switch self {
        case .signal(let kinds, _), .newFlat(let kinds): kinds
        case .count(let count): count.kinds
        case .beside(let some, let others): some.union(others)
        case .held(let selection, _): selection.kinds
        case .sequence(let steps, _): steps.reduce(into: []) { $0.formUnion($1.kinds) }
        case .absent(let missing, let first, _): missing.kinds.union(first.kinds)
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.kinds) }
        case .not(let part): part.kinds
        case .unanswered, .confirmedByPerson, .cleared, .lasting, .stuck, .blocks, .investigated, .adjacent, .time,
            .buildingAlarm, .nuisance:
            []
        }
    }
}
