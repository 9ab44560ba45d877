import Devices
import Foundation
import Logging
import Registry
import Rules
import Store
import Synchronization
import Upkeep

// Making durable what has been decided, and letting it out.
extension Pipeline {
    /// Takes up where the last hub on this state folder stopped.
    func restore() throws {
        let restored = try database.restore()
        let moment = now()
        engine.restore(
            time: restored.time ?? moment, present: moment,
            devices: restored.devices.compactMap { device in
                registry.position(of: device.id).map { ($0, device.state) }
            }, blocks: restored.blocks, exercises: restored.exercises)
        try restoreSupervision(restored, at: moment)
        engine.endInterruptedExercises()
        engine.beginOutage()
        isNew = restored.devices.isEmpty && restored.blocks.isEmpty
        listening.heardAt = engine.now
        unwritten = HubDatabase.Commit(time: engine.now)
        journal(.started, at: engine.now)
        noteMissed()
        collect()
        board.quarantine.withLock { [registry] in
            $0 = Quarantine(restored.quarantine) { registry.position(of: $0, address: $1) != nil }
        }
        if !restored.unreadable.isEmpty { noteUnreadable(restored.unreadable) }
        // What closed for want of a hub was not announced either.
        outlets.announcer.resume(
            after: restored.announced, missed: try unannounced(after: restored.announced, at: moment),
            incidents: engine.openIncidents)
        board.update(engine.openIncidents)
        board.update(engine.disablements)
        board.update(engine.buildingAlarms)
        countFalseAlarms()
        try restoreUpkeep(at: moment)
    }

    /// The alerts that the broker may never have had; those that are long over are left out.
    private func unannounced(after sequence: Int64, at moment: Instant) throws -> [(sequence: Int64, alert: Alert)] {
        let open = Set(engine.openIncidents.map(\.id))
        var missed: [(sequence: Int64, alert: Alert)] = []
        var last = sequence
        while true {
            let page = try database.alerts(after: last, limit: 1000)
            guard let end = page.last?.sequence else { return missed }
            missed += page.filter { open.contains($0.alert.incident) || $0.alert.at + .seconds(3600) > moment }
            last = end
        }
    }

    /// Commits what is not durable yet, then hands the alerts over.
    ///
    /// - Returns: whether everything is durable, so that it may be acknowledged.
    @discardableResult
    func writeAndTell() -> Bool {
        guard !unwritten.isEmpty || !changedDevices.isEmpty else {
            return fault == nil
        }
        let moment = now()
        if let fault, fault.retryAt > moment {
            boundWaiting()
            tellUndurable()
            return false
        }
        unwritten.time = engine.now
        unwritten.devices = changedDevices.sorted().map {
            (registry.devices[$0].id, engine.state(ofDevice: $0))
        }
        unwritten.supervision = changedDevices.sorted().map { (registry.devices[$0].id, supervisor.record(of: $0)) }
        if let announced = outlets.announcer.takeAnnounced() { unwritten.announced = announced }
        if let fault, !fault.isNew { noteFaultEnds(since: fault.since) }
        do {
            let lastAlert = try database.commit(unwritten)
            let told = fault?.toldAlerts ?? 0
            let wasFull = fault?.isFull ?? false
            fault = nil
            waiting = WaitingRoom()
            let outcome = unwritten.outcome
            unwritten = HubDatabase.Commit(time: engine.now)
            changedDevices.removeAll(keepingCapacity: true)
            show(outcome)
            outlets.tell(outcome, alertsFrom: told, through: lastAlert)
            if !outcome.closings.isEmpty || !outcome.causes.isEmpty { countFalseAlarms() }
            if wasFull { noteRoomAgain() }
            return true
        } catch {
            if fault?.isNew == false { unwritten.outcome.records.removeLast() }
            noteFault(error, at: moment)
            tellUndurable()
            return false
        }
    }

    /// The state shown is the state acted upon.
    private func show(_ outcome: Consequences) {
        board.update(outcome.incidents)
        guard outcome.blocks.contains(where: { $0.exercise == nil }) else { return }
        board.update(engine.disablements)
        board.update(engine.buildingAlarms)
    }

    private func noteUnreadable(_ rows: [String]) {
        let names = rows.joined(separator: ", ").shortened
        logger.error("Part of hub.sqlite cannot be read and is begun anew", metadata: ["rows": "\(names)"])
        note(
            trouble: "store", "What hub.sqlite knew of \(names) cannot be read any more and is begun anew; go and look",
            "hub.sqlite 中 \(names) 的狀態無法讀取，將重新開始；請到場查看")
    }

    private func noteFault(_ error: StoreError, at moment: Instant) {
        if fault == nil {
            fault = StoreFault(since: moment, retryAt: moment)
            logger.error("Nothing can be written, so nothing is acknowledged", metadata: ["reason": "\(error)"])
            note(
                trouble: "store",
                "Nothing can be written (\(error)): alarms go out all the same, nothing is acknowledged",
                "無法寫入資料：警報照常發出，但不作確認")
            fault?.isNew = false
        }
        fault?.retryAt = moment + .milliseconds(500)
        unwritten.outcome.records.keepNewest(WaitingRoom.countMax)
        boundWaiting()
    }

    /// What is not acknowledged comes again and again: a fault that lasts must not fill the memory. The states and alerts
    /// that the oldest entries led to are kept; only their replay is lost.
    private func boundWaiting() {
        var (entries, lessons) = (unwritten.entries, unwritten.lessons)
        let givenUp = waiting.makeRoom(&entries, &lessons)
        (unwritten.entries, unwritten.lessons) = (entries, lessons)
        guard givenUp.entries + givenUp.lessons > 0, fault?.isFull == false else { return }
        fault?.isFull = true
        let (count, size) = (WaitingRoom.countMax, WaitingRoom.bytesMax >> 20)
        note(
            trouble: "store backlog",
            "More waits to be written than the \(count) messages or \(size) MiB that are kept: the oldest are given up for "
                + "replays, and what devices have announced may have to be announced again after a restart; make room",
            "等候寫入的資料超出上限（\(count) 則或 \(size) MiB）：最舊的不再保留作重播，裝置的宣告在重啟後可能需要重新發出；請騰出空間",
            ["entries": "\(givenUp.entries)", "lessons": "\(givenUp.lessons)"])
    }

    private func noteRoomAgain() {
        note(putRight: "store backlog", "What is to be written has room again", "等候寫入的資料已恢復正常")
    }

    private func noteFaultEnds(since: Instant) {
        let clock = since.words(utcOffset: caretaker.utcOffset)
        note(
            putRight: "store", "What could not be written since \(clock.english) is durable now",
            "自\(clock.traditionalChinese)起未能寫入的資料現已保存")
    }

    /// Alarms go out even when nothing can be written. Their ids make the durable copies that follow the same alerts.
    private func tellUndurable() {
        guard let told = fault?.toldAlerts else { return }
        let alerts = Array(unwritten.outcome.alerts.dropFirst(told))
        guard !alerts.isEmpty else { return }
        fault?.toldAlerts = unwritten.outcome.alerts.count
        show(unwritten.outcome)
        outlets.tell(undurable: alerts, of: unwritten.outcome)
    }

    /// Writes down when devices were last heard.
    ///
    /// - Returns: whether all of them are through.
    @discardableResult
    func checkpoint(limit: Int) -> Bool {
        guard fault == nil else { return false }
        changedDevices.formUnion(heard.take(limit))
        let isWhole = writeQuarantine(limit: limit)
        return isWhole && !heard.isPartlyWritten
    }
}

extension [LogRecord] {
    /// Leaves out the oldest, but none of an incident while there are others.
    mutating func keepNewest(_ limit: Int) {
        var surplus = count - limit
        guard surplus > 0 else { return }
        removeAll { record in
            guard surplus > 0, record.event != .incident else { return false }
            surplus -= 1
            return true
        }
        removeFirst(Swift.max(0, surplus))
    }
}
