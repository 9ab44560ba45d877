import Devices
import Registry
import Rules

// What disablements keep back: nothing but what they cover, nothing while a second zone alarms, and only as long as they
// stand.
extension Watch {
    /// 5 of what is disabled: what is kept back is kept in mind.
    func checkKeptBack(_ index: Int, _ hub: VirtualHub) throws {
        let id = registry.devices[index].id
        guard !hub.engine.disablements.contains(where: { $0.withheld.contains { $0.device == id } }) else { return }
        throw Broken(
            invariant: .suppression, what: "\(id) is disabled and alarms, and the hub does not keep it in mind")
    }

    /// An alarm that nothing keeps back is told in its step, unless a disabled rule would have told of it.
    mutating func checkHeard(_ index: Int, _ hub: VirtualHub) throws {
        let device = registry.devices[index]
        let courses = belief.courses.filter { course in
            course.block.id == device.place.block && course.members.contains { $0.device == device.id }
        }
        let isUnderRule = courses.contains { disablesLadder(of: $0.hazard) }
        guard isUnderRule else { return try checkTold(device, hub) }
        let holder = hub.engine.disablements.first { disablement in
            guard case .rule = disablement.scope else { return false }
            return disablement.withheld.contains { $0.device == device.id }
        }
        guard let holder,
            let position = belief.controls.standing.firstIndex(where: { $0.scope == holder.scope && !$0.isTest })
        else { return }
        belief.keepBack(device, index: index, under: position)
    }

    /// A test press is counted if its device is under test, and otherwise a line of the log.
    mutating func notePress(of index: Int, _ placement: DeviceClock.Placement?, _ step: Step) throws {
        let device = registry.devices[index]
        let isPressed = step.hub.engine.state(ofDevice: index).has(.test)
        let wasPressed = belief.notePress(of: index, isPressed)
        guard isPressed, !wasPressed else { return }
        let isUnderTest = belief.controls.isUnderTest(device)
        let lines = step.outcome.records.count { $0.details["kind"] == "test" && $0.device == device.id }
        if lines != (isUnderTest ? 0 : 1) {
            throw Broken(
                invariant: .suppression,
                what: "\(device.id) was pressed \(isUnderTest ? "under" : "outside a") test: \(lines) lines")
        }
        if isUnderTest { belief.controls.notePress(of: device) }
    }

    // MARK: After each round

    /// Whether no rung is owed now: a rule of the ladder is disabled, and no second zone alarms that would break that.
    func isExcused(_ course: Course, at moment: Instant) -> Bool {
        disablesLadder(of: course.hazard) && alarmingZones(course, at: moment).count < 2
    }

    private func alarmingZones(_ course: Course, at moment: Instant) -> Set<Place> {
        Set(course.members.filter { $0.alarms && !$0.isStuck && $0.heardAt + clearTimeout > moment }.map(\.place))
    }

    /// 3 of what is disabled: nothing is kept back while another zone alarms.
    func checkZones(_ hub: VirtualHub) throws {
        let moment = hub.engine.now
        let withheld = belief.controls.standing.flatMap { standing in
            standing.withheld.filter { $0.heardAt + clearTimeout > moment }.map { (standing.scope, $0) }
        }
        for (scope, alarm) in withheld {
            let zones = belief.courses.filter { $0.block.id == alarm.place.block && $0.hazard == alarm.hazard }
                .flatMap { alarmingZones($0, at: moment) }
            let others = withheld.map(\.1).filter { $0.place.block == alarm.place.block && $0.hazard == alarm.hazard }
                .map(\.place)
            guard let other = (zones + others).first(where: { $0 != alarm.place }) else { continue }
            throw Broken(
                invariant: .suppression,
                what: "\(registry.devices[alarm.device].id) is kept back by \(scope) while \(other) alarms")
        }
    }

    /// What stands is what was announced, and nothing stands beyond its time; what no rule keeps back is told.
    func checkSuppressions(_ hub: VirtualHub) throws {
        let moment = hub.engine.now
        for known in belief.controls.standing { try checkStands(known, hub) }
        for standing in hub.engine.disablements
        where belief.controls.standing(standing.scope, isTest: standing.isTest) == nil {
            throw Broken(
                invariant: .suppression, what: "\(standing.scope) is disabled or under test, and nothing announced it")
        }
        try checkSilences(hub)
        for course in belief.courses where !isExcused(course, at: moment) {
            let burning = course.members.first { $0.alarms && !$0.isStuck && $0.heardAt + clearTimeout > moment }
            guard let burning, let incident = course.incident else { continue }
            guard course.stage != .clearing else {
                throw Broken(invariant: .told, what: "\(incident) is clearing while \(burning.device) alarms")
            }
            guard belief.toldPlaces[incident]?.contains(burning.place) == true else {
                throw Broken(invariant: .told, what: "\(burning.device) alarms and no alert of \(incident) names it")
            }
        }
    }

    private func checkStands(_ known: Controls.Standing, _ hub: VirtualHub) throws {
        let moment = hub.engine.now
        let name = Announcement.begins(known.scope, isTest: known.isTest).line
        guard known.until > moment else {
            throw Broken(
                invariant: .suppression, what: "\(name), was to end at \(known.until), and no end is announced")
        }
        let isKnown = hub.engine.disablements.contains {
            $0.scope == known.scope && $0.isTest == known.isTest && $0.until == known.until
        }
        guard isKnown else {
            throw Broken(
                invariant: .suppression, what: "\(name) until \(known.until), and the hub has forgotten it")
        }
        guard case .rule = known.scope,
            let held = known.withheld.first(where: { $0.heardAt + clearTimeout > moment }), !mayHold(held.hazard)
        else { return }
        throw Broken(
            invariant: .suppression,
            what: "\(registry.devices[held.device].id) is kept back by \(known.scope), which would not have told of it")
    }

    // MARK: Disabled rules

    func hazard(ofRule name: String) -> Hazard? { rules.rules.first { $0.name == name }?.hazard }

    /// Whether rules of a hazard are disabled that lead somewhere by an alarm.
    func disablesLadder(of hazard: Hazard) -> Bool {
        let disabled = Set(belief.controls.disabledRules)
        return rules.rules.contains { $0.hazard == hazard && disabled.contains($0.name) && Self.leadsUp($0) }
    }

    /// Neither down the ladder, nor for a stuck detector, nor for the estate as a whole.
    private static func leadsUp(_ rule: Rule) -> Bool {
        guard case .rung(let rung) = rule.outcome else { return true }
        return rung.stage != .clearing && rung.stage != .closed && rung.step > 0 && rule.name != "estate-wide"
    }

    /// Whether an alarm may be kept in mind under rules: the one that opens an incident by a single alarm is disabled.
    private func mayHold(_ hazard: Hazard?) -> Bool {
        let openers: [Hazard: String] = [.co: "co-alarm", .gas: "gas-alarm", .water: "water-leak"]
        return hazard.flatMap { openers[$0] }.map(belief.controls.disabledRules.contains) ?? false
    }
}
