import Devices
import Foundation
import Hub
import Registry
import Rules
import Store

/// The hub's pipeline without its thread, socket and clock: the real decoders, rule engine and store, in the order of
/// `Pipeline.run()`. Decode and apply a batch, take commands, let time act, commit, and only then acknowledge.
///
/// What the pipeline does in `Pipeline+Messages`, `+Commit` and `+Link` is done here by functions of the same names, so
/// that a change there is soon made here.
struct VirtualHub {
    let registry: EstateRegistry
    let decoders: DecoderTable
    /// `nil` for a life without faults, in which nothing needs to be durable.
    let disk: Disk?
    let batchMax: Int

    private(set) var engine: RuleEngine
    private var supervisor: Supervisor
    private var unwritten: HubDatabase.Commit
    private var changedDevices: Set<Int> = []
    private var heard: Set<Int> = []
    private(set) var fault: Fault?
    private(set) var listening: Listening
    private var journaledTime = Instant(milliseconds: 0)
    private(set) var isConnected = false
    private var checkpointDue: Instant
    private var silenceDue: Instant

    /// What the engine's last step led to, for whoever watches.
    private(set) var step = Consequences()
    /// Decisions that are durable, for whoever compares a replay with them.
    private(set) var committed: [Decision] = []
    /// Alerts that could not be made durable and have to go out all the same, since the last look.
    var undurable: [Alert] = []

    struct Fault {
        var retryAt: Instant
        var toldAlerts = 0
    }

    struct Listening {
        var since: Instant
        var heardAt: Instant
        var backlogUntil: Instant?
    }

    static let backlogPatience = Duration.seconds(10)
    static let entriesMax = 50_000
    static let retryAfter = Duration.milliseconds(500)
    static let checkpointEvery = Duration.seconds(30)
    /// Rarer than the pipeline's.
    static let silenceEvery = Duration.seconds(60)
    /// Simulated devices speak once an hour.
    static let contract = Contract(interval: .seconds(2400), grace: .seconds(1200), lastWill: .outage)

    init(_ world: Setting, disk: Disk?, batchMax: Int, at moment: Instant) throws {
        registry = world.registry
        decoders = world.decoders
        self.disk = disk
        self.batchMax = batchMax
        engine = RuleEngine(estate: registry.estate, devices: registry.devices, rules: world.rules)
        supervisor = Supervisor(
            estate: registry.estate, devices: registry.devices,
            contracts: Contracts([Contracts.Rule(Self.contract)]), now: moment)
        unwritten = HubDatabase.Commit(time: Instant(milliseconds: 0))
        listening = Listening(since: moment, heardAt: moment, backlogUntil: moment + Self.backlogPatience)
        checkpointDue = moment
        silenceDue = moment
        try restore(at: moment)
    }

    private mutating func restore(at moment: Instant) throws {
        let restored = try disk?.hub.restore()
        engine.restore(
            time: restored?.time ?? moment, present: moment,
            devices: (restored?.devices ?? []).compactMap { device in
                registry.position(of: device.id).map { ($0, device.state) }
            }, blocks: restored?.blocks ?? [], exercises: restored?.exercises ?? [])
        supervisor.restore(
            (restored?.devices ?? []).compactMap { id, state in
                registry.position(of: id).map {
                    Supervisor.Known(
                        index: $0, heardAt: state.heardAt, silent: state.silent, offline: state.has(.offline),
                        fault: state.has(.fault), record: nil)
                }
            }, estate: registry.estate, heardUntil: restored?.time ?? moment, now: moment)
        engine.endInterruptedExercises()
        engine.beginOutage()
        listening.heardAt = engine.now
        unwritten = HubDatabase.Commit(time: engine.now)
        journal(.started, at: engine.now)
        collect()
    }

    // MARK: Messages

    /// Applies one message.
    ///
    /// - Returns: where it was placed in time, if it changed anything.
    mutating func take(_ packet: Packet, at moment: Instant) -> DeviceClock.Placement? {
        step = Consequences()
        if case .canary = packet.says {
            endBacklog(at: moment)
            return nil
        }
        let message = Message(topic: packet.topic, payload: packet.payload, retained: packet.retained)
        // What cannot be understood is noted by the pipeline and leads to nothing.
        guard let drill = DrillTopic(packet.topic) else {
            return (try? decoders.report(message)).flatMap { $0 }.flatMap {
                take($0, message, exercise: nil, at: moment)
            }
        }
        switch drill.content {
        case .control:
            control(drill.drill, message, at: moment)
            return nil
        case .device:
            return (try? decoders.report(message, in: drill)).flatMap { $0 }
                .flatMap { take($0, message, exercise: drill.drill, at: moment) }
        }
    }

    private mutating func take(_ report: Report, _ message: Message, exercise: String?, at moment: Instant)
        -> DeviceClock.Placement?
    {
        guard exercise == nil || listening.backlogUntil == nil else { return nil }
        guard let index = registry.position(of: report.ecosystem, address: report.address) else { return nil }
        let backlog = listening.backlogUntil != nil
        if exercise == nil {
            heard.insert(index)
            let sign = Supervisor.Sign(report, retained: message.retained, backlog: backlog)
            guard supervisor.heard(index, sign, at: moment) else { return nil }
        }
        let timeBefore = engine.now
        let placement = engine.apply(
            Observation(
                device: registry.devices[index], index: index, readings: report.readings, stamp: report.deviceTime,
                sequence: report.sequence, receivedAt: moment, retained: message.retained, backlog: backlog,
                exercise: exercise))
        guard let placement else {
            // The pipeline leaves these where they are until the next collect(); here they are only looked at.
            return nil
        }
        collect()
        if backlog, timeBefore > journaledTime { journal(.time, at: timeBefore) }
        journal(
            .message(
                JournalEntry.Heard(
                    topic: message.topic, payload: Data(message.payload), retained: message.retained,
                    backlog: backlog, eventAt: placement.at, late: placement.late,
                    overtaken: placement.overtaken)), at: moment)
        return placement
    }

    /// The pipeline also says what supervision has found, for which this disk has no readers.
    private mutating func keepSupervision(at moment: Instant) {
        supervisor.advance(to: moment)
        for (isSilent, indices) in supervisor.takeFindings().silences {
            engine.note(silent: isSilent, devices: indices)
            collect()
            journal(.silence(isSilent, devices: indices.map { registry.devices[$0].id }), at: moment)
        }
    }

    private mutating func control(_ drill: String, _ message: Message, at moment: Instant) {
        guard !message.retained, listening.backlogUntil == nil else { return }
        switch DrillControl(drill: drill, payload: message.payload, receivedAt: moment) {
        case .begin(let exercise)?:
            if engine.begin(exercise, at: moment) { journal(.exerciseBegan(exercise), at: moment) }
        case .end?:
            if engine.end(exercise: drill, at: moment) { journal(.exerciseEnded(id: drill), at: moment) }
        case nil: break
        }
        collect()
    }

    mutating func noteHeard(at moment: Instant) {
        listening.heardAt = moment
        if listening.backlogUntil != nil { listening.backlogUntil = moment + Self.backlogPatience }
    }

    mutating func take(_ command: OperatorCommand, at moment: Instant) -> OperatorAnswer {
        step = Consequences()
        let answer = engine.apply(command, at: moment)
        guard answer == .done else { return answer }
        collect()
        journal(.command(command), at: moment)
        return answer
    }

    // MARK: The link

    mutating func connected(at moment: Instant) {
        step = Consequences()
        isConnected = true
        let from = min(engine.now, listening.heardAt)
        supervisor.listens(since: moment, heardUntil: from)
        listening.since = moment
        listening.backlogUntil = moment + Self.backlogPatience
        engine.beginBacklog(from: from, until: moment)
        collect()
        journal(.backlog(from: from), at: moment)
    }

    mutating func lost(at moment: Instant) {
        guard isConnected else { return }
        isConnected = false
        engine.beginOutage()
        journal(.outage, at: moment)
    }

    private mutating func endBacklog(at moment: Instant) {
        guard listening.backlogUntil != nil else { return }
        listening.backlogUntil = nil
        engine.advance(to: moment)
        collect()
        journal(.time, at: moment)
    }

    // MARK: Time

    /// When the hub has something to do by itself.
    var nextDue: Instant? {
        var next = fault?.retryAt
        if let end = listening.backlogUntil {
            next = min(next ?? end, end)
        } else if let deadline = engine.nextDeadline {
            next = min(next ?? deadline, deadline)
        }
        return next
    }

    mutating func keepTime(at moment: Instant) {
        step = Consequences()
        if let end = listening.backlogUntil, end <= moment { endBacklog(at: moment) }
        if listening.backlogUntil == nil {
            engine.advance(to: moment)
            if collect() { journal(.time, at: moment) }
        }
        guard disk != nil else { return }
        if silenceDue <= moment, isConnected, listening.backlogUntil == nil {
            silenceDue = moment + Self.silenceEvery
            keepSupervision(at: moment)
        }
        if checkpointDue <= moment, fault == nil {
            checkpointDue = moment + Self.checkpointEvery
            changedDevices.formUnion(heard)
            heard = []
        }
    }

    // MARK: Making durable

    /// - Returns: whether everything is durable, so that it may be acknowledged.
    mutating func writeAndTell(at moment: Instant) throws -> Bool {
        guard !unwritten.entries.isEmpty || !unwritten.outcome.isEmpty || !changedDevices.isEmpty else {
            return fault == nil
        }
        if let fault, fault.retryAt > moment {
            tellUndurable()
            return false
        }
        unwritten.time = engine.now
        unwritten.devices = changedDevices.sorted().map { (registry.devices[$0].id, engine.state(ofDevice: $0)) }
        do {
            _ = try disk?.commit(unwritten)
            fault = nil
            committed += unwritten.outcome.decisions
            unwritten = HubDatabase.Commit(time: engine.now)
            changedDevices.removeAll(keepingCapacity: true)
            return true
        } catch let error as StoreError {
            noteFault(error, at: moment)
            tellUndurable()
            return false
        }
    }

    /// The process died in the commit, which was durable.
    mutating func noteDurable() {
        committed += unwritten.outcome.decisions
        unwritten = HubDatabase.Commit(time: engine.now)
    }

    private mutating func noteFault(_ error: StoreError, at moment: Instant) {
        fault = Fault(retryAt: moment + Self.retryAfter, toldAlerts: fault?.toldAlerts ?? 0)
        let surplus = unwritten.entries.count - Self.entriesMax
        if surplus > 0 { unwritten.entries.removeFirst(surplus) }
    }

    private mutating func tellUndurable() {
        guard let told = fault?.toldAlerts else { return }
        let alerts = unwritten.outcome.alerts.dropFirst(told)
        guard !alerts.isEmpty else { return }
        fault?.toldAlerts = unwritten.outcome.alerts.count
        undurable += alerts
    }

    /// How much waits for the disk.
    var debt: Int { unwritten.entries.count + unwritten.outcome.alerts.count }

    @discardableResult
    private mutating func collect() -> Bool {
        let outcome = engine.takeConsequences()
        guard !outcome.isEmpty else { return false }
        step.merge(outcome)
        changedDevices.formUnion(outcome.devices)
        unwritten.outcome.merge(outcome)
        return true
    }

    private mutating func journal(_ input: JournalEntry.Input, at moment: Instant) {
        unwritten.entries.append(JournalEntry(input, at: moment))
        journaledTime = engine.now
    }
}
