import Devices
import Notify
import Registry
import Rules

/// Looks after every step whether the promises hold. It works from what the hub has accepted, beside the hub.
struct Watch {
    var belief: Belief
    /// What outlives a crash: all that was committed or acknowledged.
    private var kept: (belief: Belief, rungs: [(id: String, rung: Incident.Rung)])
    private var rungs: [(id: String, rung: Incident.Rung)] = []
    private var decided: [Decision] = []
    private var resets = 0
    private var touched: [Int] = []
    private var alerts: [Alert] = []
    /// When each drill began.
    private var drills: [String: Instant] = [:]
    /// What the engine says is held back now.
    var suppressions: (RuleEngine) -> [Suppression] = { engine in
        engine.disablements.map { Suppression(name: "the disablement by \($0.by)", until: $0.until) }
            + engine.openIncidents.compactMap { incident in
                incident.silence.map { Suppression(name: "the silence of \(incident.id)", until: $0.until) }
            }
    }
    /// Off for other rules than the sample's, whose ladder ``Course`` knows.
    var checksLadder = true
    /// Positions of the devices whose alarms the end of a disablement has set free in this step.
    var freed: [Int] = []
    let registry: EstateRegistry
    let rules: RuleSet
    var clearTimeout: Duration { rules.settings.clearTimeout }

    init(_ setting: Setting) {
        registry = setting.registry
        rules = setting.rules
        belief = Belief(count: setting.registry.devices.count)
        kept = (belief, [])
    }

    struct Broken: Error {
        var invariant: Invariant
        var what: String
    }

    // MARK: Steps

    /// The hub has applied one message.
    mutating func applied(_ packet: Packet, _ placement: DeviceClock.Placement?, _ hub: VirtualHub, at moment: Instant)
        throws
    {
        noteClosings(hub.step)
        let step = Step(hub, packet: packet)
        try noteDisablements(step)
        let burning = burningUnderSilences()
        var isRaised = false
        if let index = packet.device, packet.drill == nil {
            try noteTimeouts(hub)
            touched.append(index)
            let meaning = belief.hear(
                packet, registry.devices[index], index: index, placement, at: moment, in: registry.estate,
                endsNothing: try endsNothing(packet, index, hub))
            switch meaning {
            case .raised: isRaised = true
            case .keptBack: try checkKeptBack(index, hub)
            case .nothing: break
            }
            try notePress(of: index, placement, step)
        }
        try finish(step, burning)
        try noteTimeouts(hub)
        guard isRaised, let index = packet.device else { return }
        belief.adopt(hub.engine.openIncidents)
        try checkHeard(index, hub)
        try checkSilencesBroken(by: index)
    }

    /// 5: a clear that was sent before the alarm, and came after it, ends nothing where the hub can tell.
    private func endsNothing(_ packet: Packet, _ index: Int, _ hub: VirtualHub) throws -> Bool {
        guard case .clear(let kind) = packet.says, !packet.retained, belief.isOvertaken(packet, index),
            belief.devices[index].alarming.contains(kind)
        else { return false }
        if hub.engine.state(ofDevice: index).alarming.contains(kind) { return true }
        guard !packet.isOrdered else {
            throw Broken(
                invariant: .cause,
                what: "a clear that \(registry.devices[index].id) sent before its alarm has ended that")
        }
        return false
    }

    /// The hub has done something else: a command, a connection, time.
    mutating func stepped(_ hub: VirtualHub, command: OperatorCommand? = nil) throws {
        noteClosings(hub.step)
        let step = Step(hub, command: command)
        try noteDisablements(step)
        try finish(step, burningUnderSilences())
    }

    private mutating func finish(_ step: Step, _ burning: [Incident.ID: Set<Device.ID>]) throws {
        noteStep(step.outcome)
        try noteSilences(step, burning)
        let freed = freed
        self.freed = []
        guard !freed.isEmpty else { return }
        belief.adopt(step.hub.engine.openIncidents)
        for index in freed {
            try checkHeard(index, step.hub)
            try checkSilencesBroken(by: index)
        }
    }

    mutating func pressed(_ command: OperatorCommand, _ answer: OperatorAnswer, _ hub: VirtualHub, at moment: Instant)
        throws
    {
        try checkAnswer(answer, to: command, hub, at: moment)
        guard answer == .done else { return }
        switch command.verb {
        case .acknowledge: belief.acknowledged(command.incident)
        case .confirm: belief.confirmed(command.incident, at: hub.engine.now)
        case .reset: resets += 1
        case .silence, .resound, .cause, .needHelp, .falseAlarm, .unclear, .disable, .test, .enable, .endTest: break
        }
        try stepped(hub, command: command)
    }

    mutating func began(drill: String, at moment: Instant) { drills[drill] = drills[drill] ?? moment }

    private mutating func noteClosings(_ step: Consequences) {
        var closings = Consequences()
        closings.decisions = step.decisions.filter { $0.stage == .closed }
        belief.note(closings, positions: registry.position(of:))
    }

    private mutating func noteStep(_ step: Consequences) {
        var rest = Consequences()
        rest.alerts = step.alerts
        rest.decisions = step.decisions.filter { $0.stage != .closed }
        belief.note(rest, positions: registry.position(of:))
        decided += step.decisions
        alerts += step.alerts
    }

    /// A detector that sends no clear may count as cleared, but not before its time.
    private mutating func noteTimeouts(_ hub: VirtualHub) throws {
        for incident in hub.engine.openIncidents where incident.exercise == nil {
            for member in incident.members where member.timedOut {
                guard let heardAt = belief.timedOut(member.device, incident: incident.id), let end = member.clearedAt,
                    end < heardAt + clearTimeout
                else { continue }
                throw Broken(
                    invariant: .cause, what: "\(member.device) timed out at \(end), last heard in alarm at \(heardAt)")
            }
        }
    }

    // MARK: Checks

    /// 1: the alert that an alarm owes names its place, in the step in which it was applied.
    func checkTold(_ device: Device, _ hub: VirtualHub) throws {
        let course = belief.courses.first { course in
            course.members.contains { $0.device == device.id } && course.block.id == device.place.block
        }
        guard let course else { return }
        guard let incident = course.incident, hub.engine.openIncidents.contains(where: { $0.id == incident }) else {
            throw Broken(invariant: .told, what: "\(device.id) alarms and no incident is open")
        }
        guard belief.toldPlaces[incident]?.contains(device.place) == true else {
            throw Broken(
                invariant: .told, what: "\(device.id) alarms and no alert of \(incident) names \(device.place)")
        }
    }

    /// After a whole round: messages, commands and time.
    mutating func round(_ hub: VirtualHub, at moment: Instant) throws {
        try noteTimeouts(hub)
        try checkOwed(hub, at: moment)
        try checkKnown(hub, touched)
        touched = []
        try checkExercises(hub)
        try checkBounds(hub)
        for suppression in suppressions(hub.engine) where suppression.until < hub.engine.now {
            throw Broken(
                invariant: .suppression, what: "\(suppression.name) was to end at \(suppression.until) and lasts")
        }
        try checkZones(hub)
        // In a backlog the pipeline gathers what mere signs of life led to only at the next change, or at its end.
        guard hub.listening.backlogUntil == nil else { return }
        try checkCause(hub)
        try checkSuppressions(hub)
        decided = []
        resets = 0
    }

    /// 1: no rung that the ladder owes is missing.
    private func checkOwed(_ hub: VirtualHub, at moment: Instant) throws {
        let time = hub.listening.backlogUntil == nil ? moment : hub.engine.now
        guard checksLadder, !belief.courses.isEmpty else { return }
        let open = hub.engine.openIncidents
        for course in belief.courses {
            guard let owed = course.owed(at: time), let id = course.incident else { continue }
            guard let incident = open.first(where: { $0.id == id }) else { continue }
            guard Course.height(incident.rung) < owed.height, incident.stage != .clearing else { continue }
            guard !isExcused(course, at: hub.engine.now) else { continue }
            throw Broken(
                invariant: .told,
                what:
                    "\(id) is at \(incident.stage.rawValue) \(incident.rung.step), and since \(owed.since) the ladder "
                    + "owes height \(owed.height): \(owed.why)")
        }
    }

    /// 2: a detector whose alarm was accepted alarms in the hub's mind.
    private func checkKnown(_ hub: VirtualHub, _ positions: some Sequence<Int>) throws {
        for index in positions {
            let missing = belief.devices[index].alarming.subtracting(hub.engine.state(ofDevice: index).alarming)
            guard !missing.isEmpty else { continue }
            throw Broken(
                invariant: .durable, what: "the accepted alarm of \(registry.devices[index].id) is unknown to the hub")
        }
    }

    /// 5: each step down has its decision, and each decision to step down its reason.
    private mutating func checkCause(_ hub: VirtualHub) throws {
        let open = hub.engine.openIncidents
        for (id, rung) in rungs {
            let now = open.first { $0.id == id }?.rung
            guard Self.height(now) < Self.height(rung) else { continue }
            let stage = now?.stage ?? .closed
            guard decided.contains(where: { $0.incident == id && $0.stage == stage }) else {
                throw Broken(
                    invariant: .cause, what: "\(id) went from \(rung.stage.rawValue) to \(stage.rawValue) undecided")
            }
        }
        for decision in decided where decision.exercise == nil && decision.block != "*" {
            try checkReason(decision)
        }
        rungs = open.map { ($0.id, $0.rung) }
    }

    private func checkReason(_ decision: Decision) throws {
        if decision.rule == "reset", resets == 0 {
            throw Broken(invariant: .cause, what: "\(decision.incident) was reset by nobody")
        }
        guard decision.stage == .clearing, let course = belief.course(decision.incident),
            course.stage == .clearing, let alarming = course.members.first(where: { $0.alarms && !$0.isStuck })
        else { return }
        throw Broken(
            invariant: .cause,
            what: "\(decision.incident) is clearing while \(alarming.device) alarms, last heard \(alarming.heardAt)")
    }

    private static func height(_ rung: Incident.Rung?) -> Int {
        switch rung?.stage {
        case nil: -1
        case .closed: -1
        case .clearing: 0
        case .investigate: 10 + (rung?.step ?? 0)
        case .confirmed: 100
        case .spreading: 200
        }
    }

    /// 4: a real alarm ends the drills of its block.
    private func checkExercises(_ hub: VirtualHub) throws {
        for incident in hub.engine.openIncidents {
            guard let drill = incident.exercise, let began = drills[drill],
                let alarm = belief.realAlarms[incident.block]
            else { continue }
            guard alarm > began else { continue }
            throw Broken(
                invariant: .exercise, what: "\(incident.id) of drill \(drill) goes on after a real alarm at \(alarm)")
        }
    }

    private func checkBounds(_ hub: VirtualHub) throws {
        if hub.debt > VirtualHub.entriesMax + 10_000 {
            throw Broken(invariant: .bounded, what: "\(hub.debt) entries wait for the disk")
        }
    }

    // MARK: What outlives a crash

    mutating func keep(_ hub: VirtualHub) { kept = (belief, hub.engine.openIncidents.map { ($0.id, $0.rung) }) }

    /// What is known again after a crash.
    mutating func restart(_ hub: VirtualHub) throws {
        let alarmed = belief.everAlarmed
        belief = kept.belief
        // What was told before it was durable rests on these all the same.
        belief.remember(alarmed)
        rungs = kept.rungs
        decided = []
        alerts = []
        touched = []
        freed = []
        try stepped(hub)
        try checkKnown(hub, registry.devices.indices)
        try checkCause(hub)
        decided = []
    }

    /// The alerts of the steps since the last call.
    mutating func takeAlerts() -> [Alert] {
        defer { alerts = [] }
        return alerts
    }

    /// When the ladder owes the next rung, whether or not the engine knows of it.
    func nextOwed(after moment: Instant) -> Instant? { belief.nextOwed(after: moment) }
}
