import Registry
import Rules

/// What one set of rules made of everything that was played.
struct ReplayCourse {
    private(set) var incidents: [IncidentCourse] = []
    private(set) var nights: WokenNights
    private(set) var decisions = 0
    private(set) var alerts = 0
    /// The latest incident of each name: a name may come again after an outage of the journal.
    private var positions: [Incident.ID: Int] = [:]

    init(_ nights: WokenNights) { self.nights = nights }

    mutating func note(_ consequences: Consequences) {
        for decision in consequences.decisions {
            let alert = consequences.alerts.first {
                $0.incident == decision.incident && $0.rule == decision.rule && $0.at == decision.at
                    && $0.stage == decision.stage && $0.repetition == 0
            }
            note(decision, tell: alert?.audience ?? [])
        }
        decisions += consequences.decisions.count
        alerts += consequences.alerts.count
        for alert in consequences.alerts { nights.note(alert) }
    }

    private mutating func note(_ decision: Decision, tell: [Audience]) {
        let position: Int
        if let known = positions[decision.incident], incidents[known].closed == nil {
            position = known
        } else {
            position = incidents.count
            positions[decision.incident] = position
            incidents.append(IncidentCourse(decision))
        }
        incidents[position].steps.append(
            IncidentCourse.Step(
                at: decision.at, stage: decision.stage, because: decision.because.sorted(),
                tell: tell.map(\.rawValue).sorted(), rule: decision.rule))
        if decision.stage == .closed { incidents[position].closed = decision.at }
    }
}

/// One incident, as one set of rules saw it.
struct IncidentCourse {
    var id: Incident.ID
    var key: Key
    var opened: Instant
    var closed: Instant?
    var steps: [Step] = []

    init(_ decision: Decision) {
        id = decision.incident
        key = Key(block: decision.block, hazard: decision.hazard, exercise: decision.exercise)
        opened = decision.at
    }

    /// Incidents of one key may be the same; those of two never are.
    struct Key: Hashable {
        var block: String
        var hazard: Hazard
        var exercise: String?
    }

    /// A decision without its rule's name: what a rule is called changes nothing for anybody.
    struct Step: Hashable {
        var at: Instant
        var stage: Stage
        var because: [String]
        var tell: [String]
        var rule: String

        func isSame(as other: Step) -> Bool {
            at == other.at && stage == other.stage && because == other.because && tell == other.tell
        }
    }
}
