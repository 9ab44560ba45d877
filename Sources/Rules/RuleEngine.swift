import Devices
public import Registry

/// Correlates what the devices say, block by block, and decides what that means. Pure: it reads no clock and does no
/// I/O; the same inputs in the same order give the same outcome in every process.
///
///     var engine = RuleEngine(estate: estate, devices: devices, rules: rules)
///     engine.apply(observation)
///     let outcome = engine.takeConsequences()   // commit this, then tell it
///     wait(until: engine.nextDeadline)     // then engine.advance(to: now)
///
/// Escalations run on event time, so that a backlog does not look like many alarms at once. Steps down run on receipt
/// time, so that an outage of the hub closes nothing: what is doubtful is treated as the more dangerous case.
public struct RuleEngine {
    public let estate: Estate
    public let rules: RuleSet
    /// How far time has come: deadlines up to here have been acted upon.
    public internal(set) var now: Instant
    var real: World
    /// The hub hears nobody: then nothing counts as cleared for want of a report.
    var isDeaf = false
    /// When the hub began to hear, as far as it has said so; `nil` while it hears nobody.
    var hearsSince: Instant?
    /// In the order in which they began.
    var drills: [World] = []
    /// All but the incidents and blocks, which ``takeConsequences()`` adds.
    var outcome = Consequences()
    /// The rules in words, by their position, as far as they were needed.
    var sentences: [Int: LogRecord.Text] = [:]
    var changed = ChangedIncidents()
    let ladders: Ladders
    let devices: [Device]
    let interests: RuleSet.Interests
    /// The positions of the devices of each block's own alarm.
    private(set) var bells: [[Int]]
    /// When the next incident is due, in real time.
    private var earliestDue = Instant.distantFuture
    /// When the next disablement or test comes to its end.
    var nextDisablementEnd = Instant.distantFuture
    /// When time alone changes something next of a block's own alarm.
    var nextBellDue = Instant.distantFuture

    /// How many drills may run at a time.
    public static let exercisesMax = 4

    public init(estate: Estate, devices: [Device], rules: RuleSet, now: Instant = Instant(milliseconds: 0)) {
        self.estate = estate
        self.devices = devices
        self.rules = rules
        ladders = Ladders(rules)
        self.now = now
        real = World(exercise: nil, estate: estate, devices: DeviceStates(count: devices.count))
        interests = RuleSet.Interests(rules)
        var bells = [[Int]](repeating: [], count: estate.blocks.count)
        for (index, device) in devices.enumerated() where device.kind == .buildingAlarm {
            if let block = estate.position(ofBlock: device.place.block) { bells[block].append(index) }
        }
        self.bells = bells
    }

    /// Takes the alarms that some blocks have themselves out of what is watched, as if none were in the registry: for
    /// scenarios that do not speak of them.
    package mutating func leaveOutBells(where isLeftOut: (_ block: String) -> Bool) {
        for block in estate.blocks.indices where isLeftOut(estate.blocks[block].id) { bells[block] = [] }
    }

    /// When ``advance(to:)`` is due if nothing is heard first; `nil` while nothing is pending.
    public var nextDeadline: Instant? {
        let drillEnd = firstDrillEnd?.until ?? .distantFuture
        let next = min(earliestDue, drillEnd)
        return next == .distantFuture ? nil : next
    }

    private var firstDrillEnd: Exercise? {
        drills.isEmpty ? nil : drills.compactMap(\.exercise).min { ($0.until, $0.id) < ($1.until, $1.id) }
    }

    /// Everything that was due until a moment happens, each at its own time.
    public mutating func advance(to moment: Instant) {
        while true {
            let drillEnd = firstDrillEnd
            let due = min(earliestDue, drillEnd?.until ?? .distantFuture)
            guard due <= moment else { break }
            now = max(now, due)
            if let drillEnd, drillEnd.until <= earliestDue {
                endExercise(drillEnd.id, why: LogRecord.Text("its time was over", "時間已到"))
            } else {
                stepEverythingDue()
            }
        }
        now = max(now, moment)
    }

    /// Takes what one message says into account.
    ///
    /// - Returns: where the message was placed in time if it changed anything that a crash must not forget; `nil` for
    ///   pure signs of life and repeats.
    @discardableResult
    public mutating func apply(_ observation: Observation) -> DeviceClock.Placement? {
        guard let exercise = observation.exercise else { return apply(observation, drill: nil) }
        guard let position = drills.firstIndex(where: { $0.exercise?.id == exercise }),
            drills[position].exercise?.endedBlocks.contains(observation.device.place.block) == false
        else { return nil }
        return apply(observation, drill: position)
    }

    private mutating func apply(_ observation: Observation, drill: Int?) -> DeviceClock.Placement? {
        var state = self[drill].devices[observation.index]
        let received = self[drill].time(at: observation.receivedAt)
        // Who speaks is there, whatever it says.
        if observation.isSignOfLife {
            state.heardAt = max(state.heardAt ?? observation.receivedAt, observation.receivedAt)
        }
        if observation.placement == nil,
            state.clock.isRepeat(
                sequence: observation.sequence, stamp: observation.stamp, readings: observation.readings,
                receivedAt: observation.receivedAt)
        {
            self[drill].devices[observation.index] = state
            return nil
        }
        let placement = observation.placement ?? place(observation, received, &state, drill)
        // What time brings may change this very device: an incident that closes, a measurement whose time is up.
        self[drill].devices[observation.index] = state
        moveTime(for: observation, at: placement.at, drill: drill)
        state = self[drill].devices[observation.index]
        let conditionsChanged = noteConditions(of: observation, placement, &state, drill)
        let bellChanged =
            drill == nil && observation.device.kind == .buildingAlarm && noteBell(observation, placement, state)
        let trendsChanged = noteTrends(of: observation, at: placement.at, &state, drill)
        let changes =
            signals(of: observation, placement, &state)
            + measuredSignals(of: observation, spoken: true, at: placement.at, &state)
        self[drill].devices[observation.index] = state
        if trendsChanged { findNextDue() }
        guard conditionsChanged || bellChanged || trendsChanged || !changes.isEmpty else { return nil }
        if drill == nil, outcome.devices.last != observation.index { outcome.devices.append(observation.index) }
        for signal in changes {
            handle(signal, of: observation, late: placement.late, drill: drill)
        }
        return placement
    }

    private func place(
        _ observation: Observation, _ received: Instant, _ state: inout DeviceState, _ drill: Int?
    ) -> DeviceClock.Placement {
        // An exercise has no clocks to mistrust: its messages are placed at their receipt.
        guard drill == nil else { return DeviceClock.Placement(at: received, late: false) }
        return state.clock.place(
            stamp: observation.stamp, sequence: observation.sequence, receivedAt: received, live: observation.live)
    }

    /// A message moves time to its receipt; one out of a backlog, only to its own time.
    private mutating func moveTime(for observation: Observation, at moment: Instant, drill: Int?) {
        if !observation.backlog || drill != nil {
            advance(to: max(now, observation.receivedAt))
        } else if observation.stamp != nil {
            advance(to: max(now, moment))
        }
    }

    /// The edges and repeats in a message. One with both an alarm and a test is a test; one that a later message has
    /// overtaken ends nothing, for the alarm may have begun after it.
    private func signals(
        of observation: Observation, _ placement: DeviceClock.Placement, _ state: inout DeviceState
    ) -> [Signal] {
        let isTest = observation.readings.contains { $0.kind == .test && $0.value == .flag(true) }
        let measured = measured(state)
        var signals: [Signal] = []
        for reading in observation.readings {
            guard case .flag(let alarm) = reading.value,
                let kind = Signal.Kind(reading.kind, from: observation.device.kind), !(isTest && alarm),
                alarm || !placement.overtaken
            else { continue }
            state.noteReported(kind, alarm: alarm)
            // What its own measurements call an alarm, a device does not clear.
            guard alarm || !measured.contains(kind),
                let change = state.note(kind, alarm: alarm, retained: observation.retained)
            else { continue }
            signals.append(
                Signal(
                    device: observation.device.id, place: observation.device.place, kind: kind, change: change,
                    at: placement.at, receivedAt: observation.receivedAt, retained: observation.retained))
        }
        return signals
    }

    private mutating func noteConditions(
        of observation: Observation, _ placement: DeviceClock.Placement, _ state: inout DeviceState, _ drill: Int?
    ) -> Bool {
        var changed = false
        for reading in observation.readings {
            guard let condition = DeviceState.Condition(reading), reading.sets || !placement.overtaken,
                state.note(condition, reading.sets)
            else { continue }
            changed = true
            if condition == .test, drill == nil, countsPress(observation, set: reading.sets) { continue }
            note(
                Narration.condition(condition, set: reading.sets, detail: reading.detail, observation.device, estate),
                observation, drill)
        }
        return changed
    }

    mutating func note(_ record: LogRecord, _ observation: Observation, _ drill: Int?) {
        var record = record
        record.at = observation.receivedAt
        record.exercise = drill.flatMap { drills[$0].exercise?.id }
        outcome.records.append(record)
    }

    subscript(drill: Int?) -> World {
        _read { if let drill { yield drills[drill] } else { yield real } }
        _modify { if let drill { yield &drills[drill] } else { yield &real } }
    }

    /// The position of a block in ``World/blocks``; `nil` for one that the estate does not have.
    func position(ofBlock block: String) -> Int? {
        block == "*" ? estate.blocks.count : estate.position(ofBlock: block)
    }

    func device(at index: Int) -> Device { devices[index] }

    /// Made anew each time, for it is large and only asked for at a restart.
    var positionsByID: [Device.ID: Int] {
        Dictionary(devices.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    public func state(ofDevice index: Int) -> DeviceState { real.devices[index] }

    var deviceCount: Int { devices.count }

    /// Finds anew when the next incident is due. Called after every change of an incident.
    mutating func findNextDue() {
        var next = min(nextDisablementEnd, nextBellDue, real.earliestDue)
        for drill in drills { next = min(next, drill.realTime(of: drill.earliestDue)) }
        earliestDue = next
    }

    private mutating func stepEverythingDue() {
        // First, for what still alarms is then an alarm like any other.
        endDisablementsDue()
        stepBellsDue()
        for drill in [nil] + drills.indices.map(Optional.some) {
            let moment = self[drill].time(at: now)
            for device in self[drill].measurementDues?.positions(until: moment) ?? [] {
                stepTrends(of: device, drill: drill)
            }
            for block in self[drill].blocks.due(until: moment) {
                let due = self[drill].blocks[block].incidents.filter { $0.due <= moment }.map(\.id)
                for id in due { step(incident: id, block: block, drill: drill) }
            }
        }
        findNextDue()
    }
}
