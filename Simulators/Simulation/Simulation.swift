import Devices
import Hub
import Notify
import Registry
import Rules
import Store

/// One run from one seed, in one thread, on virtual time: devices, radio, broker, hub, disk, notifier, channels and
/// operators, with a ``Watch`` over all of it.
///
/// The same seed always plays the same: nothing here asks a clock, another source of chance, or the order of a
/// `Dictionary` or `Set`.
final class Simulation {
    let seed: UInt64
    let faults: Faults
    let setting: Setting
    let start: Instant
    var now: Instant
    var agenda = Agenda()
    var devices: [VirtualDevice]
    var broker = VirtualBroker()
    /// `nil` for a life without faults.
    let disk: Disk?
    var hub: VirtualHub?
    var notifier: VirtualNotifier?
    var hearers = Hearers()
    var keptHearers = Hearers()
    var watch: Watch
    var channelMood = Event.Mood.healthy
    var inbox: [Event.Press] = []
    var step = 0
    var packets = 0
    var processes = 0
    var inFlight: [Delivery.ID: Dispatcher.Departure] = [:]
    /// Blocks whose gateway is down: their devices are heard by nobody.
    var deafBlocks: Set<String> = []
    var noisyBlocks: [String: Double] = [:]
    var trace: Trace
    /// Of the radio and the devices; of faults; of channels; of people.
    var radioChance: SplitMix64
    var faultChance: SplitMix64
    var channelChance: SplitMix64
    var peopleChance: SplitMix64
    var statistics = Statistics()
    /// What processes that are gone have decided durably; the present one keeps its own.
    private var earlierDecisions: [Decision] = []
    var decisions: [Decision] { earlierDecisions + (hub?.committed ?? []) }
    /// Is shown what each step led to.
    var onStep: ((Consequences, Simulation) -> Void)?

    struct Statistics {
        var messages = 0
        var crashes = 0
        var decisions = 0
        var departures = 0
    }

    init(
        seed: UInt64, _ setting: Setting, faults: Faults, disk: Disk?, start: Instant, traced: Bool,
        random: inout SplitMix64
    ) throws {
        self.seed = seed
        self.faults = faults
        self.setting = setting
        self.disk = disk
        self.start = start
        now = start
        radioChance = random.fork()
        faultChance = random.fork()
        channelChance = random.fork()
        peopleChance = random.fork()
        var chance = random.fork()
        devices = setting.registry.devices.map { Self.device($0, faults, start, &chance) }
        watch = Watch(setting)
        trace = Trace(isOn: traced)
    }

    private static func device(_ device: Device, _ faults: Faults, _ start: Instant, _ random: inout SplitMix64)
        -> VirtualDevice
    {
        var clock = Clockwork.runs(aheadBy: random.seconds(-1...1), drift: 0)
        if random.chance(faults.driftingClocks) {
            clock = .runs(aheadBy: random.seconds(-7200...7200), drift: random.between(-200...200))
        }
        if random.chance(faults.unsetClocks) { clock = .unset(since: start - random.seconds(0...86_400)) }
        if random.chance(faults.noStamp) { clock = .none }
        let counts = device.ecosystem == .native && !random.chance(faults.noCounter)
        var virtual = VirtualDevice(
            device: device, kind: Signal.Kind(detectedBy: device.kind), clock: clock, sequence: counts ? 0 : nil,
            repeatsEvery: device.ecosystem == .native ? random.seconds(30...60) : nil)
        virtual.isStuck = random.chance(faults.stuckFlags)
        virtual.losesClears = random.chance(faults.lostClears)
        return virtual
    }

    // MARK: The loop

    /// Plays until a moment.
    ///
    /// - Throws: ``Violation``.
    func play(until end: Instant) throws {
        do {
            while let next = nextMoment(), next <= end {
                now = max(now, next)
                step += 1
                while let due = agenda.next, due <= now, let event = agenda.take() { try happen(event) }
                try rounds()
            }
            now = max(now, end)
        } catch let broken as Watch.Broken {
            throw Violation(
                seed: seed, step: step, at: now, invariant: broken.invariant, what: broken.what, trace: trace.lines)
        }
    }

    private func nextMoment() -> Instant? {
        let moments = [
            agenda.next, hub?.nextDue, notifier?.nextDue, hub == nil ? nil : watch.nextOwed(after: now),
        ]
        return moments.compactMap { $0 }.min()
    }

    /// The hub's turns at one moment, until nothing waits for it.
    private func rounds() throws {
        guard hub != nil else { return }
        do {
            repeat { try round() } while broker.hasWaiting && broker.isConnected
        } catch is Crash {
            crash()
        }
    }

    /// One turn of `Pipeline.run()`: apply a batch, commit, and only then acknowledge; then one of the notifier's.
    private func round() throws {
        // Taken out meanwhile, for a second owner would make every change copy the estate.
        guard var hub = hub.take() else { return }
        defer { self.hub = hub }
        try hear(&hub)
        try takeCommands(&hub)
        hub.keepTime(at: now)
        try watch.stepped(hub)
        report(hub.step)
        try makeDurable(&hub)
        try watch.round(hub, at: now)
        try tell(&hub)
    }

    private func hear(_ hub: inout VirtualHub) throws {
        let batch = broker.deliver(atMost: hub.batchMax)
        if !batch.isEmpty { hub.noteHeard(at: now) }
        for packet in batch {
            trace.note(now) { "hub hears \(packet.topic) \(String(decoding: packet.payload, as: UTF8.self))" }
            statistics.messages += 1
            let placement = hub.take(packet, at: now)
            for exercise in hub.step.exercises { watch.began(drill: exercise.id, at: now) }
            try watch.applied(packet, placement, hub, at: now)
            report(hub.step)
        }
    }

    private func makeDurable(_ hub: inout VirtualHub) throws {
        let commits = disk?.commits ?? 0
        do {
            guard try hub.writeAndTell(at: now) else { return }
        } catch {
            // It may have been durable all the same when the process died.
            if disk?.commits ?? 0 > commits {
                watch.keep(hub)
                hub.noteDurable()
            }
            throw error
        }
        broker.acknowledge()
        if disk != nil { watch.keep(hub) }
    }

    func report(_ outcome: Consequences) {
        for decision in outcome.decisions {
            statistics.decisions += 1
            trace.note(now) {
                "decides \(decision.rule): \(decision.incident) \(decision.stage.rawValue) at \(decision.at), because "
                    + decision.because.joined(separator: " ")
            }
        }
        if let onStep, !outcome.isEmpty { onStep(outcome, self) }
    }

    // MARK: Crash and restart

    private func crash() {
        trace.note(now) { "the process dies" }
        statistics.crashes += 1
        earlierDecisions += hub?.committed ?? []
        hub = nil
        notifier = nil
        inFlight = [:]
        inbox = []
        disk?.crash = nil
        hearers = keptHearers
        broker.disconnect()
        agenda.plan(.restart, at: now + faultChance.seconds(0.5...90))
    }

    func crashNow() {
        guard hub != nil else { return }
        crash()
    }

    func restart() throws {
        guard hub == nil else { return }
        processes += 1
        trace.note(now) { "a process starts" }
        try disk?.reopen()
        let hub = try VirtualHub(setting, disk: disk, batchMax: faults.batchMax, at: now)
        self.hub = hub
        try watch.restart(hub)
        report(hub.step)
        if let disk {
            notifier = try VirtualNotifier(setting, disk: disk, random: channelChance.fork(), generation: processes)
        }
        agenda.plan(.brokerLink(up: true), at: now + faultChance.seconds(0.01...3))
    }
}
