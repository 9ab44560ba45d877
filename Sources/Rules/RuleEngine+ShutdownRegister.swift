import Registry

// The shutdown register: that a block's own fire alarm is off, by whom, why, and until when. Nothing of the hub is
// disabled by it, so one person suffices; it ends by a stated time, for works last for weeks and then somebody looks.
//
// It is back when somebody enables it; when, from the reminder on, it is heard sounding (that is the test); or when at or
// after its end a device that was out of service meanwhile says that it is normal. Time alone never makes it back.
extension RuleEngine {
    /// How an isolation came to its end.
    enum IsolationEnd {
        case person(by: String, why: String)
        case sounded
        /// Its device is well again.
        case device
    }

    mutating func applyToBuildingAlarm(_ command: OperatorCommand, _ name: String) -> OperatorAnswer {
        guard let block = estate.position(ofBlock: name) else {
            return .unknown("no block '\(name)' is in estate.yaml")
        }
        var alarm = real.blocks[block].buildingAlarm ?? BuildingAlarm()
        switch command.verb {
        case .disable:
            if let refusal = refusal(ofIsolating: estate.blocks[block], command) { return refusal }
            register(&alarm, command, block)
        case .enable:
            guard let isolation = alarm.isolation else {
                return .refused("the building's own alarm of block \(name) is not registered as off")
            }
            endIsolation(&alarm, isolation, block, because: .person(by: command.by, why: command.why))
        case .test, .endTest, .acknowledge, .confirm, .silence, .resound, .reset, .cause, .needHelp, .falseAlarm,
            .unclear:
            return .refused(
                "a building's own alarm is tested by ringing it, and what is heard is recorded; 'disable' registers "
                    + "that it is off")
        }
        keep(alarm, block)
        return .done
    }

    private func refusal(ofIsolating block: Block, _ command: OperatorCommand) -> OperatorAnswer? {
        guard let until = command.until else {
            return .refused("it has to end: say until when, or for how long")
        }
        guard until > now else { return .refused("\(until) has passed already; name a moment to come") }
        guard until - now <= Self.disableMax else {
            return .refused("nothing is registered for more than 31 days; name an earlier end, and look again then")
        }
        let parts = block.areas + block.floors
        if let unknown = command.areas?.first(where: { !parts.contains($0) }) {
            let words = parts.prefix(12).joined(separator: ", ")
            return .unknown("block \(block.id) has no area or floor '\(unknown)'; write one of \(words)")
        }
        return nil
    }

    private mutating func register(_ alarm: inout BuildingAlarm, _ command: OperatorCommand, _ block: Int) {
        let before = alarm.isolation
        if before == nil, !alarm.faults.isEmpty {
            outcome.records.append(Narration.unregisteredEnds(blockID(block), [], at: now, estate))
        }
        if before?.isOverdue == true {
            outcome.records.append(Narration.overdueEnds(blockID(block), at: now, estate))
        }
        let isolation = BuildingAlarm.Isolation(
            since: before?.since ?? now, askedAt: now, until: command.until ?? now, by: command.by, why: command.why,
            areas: (command.areas ?? []).uniqued,
            toldResidents: before?.toldResidents == true || estate.buildingAlarms.tellsResidents,
            wasOutOfService: before?.wasOutOfService == true || !alarm.faults.isEmpty)
        alarm.isolation = isolation
        alarm.reminder = nil
        outcome.records.append(
            Narration.isolationBegins(
                isolation, blockID(block), isProlonged: before != nil, at: now, estate,
                utcOffset: rules.settings.utcOffset))
        announceBell(
            Narration.announcement(ofIsolation: isolation, blockID(block), estate, utcOffset: rules.settings.utcOffset),
            block, .disable, to: Self.concerned(by: isolation),
            news: Alert.News(.bellOff, until: isolation.until, utcOffset: rules.settings.utcOffset))
    }

    /// Those who keep watch, and where they were told the residents.
    private static func concerned(by isolation: BuildingAlarm.Isolation) -> [Audience] {
        responsible + (isolation.toldResidents ? [.block] : [])
    }

    private static let responsible: [Audience] = [.guards, .wardens, .maintenance]

    mutating func endIsolation(
        _ alarm: inout BuildingAlarm, _ isolation: BuildingAlarm.Isolation, _ block: Int, because end: IsolationEnd
    ) {
        alarm.isolation = nil
        alarm.reminder = nil
        if isolation.isOverdue { outcome.records.append(Narration.overdueEnds(blockID(block), at: now, estate)) }
        outcome.records.append(Narration.isolationEnds(isolation, blockID(block), because: end, at: now, estate))
        announceBell(
            Narration.announcement(ofBack: blockID(block), because: end, estate), block, .enable,
            to: Self.concerned(by: isolation), news: Alert.News(.bellBack))
        // Whoever says that it is back is contradicted by the device itself.
        if !alarm.faults.isEmpty { beginUnregistered(&alarm, block) }
    }

    // MARK: Time

    mutating func step(_ alarm: inout BuildingAlarm, _ isolation: BuildingAlarm.Isolation, _ block: Int) {
        guard !isolation.isOverdue else { return }
        if isolation.until <= now { return settleEnd(&alarm, isolation, block) }
        guard let remindAt = isolation.remindAt(estate.buildingAlarms), remindAt <= now else { return }
        alarm.isolation?.isReminded = true
        announceBell(
            Narration.announcement(
                ofReminder: isolation, blockID(block), estate, utcOffset: rules.settings.utcOffset),
            block, .disable, to: Self.responsible)
    }

    private mutating func settleEnd(_ alarm: inout BuildingAlarm, _ isolation: BuildingAlarm.Isolation, _ block: Int) {
        if isolation.wasOutOfService, alarm.faults.isEmpty {
            return endIsolation(&alarm, isolation, block, because: .device)
        }
        alarm.isolation?.isOverdue = true
        alarm.reminder = BuildingAlarm.Reminder(next: now + Self.pause(after: 0), count: 1)
        outcome.records.append(
            Narration.overdue(
                isolation, blockID(block), alarm.faults, at: now, estate, utcOffset: rules.settings.utcOffset))
        tellOverdue(isolation, alarm, block, to: Self.concerned(by: isolation))
    }

    /// The residents have heard that it is not back; those who can change that are told until they do.
    mutating func remindOfOverdue(_ alarm: inout BuildingAlarm, _ block: Int, count: Int) {
        guard let isolation = alarm.isolation else { return }
        alarm.reminder = BuildingAlarm.Reminder(next: now + Self.pause(after: count), count: count + 1)
        tellOverdue(isolation, alarm, block, to: Self.responsible)
    }

    private mutating func tellOverdue(
        _ isolation: BuildingAlarm.Isolation, _ alarm: BuildingAlarm, _ block: Int, to audience: [Audience]
    ) {
        announceBell(
            Narration.announcement(
                ofOverdue: isolation, blockID(block), alarm.faults, estate, utcOffset: rules.settings.utcOffset),
            block, .disable, to: audience,
            news: Alert.News(.bellOverdue, until: isolation.until, utcOffset: rules.settings.utcOffset))
    }
}
