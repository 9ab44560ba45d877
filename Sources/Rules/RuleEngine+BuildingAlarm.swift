import Devices
import Registry

// The blocks' own fire alarms: who is heard, who is out of service, and what time alone makes of that.
extension RuleEngine {
    /// Those concerned are told again after an hour, then after twice as long each time, up to once a day: until somebody
    /// acts, and never so often that nobody reads it. Chosen here.
    static let isolationReminderMin = Duration.seconds(3600)
    static let isolationReminderMax = Duration.seconds(86_400)

    /// One block's own alarm.
    public struct BlockAlarm: Hashable, Sendable {
        public var block: String
        public var alarm: BuildingAlarm
        /// A device of it is in the registry.
        public var isRegistered: Bool
    }

    /// Of every block, in their order.
    public var buildingAlarms: [BlockAlarm] {
        estate.blocks.indices.map {
            BlockAlarm(
                block: estate.blocks[$0].id, alarm: real.blocks[$0].buildingAlarm ?? BuildingAlarm(),
                isRegistered: !bells[$0].isEmpty)
        }
    }

    /// Takes in what a device of a block's own alarm says.
    ///
    /// - Parameter state: the device's, with what the message says of its conditions.
    /// - Returns: whether it changed anything that a crash must not forget.
    mutating func noteBell(
        _ observation: Observation, _ placement: DeviceClock.Placement, _ state: DeviceState
    ) -> Bool {
        let device = observation.device
        guard let block = estate.position(ofBlock: device.place.block) else { return false }
        return change(block) { alarm, now in
            if observation.isSignOfLife { alarm.watchedSince = alarm.watchedSince ?? now }
            if !observation.retained {
                alarm.hear(device.id, observation.readings, endsNothing: placement.overtaken, at: placement.at)
            }
            alarm.note(state.reasonsOutOfService, of: device.id, at: now)
        }
    }

    /// Takes in that a device has fallen silent. Of one that has never been heard that is no news: that it never was
    /// heard is told, of the block.
    mutating func noteBell(at index: Int) {
        let device = device(at: index)
        guard real.devices[index].heardAt != nil, let block = estate.position(ofBlock: device.place.block) else {
            return
        }
        let reasons = real.devices[index].reasonsOutOfService
        _ = change(block) { alarm, now in alarm.note(reasons, of: device.id, at: now) }
    }

    /// Changes what is known of a block's own alarm, and follows up what that means.
    ///
    /// - Returns: whether anything changed.
    private mutating func change(_ block: Int, _ body: (inout BuildingAlarm, Instant) -> Void) -> Bool {
        let before = real.blocks[block].buildingAlarm ?? BuildingAlarm()
        var alarm = before
        body(&alarm, now)
        guard alarm != before else { return false }
        if alarm.watchedSince != nil, before.isNeverHeard == true {
            alarm.isNeverHeard = nil
            outcome.records.append(Narration.bellIsHeard(blockID(block), at: now, estate))
        }
        if alarm.hasNewVoice(since: before) {
            if !before.isSounding {
                outcome.records.append(Narration.bellSounds(blockID(block), alarm, at: now, estate))
            }
            noteSounding(&alarm, block)
        }
        if !alarm.isSounding, before.isSounding {
            outcome.records.append(Narration.bellIsQuiet(blockID(block), alarm, at: now, estate))
        }
        switch (before.faults.isEmpty, alarm.faults.isEmpty) {
        case (true, false): noteFault(&alarm, block)
        case (false, true): noteFaultIsOver(&alarm, before.faults, block)
        case (true, true), (false, false): break
        }
        keep(alarm, block)
        return true
    }

    func blockID(_ block: Int) -> String { estate.blocks[block].id }

    /// Puts a block's alarm back, among what has to be durable.
    mutating func keep(_ alarm: BuildingAlarm, _ block: Int) {
        real.blocks[block].buildingAlarm = alarm
        let state = real.blocks[block]
        let known = outcome.blocks.firstIndex { $0.block == state.block && $0.exercise == nil }
        if let known { outcome.blocks[known] = state } else { outcome.blocks.append(state) }
        findNextBellDue()
        findNextDue()
    }

    private mutating func noteSounding(_ alarm: inout BuildingAlarm, _ block: Int) {
        if alarm.isUntested {
            alarm.isUntested = false
            outcome.records.append(Narration.bellIsTested(blockID(block), at: now, estate))
        }
        if let incident = alarm.contradicted {
            alarm.contradicted = nil
            outcome.records.append(Narration.contradictionEnds(blockID(block), incident, at: now, estate))
        }
        noteBellHeard(block)
        // Before that somebody may still be working on it.
        if let isolation = alarm.isolation, isolation.isReminded || isolation.isOverdue {
            endIsolation(&alarm, isolation, block, because: .sounded)
        }
    }

    private mutating func noteFault(_ alarm: inout BuildingAlarm, _ block: Int) {
        if alarm.isolation != nil {
            alarm.isolation?.wasOutOfService = true
        } else {
            beginUnregistered(&alarm, block)
        }
    }

    private mutating func noteFaultIsOver(_ alarm: inout BuildingAlarm, _ faults: [BuildingAlarm.Fault], _ block: Int) {
        guard let isolation = alarm.isolation else { return endUnregistered(&alarm, faults, block) }
        // Before its time is over, it stays as it was registered: works go on and off.
        if isolation.isOverdue { endIsolation(&alarm, isolation, block, because: .device) }
    }

    // MARK: Isolations that nobody registered

    /// Told at once, but not more than once an hour: a contact that chatters is one trouble.
    mutating func beginUnregistered(_ alarm: inout BuildingAlarm, _ block: Int) {
        outcome.records.append(Narration.unregistered(blockID(block), alarm.faults, at: now, estate))
        if let last = alarm.announcedFaultAt, last + Self.isolationReminderMin > now {
            alarm.reminder = BuildingAlarm.Reminder(next: last + Self.isolationReminderMin)
        } else {
            tellUnregistered(&alarm, block, count: 0)
        }
    }

    private mutating func tellUnregistered(_ alarm: inout BuildingAlarm, _ block: Int, count: Int) {
        alarm.announcedFaultAt = now
        alarm.reminder = BuildingAlarm.Reminder(next: now + Self.pause(after: count), count: count + 1)
        announceBell(
            Narration.announcement(ofUnregistered: alarm.faults, blockID(block), estate), block, .disable,
            to: [.guards, .maintenance])
    }

    private mutating func endUnregistered(_ alarm: inout BuildingAlarm, _ faults: [BuildingAlarm.Fault], _ block: Int) {
        outcome.records.append(Narration.unregisteredEnds(blockID(block), faults, at: now, estate))
        let wasTold = alarm.reminder.map { $0.count > 0 } ?? false
        alarm.reminder = nil
        guard wasTold else { return }
        announceBell(
            Narration.announcement(ofBack: blockID(block), because: .device, estate), block, .enable,
            to: [.guards, .maintenance])
    }

    static func pause(after count: Int) -> Duration {
        min(isolationReminderMin * (1 << min(count, 16)), isolationReminderMax)
    }

    // MARK: Time

    mutating func findNextBellDue() {
        var next = Instant.distantFuture
        for block in estate.blocks.indices {
            next = min(next, neverHeardAt(block) ?? .distantFuture)
            guard let alarm = real.blocks[block].buildingAlarm else { continue }
            next = min(next, alarm.due(estate.buildingAlarms))
        }
        nextBellDue = next
    }

    mutating func stepBellsDue() {
        guard nextBellDue <= now else { return }
        for block in estate.blocks.indices {
            var alarm = real.blocks[block].buildingAlarm ?? BuildingAlarm()
            let neverHeardAt = neverHeardAt(block) ?? .distantFuture
            guard min(alarm.due(estate.buildingAlarms), neverHeardAt) <= now else { continue }
            if neverHeardAt <= now { noteNeverHeard(&alarm, block) }
            step(&alarm, block)
            keep(alarm, block)
        }
    }

    /// How long a registered bell may say nothing after the hub began to hear, as supervision's grace. Chosen here.
    static let bellGrace = Duration.seconds(300)

    /// Whether a block's alarm is registered, and none of its devices has ever been heard.
    func bellIsNeverHeard(_ block: Int) -> Bool {
        !bells[block].isEmpty && real.blocks[block].buildingAlarm?.watchedSince == nil
    }

    /// When it becomes a trouble that a block's alarm has never been heard; `nil` while the hub hears nobody itself.
    private func neverHeardAt(_ block: Int) -> Instant? {
        guard let hearsSince, bellIsNeverHeard(block), real.blocks[block].buildingAlarm?.isNeverHeard != true else {
            return nil
        }
        return hearsSince + Self.bellGrace
    }

    private mutating func noteNeverHeard(_ alarm: inout BuildingAlarm, _ block: Int) {
        alarm.isNeverHeard = true
        outcome.records.append(Narration.bellIsNeverHeard(blockID(block), at: now, estate))
        announceBell(
            Narration.announcement(ofNeverHeard: blockID(block), estate), block, .test, to: [.guards, .maintenance])
    }

    private mutating func step(_ alarm: inout BuildingAlarm, _ block: Int) {
        if let isolation = alarm.isolation { step(&alarm, isolation, block) }
        if let reminder = alarm.reminder, reminder.next <= now {
            if alarm.isolation == nil, alarm.faults.isEmpty {
                // Its device has left the registry.
                alarm.reminder = nil
                outcome.records.append(Narration.unregisteredIsGone(blockID(block), at: now, estate))
            } else if alarm.isolation == nil {
                tellUnregistered(&alarm, block, count: reminder.count)
            } else {
                remindOfOverdue(&alarm, block, count: reminder.count)
            }
        }
        if let due = alarm.untestedAt(estate.buildingAlarms), due <= now {
            alarm.isUntested = true
            let days = estate.buildingAlarms.testInterval.components.seconds / 86_400
            outcome.records.append(Narration.bellIsUntested(blockID(block), days: days, at: now, estate))
            announceBell(
                Narration.announcement(ofUntested: blockID(block), days: days, estate), block, .test,
                to: [.maintenance])
        }
    }

    /// Tells people, never sirens, as it stands.
    mutating func announceBell(
        _ text: LogRecord.Text, _ block: Int, _ verb: OperatorCommand.Verb, to audience: [Audience],
        news: Alert.News? = nil
    ) {
        real.blocks[block].announcements += 1
        let number = real.blocks[block].announcements
        let id = blockID(block)
        outcome.alerts.append(
            Alert(
                announcing: text, id: "\(id)-notice-\(number)", at: now, block: id, places: [Place(block: id)],
                verb: verb.rawValue, to: audience, news: news))
    }
}
