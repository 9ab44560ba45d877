import Registry
import Rules

/// Draws what happens in a short run, and plans it.
struct Script {
    let simulation: Simulation
    var random: SplitMix64

    init(_ simulation: Simulation, _ random: SplitMix64) {
        self.simulation = simulation
        self.random = random
    }

    func plan(for length: Duration) {
        var script = self
        let seconds = Double(length.components.seconds)
        script.planIncidents(seconds)
        script.planPeople(seconds)
        script.planDrills(seconds)
        script.planFaults(length)
        script.planControls(seconds)
        for minute in 1...Int(seconds / 60) { script.plan(.wake, Double(minute) * 60) }
    }

    mutating func plan(_ event: Event, _ seconds: Double) {
        simulation.agenda.plan(event, at: simulation.start + .milliseconds(Int64(seconds * 1000)))
    }

    var detectors: [Int] { simulation.devices.indices.filter { simulation.devices[$0].kind != nil } }

    // MARK: Incidents

    private mutating func planIncidents(_ seconds: Double) {
        let detectors = detectors
        for _ in 0..<(2 + random.below(10)) {
            let at = random.between(5...(seconds * 0.8))
            guard let first = random.pick(detectors) else { return }
            switch random.below(6) {
            case 0: fire(from: first, at, among: detectors)
            case 1: storm(at, among: detectors)
            case 2: plan(.says(device: first, .test), at)
            case 3: flicker(first, at)
            default: alarm(first, at, random.between(5...2400))
            }
        }
        for device in detectors where random.chance(0.3) {
            let at = random.between(0...seconds)
            plan(.says(device: device, [.heartbeat, .heartbeat, .lowBattery, .offline, .online][random.below(5)]), at)
        }
    }

    mutating func alarm(_ device: Int, _ at: Double, _ length: Double, drill: String? = nil) {
        plan(.hazard(device: device, begins: true, drill: drill), at)
        plan(.hazard(device: device, begins: false, drill: drill), at + length)
    }

    /// From detector to detector, near ones as likely as far ones, at the ladder's own distances in time.
    private mutating func fire(from first: Int, _ at: Double, among detectors: [Int], drill: String? = nil) {
        let block = simulation.devices[first].device.place.block
        let inBlock = detectors.filter { simulation.devices[$0].device.place.block == block }
        var at = at
        alarm(first, at, random.between(60...1800), drill: drill)
        for _ in 0..<(1 + random.below(5)) {
            guard let next = random.pick(random.chance(0.8) ? inBlock : detectors) else { return }
            at +=
                [random.between(0...10), random.between(50...65), random.between(85...95), random.between(0...300)][
                    random.below(4)]
            alarm(next, at, random.between(30...1800), drill: drill)
        }
    }

    private mutating func storm(_ at: Double, among detectors: [Int]) {
        let share = random.between(0.1...0.9)
        for device in detectors where random.chance(share) {
            alarm(device, at + random.between(0...3), random.between(10...600))
        }
    }

    /// Alarm and clear in quick succession.
    private mutating func flicker(_ device: Int, _ at: Double) {
        var at = at
        for _ in 0..<(2 + random.below(6)) {
            let length = random.between(1...70)
            alarm(device, at, length)
            at += length + random.between(1...70)
        }
    }

    // MARK: People

    private mutating func planPeople(_ seconds: Double) {
        guard random.chance(0.7) else { return }
        for _ in 0..<random.below(12) {
            let verbs: [OperatorCommand.Verb] = [.acknowledge, .acknowledge, .confirm, .reset]
            let press = Event.Press(verb: verbs[random.below(4)], rank: random.below(4), incident: nil)
            plan(.command(press), random.between(30...seconds))
        }
    }

    private mutating func planDrills(_ seconds: Double) {
        let detectors = detectors
        for number in 0..<random.below(3) {
            guard let first = random.pick(detectors) else { return }
            let at = random.between(10...(seconds * 0.7))
            let drill = "d\(number)"
            plan(.drillControl(id: drill, begins: true), at)
            fire(from: first, at + 1, among: detectors, drill: drill)
            // A real alarm beside it, as often as not.
            if random.chance(0.5) {
                let block = simulation.devices[first].device.place.block
                let near = detectors.filter { simulation.devices[$0].device.place.block == block }
                if let real = random.pick(near) { alarm(real, at + random.between(1...120), random.between(5...300)) }
            }
            plan(.drillControl(id: drill, begins: false), at + random.between(60...1500))
        }
    }

    // MARK: Faults

    private mutating func planFaults(_ length: Duration) {
        let faults = simulation.faults
        every(faults.crash, length) { script, at in script.plan(.crash, at) }
        every(faults.diskFault, length) { script, at in
            let moods: [Disk.Mood] = [.full, .hubLocked, .outboxLocked]
            script.plan(.disk(moods[script.random.below(3)]), at)
            script.plan(.disk(.sound), at + script.random.between(0.1...300))
        }
        every(faults.brokerOutage, length) { script, at in
            if faults.losesSession, script.random.chance(0.5) { return script.plan(.sessionLost, at) }
            script.plan(.brokerLink(up: false), at)
            script.plan(.brokerLink(up: true), at + script.random.between(0.1...900))
        }
        every(faults.channelFault, length) { script, at in
            script.plan(.channels(script.random.chance(0.5) ? .poor : .dead), at)
            script.plan(.channels(.healthy), at + script.random.between(1...600))
        }
        guard faults.driftingClocks > 0 else { return }
        for device in detectors where random.chance(0.05) {
            let clock = Clockwork.runs(aheadBy: random.seconds(-86_400...86_400), drift: 0)
            plan(.setClock(device: device, clock), random.between(0...Double(length.components.seconds)))
        }
    }

    private mutating func every(_ mean: Duration?, _ length: Duration, _ body: (inout Script, Double) -> Void) {
        guard let mean else { return }
        var at = random.wait(mean: mean)
        while at < length {
            body(&self, Double(at.wholeMilliseconds) / 1000)
            at += random.wait(mean: mean)
        }
    }
}
