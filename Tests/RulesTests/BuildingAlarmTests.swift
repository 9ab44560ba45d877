import Devices
import Registry
import Testing

@testable import Rules

/// One block's own alarm, and what is said of it.
struct BellCourse {
    var course: Course

    static let rules = """
          - {name: first, hazard: fire, stage: investigate, tell: [flat, guards], when: {signal: [smoke]}}
          - {name: second, hazard: fire, stage: confirmed, tell: [block, guards],
             when: {count: 2, of: flats, signal: [smoke]}}
          - {name: clearing, hazard: fire, stage: clearing, tell: [guards], when: {cleared: 5m}}
        """

    init(_ adjust: (inout BuildingAlarmPolicy) -> Void = { _ in }) throws {
        var policy = BuildingAlarmPolicy()
        adjust(&policy)
        course = try Course(Self.rules, settings: #"utc-offset: "+08:00""#, policy: policy)
    }

    var alarm: BuildingAlarm { course.engine.buildingAlarms[0].alarm }

    /// It is heard, and says that it is well and quiet.
    mutating func beat(at second: Int) { say([.flag(.smoke, false), .flag(.fault, false)], at: second) }

    mutating func say(_ readings: [Reading], at second: Int) { course.say("a-bell", readings, at: second) }

    mutating func sound(_ sounds: Bool = true, at second: Int) { say([.flag(.smoke, sounds)], at: second) }

    mutating func fault(_ isSet: Bool = true, at second: Int) { say([.flag(.fault, isSet)], at: second) }

    @discardableResult
    mutating func register(
        until end: Int, at second: Int, by: String = "fitter-1", why: String = "new panel", areas: [String]? = nil
    ) -> OperatorAnswer {
        course.engine.apply(
            OperatorCommand(
                .disable, by: by, why: why, until: course.origin + .seconds(end), scope: .buildingAlarm(block: "a"),
                areas: areas), at: course.origin + .seconds(second))
    }

    @discardableResult
    mutating func enable(at second: Int) -> OperatorAnswer {
        course.engine.apply(
            OperatorCommand(.enable, by: "fitter-1", scope: .buildingAlarm(block: "a")),
            at: course.origin + .seconds(second))
    }

    mutating func wait(until second: Int) { course.wait(until: second) }

    /// `second verb audience: first words` of each announcement since the last call.
    mutating func told() -> [String] {
        let origin = course.origin
        return course.consequences().alerts.compactMap { alert in
            alert.announcement.map { text in
                "\((alert.at - origin).components.seconds) "
                    + alert.audience.map(\.rawValue).joined(separator: "+") + ": \(text.english)"
            }
        }
    }
}

private let hour = 3600
private let day = 86_400

@Suite struct `A building's own alarm` {
    @Test(arguments: [
        Reading.flag(.smoke, true), .flag(.heat, true), .flag(.flame, true), .flag(.co, true), .flag(.gas, true),
        .flag(.waterLeak, true), .flag(.button, true), .flag(.vibration, true), .flag(.contact, true),
    ])
    func `sounds, and raises no incident`(_ reading: Reading) throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        bell.say([reading], at: 10)
        #expect(bell.alarm.isSounding)
        bell.say([.flag(reading.kind, false)], at: 25)
        #expect(bell.alarm.lastSounded == .init(at: Table.start + .seconds(10), until: Table.start + .seconds(25)))
        #expect(bell.course.engine.openIncidents.isEmpty && bell.course.decisions() == [])
    }

    @Test(arguments: [
        Reading.flag(.motion, true), .flag(.tilt, true), .flag(.test, true), .flag(.batteryLow, true),
        .flag(.contact, false), .number(.signal, 80),
    ])
    func `does not sound for what says nothing of it`(_ reading: Reading) throws {
        var bell = try BellCourse()
        bell.say([reading], at: 0)
        #expect(!bell.alarm.isSounding && bell.alarm.lastSounded == nil && bell.alarm.faults.isEmpty)
        #expect(bell.alarm.watchedSince == Table.start)
    }

    @Test func `sounds in a test of it, and until the last of its zones is quiet`() throws {
        var bell = try BellCourse()
        bell.say([.flag(.smoke, true), .flag(.button, true), .flag(.test, true)], at: 0)
        bell.say([.flag(.smoke, false)], at: 10)
        #expect(bell.alarm.isSounding)
        bell.say([.flag(.button, false)], at: 20)
        #expect(!bell.alarm.isSounding)
        let records = bell.course.consequences().records.compactMap { $0.details["bell"] }
        #expect(records == ["sounds", "quiet"])
    }

    @Test func `is not heard by what the broker kept`() throws {
        var bell = try BellCourse()
        let index = try #require(bell.course.devices.firstIndex { $0.id == "a-bell" })
        bell.course.engine.apply(
            Observation(
                device: bell.course.devices[index], index: index, readings: [.flag(.smoke, true)],
                receivedAt: Table.start, retained: true))
        #expect(!bell.alarm.isSounding && bell.alarm.watchedSince == nil)
    }

    @Test func `goes amber when it is not heard for longer than the test interval, until it is`() throws {
        var bell = try BellCourse()
        bell.sound(at: 0)
        bell.sound(false, at: 60)
        _ = bell.told()
        bell.wait(until: 31 * day + 59)
        #expect(!bell.alarm.isUntested)
        bell.wait(until: 31 * day + 60)
        #expect(bell.alarm.isUntested)
        let outcome = bell.course.consequences()
        #expect(outcome.records.map { $0.details["trouble"] } == ["building alarm untested"])
        #expect(
            outcome.alerts.map { $0.announcement } == [
                LogRecord.Text(
                    "The building's own fire alarm in Block A has not been heard sounding for 31 days: ring it.",
                    "A座的大廈警鐘已31天沒有響過，請試響。")
            ])
        #expect(outcome.alerts.map(\.audience) == [[.maintenance]])
        bell.wait(until: 60 * day)
        #expect(bell.told() == [])
        bell.sound(at: 60 * day)
        #expect(!bell.alarm.isUntested)
        #expect(
            bell.course.consequences().records.contains {
                $0.details["trouble"] == "building alarm untested" && $0.details["state"] == "put right"
            })
        var unwatched = try BellCourse()
        unwatched.wait(until: 400 * day)
        #expect(unwatched.told() == [] && !unwatched.alarm.isUntested)
    }

    @Test func `goes amber when nothing was ever heard of it five minutes after the hub began to hear`() throws {
        var bell = try BellCourse()
        func hears(from: Int, until: Int) {
            let start = bell.course.origin
            bell.course.engine.beginBacklog(from: start + .seconds(from), until: start + .seconds(until))
        }
        bell.course.engine.beginOutage()
        bell.wait(until: 1000)
        hears(from: 1000, until: 1000)
        bell.course.engine.beginOutage()
        bell.wait(until: 2000)
        hears(from: 2000, until: 2000)
        bell.wait(until: 2299)
        #expect(bell.alarm.isNeverHeard == nil)
        _ = bell.course.consequences()
        bell.wait(until: 2300)
        #expect(bell.alarm.isNeverHeard == true)
        let outcome = bell.course.consequences()
        #expect(
            outcome.records.map { $0.details["trouble"] } == Array(repeating: "building alarm never heard", count: 2))
        #expect(outcome.alerts.map(\.audience) == Array(repeating: [.guards, .maintenance], count: 2))
        #expect(
            outcome.alerts.first?.announcement
                == LogRecord.Text(
                    "The building's own fire alarm in Block A was never heard by SmokeHub: nobody would notice its silence. "
                        + "Look at its device, and ring it.",
                    "SmokeHub 從未收到A座的大廈警鐘的訊號，警鐘不響亦無人得知。請檢查裝置並試響。"))
        bell.wait(until: 40 * day)
        #expect(bell.told() == [])
        bell.beat(at: 40 * day)
        #expect(bell.alarm.isNeverHeard == nil)
        let records = bell.course.consequences().records
        #expect(
            records.map { "\($0.details["trouble"] ?? "") \($0.details["state"] ?? "")" }
                == ["building alarm never heard put right"])
    }
}

@Suite struct `A building's own alarm after a restart` {
    @Test func `is reminded of once, however long the hub was down`() throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        bell.fault(at: 0)
        try bell.restart(at: 10 * day, keeping: bell.course.consequences().blocks)
        bell.wait(until: 10 * day + 60)
        #expect(bell.told().map { String($0.prefix(28)) } == ["864000 guards+maintenance: T"])
    }

    @Test func `is said to be overdue, and not first to end soon`() throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        bell.register(until: 4 * hour, at: 0)
        try bell.restart(at: 10 * hour, keeping: bell.course.consequences().blocks)
        bell.wait(until: 10 * hour + 60)
        #expect(bell.told().map { $0.contains("NOT back") } == [true])
    }

    @Test func `troubles nobody any more when its device has left the registry`() throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        bell.fault(at: 0)
        let blocks = bell.course.consequences().blocks
        bell.course = try Course(BellCourse.rules, bells: false)
        try bell.restart(at: 60, keeping: blocks)
        bell.wait(until: 10 * day)
        let outcome = bell.course.consequences()
        #expect(outcome.alerts.isEmpty)
        #expect(
            outcome.records.map { "\($0.details["trouble"] ?? "") \($0.details["state"] ?? "")" }
                == ["building alarm isolated unregistered put right"])
    }
}

@Suite struct `An isolation that nobody registered` {
    @Test(arguments: [
        (Reading.flag(.fault, true), "fault"), (.flag(.tamper, true), "tamper"), (.flag(.power, true), "power lost"),
        (.availability(online: false), "offline"),
    ])
    func `is a trouble, and told at once to guards and maintenance`(_ reading: Reading, _ reason: String) throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        bell.say([reading], at: 10)
        let outcome = bell.course.consequences()
        let trouble = outcome.records.first { $0.details["trouble"] == "building alarm isolated unregistered" }
        #expect(trouble?.level == .trouble && trouble?.details["because"] == "a-bell: \(reason)")
        #expect(outcome.alerts.map(\.audience) == [[.guards, .maintenance]])
        #expect(
            outcome.alerts.first?.announcement?.english
                == "The building's own fire alarm in Block A is out of service (a-bell: \(reason)), and nobody has "
                + "registered that. Go and look; whoever works on it has to register it.")
    }

    @Test func `is one when its device falls silent, and over when that is heard again`() throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        _ = bell.told()
        let index = try #require(bell.course.devices.firstIndex { $0.id == "a-bell" })
        bell.course.engine.note(silent: true, devices: [index])
        #expect(bell.alarm.faults.map(\.reasons) == [["silent"]])
        #expect(bell.told().map { String($0.prefix(22)) } == ["0 guards+maintenance: "])
        bell.beat(at: 500)
        bell.course.engine.note(silent: false, devices: [index])
        #expect(bell.alarm.faults.isEmpty)
        #expect(
            bell.told() == [
                "500 guards+maintenance: The building's own fire alarm in Block A is back in service: its device "
                    + "reports normal again."
            ])
    }

    @Test func `is told again after an hour, then more and more rarely, until it is over`() throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        bell.fault(at: 0)
        bell.wait(until: 100 * hour)
        let hours = bell.told().map { Int($0.prefix { $0 != " " }).map { $0 / hour } }
        #expect(hours == [0, 1, 3, 7, 15, 31, 55, 79])
        bell.fault(false, at: 100 * hour)
        #expect(bell.told().count == 1)
        bell.wait(until: 200 * hour)
        #expect(bell.told() == [])
    }

    @Test func `that chatters is announced once an hour at the most`() throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        for second in stride(from: 10, to: 3000, by: 20) {
            bell.fault(at: second)
            bell.fault(false, at: second + 10)
        }
        // The first time that it is out, and that it is back.
        #expect(bell.told().count == 2)
        bell.fault(at: 3100)
        bell.wait(until: 3609)
        #expect(bell.told() == [])
        bell.wait(until: 3610)
        #expect(bell.told().count == 1)
    }

    @Test func `is over when somebody registers it, and begins when they say that it is back and it is not`() throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        bell.fault(at: 10)
        bell.register(until: hour, at: 20)
        let registered = bell.course.consequences().records.map {
            "\($0.details["trouble"] ?? "") \($0.details["state"] ?? "")"
        }
        #expect(
            registered == [
                "fault open", "building alarm isolated unregistered open",
                "building alarm isolated unregistered put right", "building alarm isolated open",
            ])
        bell.enable(at: 2 * hour - 60)
        _ = bell.course.consequences()
        #expect(bell.alarm.isolation == nil && bell.alarm.faults.count == 1)
        var other = try BellCourse()
        other.beat(at: 0)
        other.register(until: hour, at: 20)
        other.fault(at: 30)
        _ = other.told()
        other.enable(at: 600)
        #expect(other.told().map { $0.contains("nobody has registered") } == [false, true])
    }
}

@Suite struct `The shutdown register` {
    @Test func `tells guards, wardens, maintenance and the residents who, why, where and until when`() throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        #expect(bell.register(until: 4 * hour, at: 60, areas: ["lobby", "stair-1", "3"]) == .done)
        let outcome = bell.course.consequences()
        #expect(
            outcome.alerts.map(\.announcement) == [
                LogRecord.Text(
                    "The building's own fire alarm in Block A is off in parts (lobby, stair-1, floor 3) until 00:00 on 23 "
                        + "Nov: new panel (fitter-1). Your smoke alarms and this service stay on. If you see fire, call "
                        + "999.",
                    "A座的大廈警鐘部分範圍（大堂、樓梯1、3樓）停用至11月23日00:00：new panel（fitter-1）。"
                        + "住戶的煙霧警報器及本系統照常運作。如見火警，請致電 999。")
            ])
        #expect(outcome.alerts.map(\.audience) == [[.guards, .wardens, .maintenance, .block]])
        #expect(outcome.alerts.map(\.stage) == [nil])
        let record = try #require(outcome.records.last)
        #expect(record.details["trouble"] == "building alarm isolated" && record.details["areas"] == "lobby stair-1 3")
        #expect(record.details["by"] == "fitter-1" && record.details["why"] == "new panel")
        // By the estate's clocks, and for machines by UTC.
        #expect(
            record.text
                == LogRecord.Text(
                    "fitter-1 registers that the building's own fire alarm in Block A is off until 00:00 on 23 Nov",
                    "fitter-1 登記A座的大廈警鐘停用至11月23日00:00"))
        #expect(record.details["until"] == "2026-11-22T16:00:00.000Z")
    }

    @Test func `leaves the residents out where the estate wants that`() throws {
        var bell = try BellCourse { $0.tellsResidents = false }
        bell.register(until: hour, at: 0)
        bell.wait(until: 2 * hour)
        bell.enable(at: 2 * hour)
        #expect(bell.told().allSatisfy { !$0.contains("+block") })
    }

    @Test func `reminds before the end, says to everybody that it is not back, and to those responsible until it is`()
        throws
    {
        var bell = try BellCourse()
        bell.beat(at: 0)
        bell.register(until: 4 * hour, at: 0)
        _ = bell.told()
        bell.wait(until: 4 * hour - 901)
        #expect(bell.told() == [])
        bell.wait(until: 4 * hour - 1)
        #expect(
            bell.told() == [
                "13500 guards+wardens+maintenance: The building's own fire alarm in Block A is to be back at 00:00 on 23 "
                    + "Nov (fitter-1). Put it back in service, ring it, and enable it; or register a later end."
            ])
        bell.wait(until: 4 * hour)
        #expect(
            bell.told() == [
                "14400 guards+wardens+maintenance+block: The building's own fire alarm in Block A was to be back at 00:00 "
                    + "on 23 Nov and is NOT back (fitter-1). Your smoke alarms and this service stay on. If you see fire, "
                    + "call 999."
            ])
        #expect(bell.alarm.isolation?.isOverdue == true)
        bell.wait(until: 104 * hour)
        let later = bell.told()
        #expect(later.map { Int($0.prefix { $0 != " " }).map { $0 / hour - 4 } } == [1, 3, 7, 15, 31, 55, 79])
        #expect(later.allSatisfy { $0.contains(" guards+wardens+maintenance: ") })
        #expect(bell.enable(at: 104 * hour) == .done)
        #expect(
            bell.told() == [
                "374400 guards+wardens+maintenance+block: The building's own fire alarm in Block A is back in service, by "
                    + "fitter-1."
            ])
        bell.wait(until: 200 * hour)
        #expect(bell.told() == [])
    }

    @Test func `takes no reminder for what is shorter than that`() throws {
        var bell = try BellCourse()
        bell.register(until: 600, at: 0)
        bell.wait(until: 599)
        #expect(bell.told().count == 1)
        bell.register(until: 1200, at: 599)
        bell.wait(until: 1199)
        #expect(bell.told().count == 1)
    }

    @Test func `takes its being heard for its being back from the reminder on, and not before`() throws {
        var early = try BellCourse()
        early.beat(at: 0)
        early.register(until: hour, at: 0)
        early.sound(at: hour - 901)
        early.sound(false, at: hour - 900)
        early.wait(until: hour)
        #expect(early.alarm.isolation?.isOverdue == true)
        early.sound(at: hour + 5)
        #expect(early.alarm.isolation == nil)
        var tested = try BellCourse()
        tested.beat(at: 0)
        tested.register(until: hour, at: 0)
        tested.wait(until: hour - 890)
        _ = tested.told()
        tested.sound(at: hour - 889)
        tested.wait(until: 2 * hour)
        #expect(
            tested.told() == [
                "2711 guards+wardens+maintenance+block: The building's own fire alarm in Block A is back in service: it "
                    + "was heard sounding."
            ])
    }

    @Test func `goes by a device that was out of service meanwhile and is normal again`() throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        bell.register(until: hour, at: 0)
        bell.fault(at: 600)
        bell.fault(false, at: 1200)
        bell.wait(until: hour - 1)
        #expect(bell.alarm.isolation != nil && !bell.told().contains { $0.contains("registered that") })
        bell.wait(until: 2 * hour)
        #expect(bell.told().map { $0.hasSuffix("its device reports normal again.") } == [true])
        var late = try BellCourse()
        late.beat(at: 0)
        late.register(until: hour, at: 0)
        late.fault(at: 600)
        late.wait(until: hour)
        #expect(late.told().last?.contains("NOT back: a-bell: fault (fitter-1)") == true)
        late.fault(false, at: hour + 10)
        #expect(late.alarm.isolation == nil && late.alarm.reminder == nil)
    }

    @Test func `is prolonged by registering it again`() throws {
        var bell = try BellCourse()
        bell.beat(at: 0)
        bell.register(until: hour, at: 0)
        bell.wait(until: hour + 60)
        #expect(bell.register(until: 8 * hour, at: hour + 60, by: "fitter-2") == .done)
        let isolation = try #require(bell.alarm.isolation)
        #expect(isolation.since == Table.start && isolation.by == "fitter-2" && !isolation.isOverdue)
        _ = bell.told()
        bell.wait(until: 8 * hour - 901)
        #expect(bell.told() == [])
    }

    @Test func `knows the areas of its block`() throws {
        var bell = try BellCourse()
        #expect(
            bell.register(until: hour, at: 0, areas: ["lobby", "roof"])
                == .unknown(
                    "block a has no area or floor 'roof'; write one of lobby, corridor, stair-1, stair-2, 1, 2, 3, 4, 5, "
                        + "6, 7, 8"))
    }

    @Test func `needs no device`() throws {
        var bell = try BellCourse()
        bell.register(until: hour, at: 0)
        bell.wait(until: hour)
        #expect(bell.alarm.watchedSince == nil && bell.alarm.isolation?.isOverdue == true)
    }
}

@Suite struct `What leaves the estate with an incident` {
    @Test func `names nobody who registered the building's own alarm as off`() throws {
        var bell = try BellCourse()
        bell.register(until: hour, at: 0, by: "Chan Tai Man", why: "asked by Wong")
        let state = try #require(bell.course.engine.state(ofBlock: "a") { _ in "operator-1" })
        #expect(state.buildingAlarm?.isolation?.by == "operator-1" && state.buildingAlarm?.isolation?.why == "")
        #expect(state.buildingAlarm?.isolation?.until == Table.start + .seconds(hour))
    }
}
