import Devices
import Foundation
import Registry
import Testing

@testable import Rules

@Suite struct `A bell that stays silent in a fire` {
    /// Confirmed at second 20.
    private func burning(_ adjust: (inout BellCourse) -> Void = { _ in }) throws -> BellCourse {
        var bell = try BellCourse()
        bell.beat(at: 0)
        adjust(&bell)
        bell.course.raise("a-s1", at: 10)
        bell.course.raise("a-s3", at: 20)
        return bell
    }

    @Test func `is a contradiction, told at once to the guards and to whoever was told of the fire`() throws {
        var bell = try burning()
        _ = bell.course.consequences()
        bell.wait(until: 50)
        let outcome = bell.course.consequences()
        let record = try #require(outcome.records.first)
        #expect(record.level == .fire && record.event == .trouble && record.incident == "a-fire-1")
        #expect(record.details["trouble"] == "contradiction" && record.details["state"] == "open")
        #expect(
            record.text
                == LogRecord.Text(
                    "Fire is confirmed in Block A, 1A and 1 more (a-fire-1), and the building's own fire alarm in Block A "
                        + "has not sounded within 30 s",
                    "已證實A座1樓A室等2處火警（a-fire-1），但A座的大廈警鐘在30秒內沒有響起"))
        let alert = try #require(outcome.alerts.first)
        #expect(alert.audience == [.guards, .told] && alert.contradiction && alert.stage == .confirmed)
        #expect(alert.at == Table.start + .seconds(50) && alert.id == record.details["alert"])
        #expect(bell.alarm.contradicted == "a-fire-1")
    }

    @Test func `is named in every later alert, until it sounds or the fire clears`() throws {
        var bell = try burning()
        #expect(bell.course.consequences().alerts.map(\.contradiction) == [false, false])
        bell.wait(until: 60)
        _ = bell.course.consequences()
        bell.course.raise("b-s1", at: 61)
        #expect(bell.course.consequences().alerts.map(\.contradiction) == [false])
        silence(&bell, at: 62)
        #expect(bell.course.consequences().alerts.map(\.contradiction) == [true])
        bell.sound(at: 70)
        let records = bell.course.consequences().records
        #expect(
            records.contains {
                $0.details["trouble"] == "contradiction" && $0.details["state"] == "put right"
                    && $0.incident == "a-fire-1"
            })
        #expect(bell.alarm.contradicted == nil)
        silence(&bell, at: 80)
        #expect(bell.course.consequences().alerts.map(\.contradiction) == [false])

        var clearing = try burning()
        clearing.wait(until: 60)
        clearing.course.clear("a-s1", at: 70)
        clearing.course.clear("a-s3", at: 70)
        _ = clearing.course.consequences()
        clearing.wait(until: 400)
        #expect(clearing.course.consequences().alerts.map { "\($0.rule) \($0.contradiction)" } == ["clearing false"])
    }

    private func silence(_ bell: inout BellCourse, at second: Int) {
        let moment = Table.start + .seconds(second)
        bell.course.engine.apply(
            OperatorCommand(.silence, incident: "a-fire-1", by: "g", until: moment + .seconds(60)), at: moment)
        bell.course.engine.apply(OperatorCommand(.resound, incident: "a-fire-1", by: "g"), at: moment)
        // The first alert stops the sirens; that they sound again is the next.
        bell.course.engine.dropOneAlert()
    }

    @Test func `is named from the first message on while it is registered as off`() throws {
        var bell = try burning { $0.register(until: 3600, at: 5) }
        let alerts = bell.course.consequences().alerts.filter { $0.announcement == nil }
        #expect(alerts.map(\.rule) == ["first", "second"] && alerts.allSatisfy(\.contradiction))
        bell.sound(at: 30)
        bell.wait(until: 100)
        #expect(bell.course.decisions() == [])
    }

    @Test func `is none of carbon monoxide, nor of another block`() throws {
        var bell = try burning()
        bell.course.say("b-bell", [.flag(.smoke, true)], at: 29)
        bell.course.raise("b-s1", at: 30)
        bell.course.raise("b-s3", at: 31)
        bell.wait(until: 120)
        #expect(bell.course.decisions().filter { $0.hasPrefix("contradiction") } == ["contradiction 50"])
        let silent = Incident.Bell.silent(since: Table.start + .seconds(50))
        #expect(bell.course.engine.openIncidents.map(\.bell) == [silent, .heard])
    }

    @Test func `is one too if it is registered and was never heard, and then that is what is said`() throws {
        var bell = try BellCourse()
        bell.course.raise("a-s1", at: 10)
        bell.course.raise("a-s3", at: 20)
        _ = bell.course.consequences()
        bell.wait(until: 50)
        let outcome = bell.course.consequences()
        #expect(outcome.decisions.map(\.rule) == ["contradiction"])
        #expect(
            outcome.records.first?.text
                == LogRecord.Text(
                    "Fire is confirmed in Block A, 1A and 1 more (a-fire-1), and the building's own fire alarm in Block A "
                        + "was never heard by SmokeHub",
                    "已證實A座1樓A室等2處火警（a-fire-1），但SmokeHub 從未收到A座的大廈警鐘的訊號"))
        #expect(outcome.alerts.map(\.contradiction) == [true] && outcome.alerts.map(\.bellNeverHeard) == [true])
        #expect(bell.alarm.contradicted == "a-fire-1")
        bell.beat(at: 60)
        silence(&bell, at: 62)
        let later = bell.course.consequences().alerts
        #expect(later.map(\.contradiction) == [true] && later.map(\.bellNeverHeard) == [nil])
    }

    @Test func `is said to be off, and not never heard, where that is registered`() throws {
        var bell = try BellCourse()
        bell.register(until: 3600, at: 5)
        bell.course.raise("a-s1", at: 10)
        let alerts = bell.course.consequences().alerts.filter { $0.announcement == nil }
        #expect(alerts.map(\.contradiction) == [true] && alerts.map(\.bellNeverHeard) == [nil])
    }

    @Test func `is over when a second bell rings beside one that is stuck`() throws {
        var bell = try BellCourse()
        bell.course = try Course(BellCourse.rules, second: true, origin: Table.start)
        bell.sound(at: -4000)
        bell.course.raise("a-s1", at: 10)
        bell.course.raise("a-s3", at: 20)
        bell.wait(until: 55)
        #expect(bell.alarm.contradicted == "a-fire-1")
        bell.course.say("a-bell-2", [.flag(.contact, true)], at: 56)
        #expect(bell.alarm.contradicted == nil)
        #expect(bell.course.engine.openIncidents.map(\.bell) == [.heard])

        var before = try BellCourse()
        before.course = try Course(BellCourse.rules, second: true, origin: Table.start)
        before.sound(at: -4000)
        before.course.say("a-bell-2", [.flag(.contact, true)], at: 5)
        before.course.raise("a-s1", at: 10)
        before.course.raise("a-s3", at: 20)
        before.wait(until: 100)
        #expect(before.course.decisions() == ["first 10", "second 20"])
    }

    @Test func `has sounded for it if it began within the hour, and is stuck if before`() throws {
        for (began, isStuck) in [(-3580, false), (-3581, true)] {
            var bell = try BellCourse()
            bell.course = try Course(BellCourse.rules, origin: Table.start)
            bell.sound(at: began)
            bell.course.raise("a-s1", at: 10)
            bell.course.raise("a-s3", at: 20)
            bell.wait(until: 100)
            #expect(bell.course.decisions().contains("contradiction 50") == isStuck)
        }
    }

    @Test func `is not blamed while the hub hears nobody, nor for half a minute after`() throws {
        var bell = try burning()
        bell.course.engine.beginOutage()
        bell.wait(until: 200)
        #expect(!bell.course.decisions().contains { $0.hasPrefix("contradiction") })
        bell.course.engine.beginBacklog(from: Table.start + .seconds(25), until: Table.start + .seconds(200))
        bell.wait(until: 229)
        #expect(bell.course.decisions() == [])
        bell.wait(until: 230)
        #expect(bell.course.decisions() == ["contradiction 230"])
    }

    @Test func `is waited for after a restart as before it`() throws {
        for stop in [15, 20, 30, 49, 50, 55] {
            var steady = try burning { $0.register(until: 45, at: 1) }
            var died = try BellCourse()
            died.beat(at: 0)
            died.register(until: 45, at: 1)
            if stop >= 15 { died.course.raise("a-s1", at: 10) }
            if stop >= 20 { died.course.raise("a-s3", at: 20) }
            died.wait(until: stop)
            var before = died.course.consequences()
            try died.restart(at: stop, keeping: before.blocks)
            if stop < 20 { died.course.raise("a-s3", at: 20) }
            for second in [60, 80] {
                steady.wait(until: second)
                died.wait(until: second)
            }
            steady.sound(at: 81)
            died.sound(at: 81)
            let whole = steady.course.consequences()
            before.merge(died.course.consequences())
            #expect(before.decisions == whole.decisions, "stopped at \(stop)")
            #expect(before.alerts == whole.alerts, "stopped at \(stop)")
            #expect(before.records == whole.records, "stopped at \(stop)")
            #expect(died.alarm == steady.alarm)
        }
    }
}

extension BellCourse {
    /// A hub that died and was started again, with what was durable.
    mutating func restart(at second: Int, keeping blocks: [BlockState]) throws {
        let moment = Table.start + .seconds(second)
        let kept = try JSONDecoder().decode([BlockState].self, from: JSONEncoder().encode(blocks))
        let old = course.engine
        course.engine = RuleEngine(estate: old.estate, devices: course.devices, rules: old.rules, now: moment)
        course.engine.restore(
            time: moment, present: moment,
            devices: course.devices.indices.map { ($0, old.state(ofDevice: $0)) }, blocks: kept, exercises: [])
    }
}

extension RuleEngine {
    fileprivate mutating func dropOneAlert() { outcome.alerts.removeFirst() }
}
