import Devices
import Registry
import Rules

// What is disabled or under test: that it begins and ends as somebody said, once each, and what it keeps back.
extension Watch {
    /// One step of the hub, and what it came of.
    struct Step {
        let hub: VirtualHub
        var packet: Packet?
        var command: OperatorCommand?

        init(_ hub: VirtualHub, packet: Packet? = nil, command: OperatorCommand? = nil) {
            self.hub = hub
            self.packet = packet
            self.command = command
        }

        var outcome: Consequences { hub.step }

        /// The device that raises or repeats an alarm in earnest.
        var alarm: (device: Int, kind: Signal.Kind)? {
            guard let packet, packet.drill == nil, case .alarm(let kind) = packet.says else { return nil }
            return packet.device.map { ($0, kind) }
        }

        /// Somebody plays an alarm in an exercise.
        var isPlayedAlarm: Bool {
            guard packet?.drill != nil, case .alarm? = packet?.says else { return false }
            return true
        }
    }

    /// Takes over which disablements and tests the hub says begin and end, and what is an alarm like any other again.
    mutating func noteDisablements(_ step: Step) throws {
        var broken: [Controls.Withheld] = []
        for record in step.outcome.records {
            switch Announcement(record) {
            case .begins(let scope, let isTest)?: try noteBeginning(of: scope, isTest, record, step)
            case .ends(let scope, let isTest, let end)?:
                broken += try noteEnd(of: scope, isTest, end, record, step)
            case .silenceBegins?, .silenceEnds?, nil: continue
            }
        }
        // All that a second zone breaks is broken before what they kept back is handled.
        for alarm in broken { free(alarm, raisedAt: alarm.raisedAt, at: step.hub.engine.now) }
    }

    private mutating func noteBeginning(
        of scope: Disablement.Scope, _ isTest: Bool, _ record: LogRecord, _ step: Step
    ) throws {
        let name = Announcement.begins(scope, isTest: isTest).line
        guard let command = step.command, command.verb == (isTest ? .test : .disable), command.scope == scope,
            let until = command.until
        else { throw Broken(invariant: .suppression, what: "\(name), and nobody asked for it") }
        guard record.details["until"] == "\(until)", record.details["by"] == command.by,
            record.details["second"] == command.second
        else { throw Broken(invariant: .suppression, what: "\(name), and the log says otherwise: \(record.details)") }
        belief.controls.begin(scope, isTest: isTest, until: until, at: step.hub.engine.now)
        belief.controls.announce(name)
    }

    /// - Returns: what was broken and still alarms.
    private mutating func noteEnd(
        of scope: Disablement.Scope, _ isTest: Bool, _ end: Announcement.End, _ record: LogRecord, _ step: Step
    ) throws -> [Controls.Withheld] {
        let name = Announcement.ends(scope, isTest: isTest, end).line
        guard let ended = belief.controls.end(scope, isTest: isTest) else {
            throw Broken(invariant: .suppression, what: "\(name), which stands no more")
        }
        belief.controls.announce(name)
        switch end {
        case .time where ended.until > record.at:
            throw Broken(invariant: .suppression, what: "\(name) before its time at \(ended.until)")
        case .person
        where step.command?.verb != (isTest ? .endTest : .enable) || step.command?.scope != scope:
            throw Broken(invariant: .suppression, what: "\(name), and nobody asked for it")
        case .broken where isTest || !mayBreak(scope, ended, step):
            throw Broken(invariant: .suppression, what: "\(name) because of a second zone, and there is none")
        case .time, .person, .broken: break
        }
        if isTest, Set((record.details["pressed"] ?? "").split(separator: " ").map(String.init)) != ended.pressed {
            throw Broken(
                invariant: .suppression,
                what: "\(name) with the presses '\(record.details["pressed"] ?? "")', and there were "
                    + ended.pressed.sorted().joined(separator: " "))
        }
        return try noteBurning(under: ended, named: name, end, record)
    }

    /// The end names what still alarms: all that was heard in alarm within the clear timeout, and nothing that is clear.
    private mutating func noteBurning(
        under ended: Controls.Standing, named name: String, _ end: Announcement.End, _ record: LogRecord
    ) throws -> [Controls.Withheld] {
        let still = Set(record.still)
        var burning: [Controls.Withheld] = []
        for alarm in ended.withheld {
            let device = registry.devices[alarm.device]
            let isSure = alarm.heardAt + clearTimeout > record.at
            if end != .broken, let holder = belief.controls.holder(of: alarm.kind, device) {
                if isSure { belief.controls.keepBack(alarm, under: holder) }
                continue
            }
            if still.contains(device.id) {
                burning.append(alarm)
            } else if isSure {
                throw Broken(
                    invariant: .suppression,
                    what: "\(name) and does not name \(device.id), which alarms since \(alarm.raisedAt)")
            }
        }
        for id in still {
            let isAlarming = registry.position(of: id).map { !belief.devices[$0].alarming.isEmpty } ?? false
            if !isAlarming { throw Broken(invariant: .suppression, what: "\(name) and names \(id), which is clear") }
        }
        if end == .broken { return burning }
        for alarm in burning { free(alarm, raisedAt: record.at, at: record.at) }
        return []
    }

    private mutating func free(_ alarm: Controls.Withheld, raisedAt: Instant, at moment: Instant) {
        let device = registry.devices[alarm.device]
        if let holder = belief.controls.holder(of: alarm.kind, device) {
            return belief.controls.keepBack(alarm, under: holder)
        }
        belief.free(alarm, device, raisedAt: raisedAt, at: moment, in: registry.estate)
        freed.append(alarm.device)
    }

    /// Whether two zones alarm of which the disablement concerns one.
    private func mayBreak(_ scope: Disablement.Scope, _ ended: Controls.Standing, _ step: Step) -> Bool {
        if case .rule(let name) = scope, let hazard = hazard(ofRule: name), step.alarm == nil {
            return zonesAlarming(hazard).count >= 2
        }
        guard let (index, kind) = step.alarm, let hazard = Belief.hazard(of: kind) else {
            return ended.withheld.contains { alarm in alarm.hazard.map { zonesAlarming($0).count >= 2 } ?? false }
        }
        var zones = zonesAlarming(hazard)
        zones.insert(registry.devices[index].place)
        return zones.count >= 2
    }

    /// Where an alarm of a hazard was accepted that has not cleared.
    private func zonesAlarming(_ hazard: Hazard) -> Set<Place> {
        Set(
            registry.devices.indices.filter { index in
                belief.devices[index].alarming.members.contains { Belief.hazard(of: $0) == hazard }
            }.map { registry.devices[$0].place })
    }
}
