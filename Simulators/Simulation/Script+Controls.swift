import Registry
import Rules

// People who silence, disable and test, as they should and as they should not.
extension Script {
    mutating func planControls(_ seconds: Double) {
        guard random.chance(0.8) else { return }
        for _ in 0..<random.below(8) { planIncidentPress(random.between(30...seconds)) }
        for _ in 0..<random.below(8) { planScopePress(random.between(0...seconds)) }
        for _ in 0..<random.below(4) { planWorks(random.between(10...(seconds * 0.8))) }
        for _ in 0..<random.below(3) { planRuleWorks(random.between(10...(seconds * 0.6))) }
        for _ in 0..<random.below(3) { planTest(random.between(10...(seconds * 0.8))) }
        if random.chance(0.5) { planLongWorks(random.between(10...(seconds * 0.2))) }
    }

    private mutating func planIncidentPress(_ at: Double) {
        let rank = random.below(4)
        switch random.below(6) {
        case 0: plan(.command(Event.Press(verb: .resound, rank: rank)), at)
        case 1: plan(.command(Event.Press(verb: .reset, rank: rank, isForced: false)), at)
        default:
            var press = Event.Press(verb: .silence, rank: rank, length: random.seconds(1...3000))
            // To be refused: without an end, with one that is over, for too long.
            if random.chance(0.1) { press.length = [nil, .seconds(-1), .seconds(3601)][random.below(3)] }
            plan(.command(press), at)
            if random.chance(0.3) {
                plan(.command(Event.Press(verb: .resound, rank: rank)), at + random.between(1...1200))
            }
        }
    }

    private mutating func planScopePress(_ at: Double) {
        let rank = random.below(8)
        guard let device = random.pick(detectors) else { return }
        switch random.below(8) {
        case 0: plan(.command(Event.Press(verb: .enable, rank: rank)), at)
        case 1: plan(.command(Event.Press(verb: .endTest, rank: rank)), at)
        case 2: plan(.command(Event.Press(verb: .enable, rank: 0, scope: scope(around: device))), at)
        case 3: planRefused(device, at)
        default:
            let length = random.seconds(1...2400)
            let scope = random.chance(0.4) ? rule() : scope(around: device)
            plan(.command(Event.Press(verb: .disable, rank: 0, length: length, scope: scope)), at)
        }
    }

    /// What nobody may have alone, or at all.
    private mutating func planRefused(_ device: Int, _ at: Double) {
        let scope = scope(around: device)
        let day = Duration.seconds(86_400)
        let presses = [
            Event.Press(verb: .disable, rank: 0, scope: scope),
            Event.Press(verb: .disable, rank: 0, length: .zero, scope: scope),
            Event.Press(verb: .disable, rank: 0, length: .seconds(14_401), scope: scope),
            Event.Press(verb: .disable, rank: 0, length: day, scope: scope, second: "Guard "),
            Event.Press(verb: .disable, rank: 0, length: day * 32, scope: scope, second: "chair"),
            Event.Press(verb: .disable, rank: 0, length: .seconds(60), scope: .device("no-such")),
            Event.Press(verb: .disable, rank: 0, length: .seconds(60), scope: .place(Place(block: "no-such"))),
            Event.Press(verb: .disable, rank: 0, length: .seconds(60), scope: .rule("call-point")),
            Event.Press(verb: .disable, rank: 0, length: .seconds(60), scope: .rule("no-such")),
            Event.Press(verb: .test, rank: 0, length: .seconds(60), scope: .rule("unanswered")),
        ]
        plan(.command(presses[random.below(presses.count)]), at)
    }

    /// Works: their place is disabled, and there and beside it something alarms.
    private mutating func planWorks(_ at: Double) {
        guard let device = random.pick(detectors) else { return }
        let length = random.between(30...2400)
        let scope = scope(around: device)
        let works = Event.Press(
            verb: .disable, rank: 0, length: .milliseconds(Int64(length * 1000)), scope: scope)
        plan(.command(works), at)
        alarm(device, at + random.between(1...length), random.between(5...2400))
        let block = simulation.devices[device].device.place.block
        let near = detectors.filter { simulation.devices[$0].device.place.block == block }
        for _ in 0..<random.below(3) {
            guard let other = random.pick(near) else { return }
            alarm(other, at + random.between(1...(length * 1.5)), random.between(5...1800))
        }
        // An incident that is over before its place's works are, while something alarms there anew.
        if random.chance(0.3) {
            alarm(device, at - random.between(0...120), random.between(1...60))
            plan(.command(Event.Press(verb: .reset, rank: 0, isForced: false)), at + random.between(60...length * 2))
        }
        switch random.below(6) {
        case 0: plan(.command(Event.Press(verb: .enable, rank: 0, scope: scope)), at + random.between(1...length))
        case 1:
            let prolonged = Event.Press(verb: .disable, rank: 0, length: random.seconds(30...2400), scope: scope)
            plan(.command(prolonged), at + random.between(1...length))
        case 2: plan(.crash, at + random.between(1...length))
        case 3: plan(.crash, at + length - random.between(0...30))
        default: break
        }
    }

    /// Rules of one hazard are disabled, and detectors of it alarm before, meanwhile and after.
    private mutating func planRuleWorks(_ at: Double) {
        let hazards = Hazard.allCases.filter { hazard in detectors.contains { self.hazard(of: $0) == hazard } }
        guard let hazard = random.pick(hazards) else { return }
        let rules = simulation.setting.rules.rules.filter { $0.hazard == hazard }.map(\.name)
        for _ in 0..<(1 + random.below(3)) {
            let press = Event.Press(
                verb: .disable, rank: 0, length: random.seconds(30...2400), scope: random.pick(rules).map { .rule($0) })
            plan(.command(press), at + random.between(0...600))
        }
        let concerned = detectors.filter { self.hazard(of: $0) == hazard }
        for _ in 0..<(2 + random.below(4)) {
            guard let device = random.pick(concerned) else { return }
            alarm(device, at + random.between(-600...1800), random.between(5...1800))
        }
    }

    private func hazard(of device: Int) -> Hazard? { simulation.devices[device].kind.flatMap(Belief.hazard) }

    /// Longer than one person may decide; over before the run is.
    private mutating func planLongWorks(_ at: Double) {
        guard let device = random.pick(detectors) else { return }
        let press = Event.Press(
            verb: .disable, rank: 0, length: random.seconds(14_401...15_500), scope: scope(around: device),
            second: "chair")
        plan(.command(press), at)
    }

    /// A block under test: its devices are pressed, and some elsewhere, and some of them alarm.
    private mutating func planTest(_ at: Double) {
        guard let device = random.pick(detectors) else { return }
        let length = random.between(60...2400)
        let block = Disablement.Scope.place(Place(block: simulation.devices[device].device.place.block))
        let scope = random.chance(0.7) ? block : self.scope(around: device)
        let test = Event.Press(verb: .test, rank: 0, length: .milliseconds(Int64(length * 1000)), scope: scope)
        plan(.command(test), at)
        for _ in 0..<random.below(12) {
            guard let pressed = random.pick(detectors) else { return }
            let moment = at + random.between(0...(length * 1.2))
            plan(.says(device: pressed, .test), moment)
            if random.chance(0.5) { plan(.says(device: pressed, .heartbeat), moment + random.between(1...60)) }
        }
        if random.chance(0.5) { alarm(device, at + random.between(1...length), random.between(5...600)) }
        if random.chance(0.3) {
            plan(.command(Event.Press(verb: .endTest, rank: 0, scope: scope)), at + random.between(1...length))
        }
    }

    /// A device, or the flat or area, floor or block in which it is.
    private mutating func scope(around device: Int) -> Disablement.Scope {
        let place = simulation.devices[device].device.place
        switch random.below(5) {
        case 0: return .device(simulation.devices[device].device.id)
        case 1: return .place(Place(block: place.block))
        case 2: return .place(place.floor.map { Place(block: place.block, floor: $0) } ?? place)
        default: return .place(place)
        }
    }

    private mutating func rule() -> Disablement.Scope {
        .rule(random.pick(simulation.setting.rules.rules.map(\.name)) ?? "unanswered")
    }
}
