import Devices
import Registry

// Putting devices, places and rules out of action, or under test: never without an end. The clock ends it, not the next
// message (prometheus/alertmanager#1153), and the end tells what still burns (#2896).
extension RuleEngine {
    /// Longer than this nothing is disabled at a time, whoever agrees: works last for weeks, and then somebody looks.
    static let disableMax = Duration.seconds(31 * 86_400)

    /// One disablement or test: a scope has one of each at most.
    struct DisablementKey: Hashable {
        /// Where its state is kept: its block, or for rules the estate as a whole.
        var block: Int
        var scope: Disablement.Scope
        var isTest: Bool
    }

    /// Everything that is disabled or under test, in the blocks' order.
    public var disablements: [Disablement] { real.blocks.indices.flatMap { real.blocks[$0].disablements } }

    mutating func applyToScope(_ command: OperatorCommand) -> OperatorAnswer {
        guard let scope = command.scope else { return .refused("nothing is named; say which device, place or rule") }
        if case .buildingAlarm(let block) = scope { return applyToBuildingAlarm(command, block) }
        let isTest = command.verb == .test || command.verb == .endTest
        let key: DisablementKey
        switch self.key(of: scope, isTest: isTest) {
        case .success(let found): key = found
        case .failure(let answer): return answer.answer
        }
        if command.verb == .disable || command.verb == .test {
            if let refusal = refusal(of: command, key) { return refusal }
            begin(command, key)
            return .done
        }
        guard real.blocks[key.block].disablements.contains(where: { $0.scope == scope && $0.isTest == isTest }) else {
            return .refused("\(scope) is not \(isTest ? "under test" : "disabled")")
        }
        endDisablement(key, because: .person(by: command.by, why: command.why))
        return .done
    }

    private struct Refusal: Error { var answer: OperatorAnswer }

    private func key(of scope: Disablement.Scope, isTest: Bool) -> Result<DisablementKey, Refusal> {
        func unknown(_ why: String) -> Result<DisablementKey, Refusal> { .failure(Refusal(answer: .unknown(why))) }
        switch scope {
        case .device(let id):
            guard let device = named(by: scope), let block = position(ofBlock: device.place.block) else {
                return unknown("no device '\(id)' is in devices.csv")
            }
            return .success(DisablementKey(block: block, scope: scope, isTest: isTest))
        case .place(let place):
            guard let block = estate.block(place.block), let position = position(ofBlock: place.block) else {
                return unknown("no block '\(place.block)' is in estate.yaml")
            }
            let isKnown =
                (place.floor.map(block.floors.contains) ?? true) && (place.flat.map(block.flats.contains) ?? true)
                && (place.area.map(block.areas.contains) ?? true)
            guard isKnown else { return unknown("estate.yaml has no \(scope)") }
            return .success(DisablementKey(block: position, scope: scope, isTest: isTest))
        case .rule(let name):
            guard rules.rules.contains(where: { $0.name == name }) else {
                return unknown("no rule '\(name)' is in rules.yaml")
            }
            return .success(DisablementKey(block: estate.blocks.count, scope: scope, isTest: isTest))
        case .buildingAlarm(let block): return unknown("\(block) has a register of its own")
        }
    }

    private func refusal(of command: OperatorCommand, _ key: DisablementKey) -> OperatorAnswer? {
        guard let until = command.until else {
            return .refused("it has to end: say until when, or for how long")
        }
        guard until > now else { return .refused("\(until) has passed already; name a moment to come") }
        if case .rule(let name) = key.scope {
            if key.isTest { return .refused("a rule cannot be pressed; test a device or a place") }
            let asks = rules.rules.contains { rule in
                rule.name == name
                    && rule.when.contains { !$0.kinds.isDisjoint(with: .momentary) || $0 == .confirmedByPerson }
            }
            if asks {
                return .refused(
                    "rule \(name) answers to people (a call point, a call for help, or somebody's word), who are never "
                        + "disabled; disable the detector or the flat instead")
            }
        } else if !covered(by: key.scope).contains(where: {
            Signal.Kind(detectedBy: $0.kind) != nil || $0.kind == .sensor
        }) {
            return .refused("\(key.scope) has no detector that could be \(key.isTest ? "tested" : "disabled")")
        }
        return refusalOfLength(command, until, since: standing(key)?.since ?? now)
    }

    /// - Parameter since: when a disablement that is prolonged began, so that nobody goes on alone in small pieces.
    private func refusalOfLength(_ command: OperatorCommand, _ until: Instant, since: Instant) -> OperatorAnswer? {
        guard until - since <= Self.disableMax else {
            return .refused("nothing is disabled for more than 31 days; name an earlier end, and look again then")
        }
        guard let second = command.second, !second.allSatisfy(\.isWhitespace) else {
            guard until - since > rules.settings.disableAloneMax else { return nil }
            let minutes = rules.settings.disableAloneMax.components.seconds / 60
            let most = minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes) min"
            return .refused("for more than \(most) a second person has to agree; name them, or an earlier end")
        }
        guard Self.name(second) != Self.name(command.by) else {
            return .refused("the second person has to be another than \(command.by)")
        }
        return nil
    }

    /// Names that differ in case and spaces alone are one person's.
    private static func name(_ written: String) -> String { written.filter { !$0.isWhitespace }.lowercased() }

    private func covered(by scope: Disablement.Scope) -> [Device] {
        (0..<deviceCount).map(device(at:)).filter(scope.covers)
    }

    private func standing(_ key: DisablementKey) -> Disablement? {
        real.blocks[key.block].disablements.first { $0.scope == key.scope && $0.isTest == key.isTest }
    }

    private mutating func begin(_ command: OperatorCommand, _ key: DisablementKey) {
        let before = standing(key)
        var disablement = Disablement(
            scope: key.scope, isTest: key.isTest, since: before?.since ?? now, until: command.until ?? now,
            by: command.by, second: command.second, why: command.why)
        disablement.withheld = before?.withheld ?? []
        disablement.pressed = before?.pressed ?? []
        remove(key)
        real.blocks[key.block].disablements.append(disablement)
        outcome.records.append(
            Narration.disablementBegins(
                disablement, isProlonged: before != nil, at: now, estate, utcOffset: rules.settings.utcOffset))
        let device = named(by: key.scope)
        announce(
            Narration.announcement(
                ofBeginning: disablement, device, estate, utcOffset: rules.settings.utcOffset),
            key, device, verb: command.verb)
        noteDisablements(ofBlock: key.block)
    }

    private mutating func remove(_ key: DisablementKey) {
        real.blocks[key.block].disablements.removeAll { $0.scope == key.scope && $0.isTest == key.isTest }
    }

    /// Takes a changed state among what has to be durable, and finds out when the next end is due.
    mutating func noteDisablements(ofBlock block: Int) {
        let state = real.blocks[block]
        let known = outcome.blocks.firstIndex { $0.block == state.block && $0.exercise == nil }
        if let known { outcome.blocks[known] = state } else { outcome.blocks.append(state) }
        findNextDisablementEnd()
        findNextDue()
    }

    mutating func findNextDisablementEnd() {
        nextDisablementEnd =
            real.blocks.indices.flatMap { real.blocks[$0].disablements }.map(\.until).min() ?? .distantFuture
    }

    /// Ends whatever has come to its stated time.
    mutating func endDisablementsDue() {
        guard nextDisablementEnd <= now else { return }
        for block in real.blocks.indices {
            for disablement in real.blocks[block].disablements where disablement.until <= now {
                let key = DisablementKey(block: block, scope: disablement.scope, isTest: disablement.isTest)
                endDisablement(key, because: .time)
            }
        }
    }

    /// Ends one; what still alarms under it is told, and handled as an alarm that begins now.
    mutating func endDisablement(_ key: DisablementKey, because end: Narration.DisablementEnd) {
        guard let disablement = standing(key) else { return }
        remove(key)
        let burning = disablement.withheld.filter { stillAlarms($0) }
        let free = burning.filter { coverings(of: $0).isEmpty }
        outcome.records.append(
            Narration.disablementEnds(
                disablement, because: end, burning: free, at: now, estate, utcOffset: rules.settings.utcOffset))
        announce(disablement, endedBecause: end, burning: free, key)
        noteDisablements(ofBlock: key.block)
        for alarm in burning {
            if let other = coverings(of: alarm).first {
                keepBack(alarm, under: other)
            } else {
                take(alarm, raisedAt: now)
            }
        }
        if case .rule(let name) = key.scope { settleAll(after: name) }
    }

    mutating func announce(
        _ disablement: Disablement, endedBecause end: Narration.DisablementEnd, burning: [Disablement.Withheld],
        _ key: DisablementKey
    ) {
        let device = named(by: key.scope)
        announce(
            Narration.announcement(ofEnding: disablement, because: end, burning: burning, device, estate),
            key, device, verb: key.isTest ? .endTest : .enable)
    }

    /// Those who keep watch are told at both ends: what is out of action is theirs to watch meanwhile.
    ///
    /// - Parameter device: the one that is meant, if the scope is one.
    private mutating func announce(
        _ text: LogRecord.Text, _ key: DisablementKey, _ device: Device?, verb: OperatorCommand.Verb
    ) {
        real.blocks[key.block].announcements += 1
        let state = real.blocks[key.block]
        let places: [Place] =
            switch key.scope {
            case .place(let place): [place]
            case .device: device.map { [$0.place] } ?? []
            case .rule: estate.blocks.map { Place(block: $0.id) }
            case .buildingAlarm(let block): [Place(block: block)]
            }
        outcome.alerts.append(
            Alert(
                announcing: text, id: "\(state.block)-notice-\(state.announcements)", at: now,
                block: state.block, places: places, verb: verb.rawValue, to: [.guards, .wardens, .maintenance]))
    }

    private func named(by scope: Disablement.Scope) -> Device? {
        guard case .device(let id) = scope else { return nil }
        return (0..<deviceCount).lazy.map(device(at:)).first { $0.id == id }
    }

    func isDisabled(_ rule: Rule, _ incident: Incident) -> Bool {
        guard incident.exercise == nil else { return false }
        return isDisabled(rule)
    }

    func isDisabled(_ rule: Rule) -> Bool {
        real.blocks[estate.blocks.count].disablements.contains { $0.scope == .rule(rule.name) && !$0.isTest }
    }

    /// A rule may fire again: from now on, not from when it would have. What it would have told of when it was heard is
    /// heard again where it still alarms.
    mutating func settleAll(after rule: String) {
        for block in real.openBlocks {
            for id in real.blocks[block].incidents.map(\.id) {
                guard let position = real.blocks[block].incidents.firstIndex(where: { $0.id == id }) else { continue }
                real.blocks[block].incidents[position].withheldRules?.removeAll { $0 == rule }
                let missed = real.blocks[block].incidents[position].missed ?? []
                real.blocks[block].incidents[position].missed = nil
                for device in missed { settle(id, block: block, missed: device) }
                settle(id, block: block, drill: nil, trigger: nil, notBefore: now)
            }
        }
    }

    private mutating func settle(_ id: Incident.ID, block: Int, missed device: Device.ID) {
        guard let incident = real.blocks[block].incidents.first(where: { $0.id == id }),
            let member = incident.members.firstIndex(where: { $0.device == device && $0.alarms && !$0.stuck })
        else { return }
        settle(
            id, block: block, drill: nil, trigger: Trigger(member: member, at: now, newFlat: true), notBefore: now)
    }

    /// Whether a test press is one of a test that is under way; it is then counted, and not worth a line.
    mutating func countsPress(_ observation: Observation, set: Bool) -> Bool {
        guard let block = position(ofBlock: observation.device.place.block) else { return false }
        let tests = real.blocks[block].disablements.indices.filter { index in
            let disablement = real.blocks[block].disablements[index]
            return disablement.isTest && disablement.scope.covers(observation.device)
        }
        guard let first = tests.first else { return false }
        let id = observation.device.id
        if set, !real.blocks[block].disablements[first].pressed.contains(id) {
            real.blocks[block].disablements[first].pressed.append(id)
            noteDisablements(ofBlock: block)
        }
        return true
    }
}
