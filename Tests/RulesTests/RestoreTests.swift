import Devices
import Foundation
import Registry
import Rules
import Testing

@Suite struct `After a restart` {
    private func restored(from table: Table, devices: [Device], at time: Instant) throws -> RuleEngine {
        var before = try table.engine()
        for step in table.steps { table.play(step, on: &before) }
        let blocks = try JSONDecoder().decode(
            [BlockState].self, from: JSONEncoder().encode(before.takeConsequences().blocks))
        var after = RuleEngine(
            estate: TableEstate.estate, devices: devices, rules: try TableEstate.sampleRules(), now: time)
        after.restore(
            time: time, present: time,
            devices: devices.enumerated().compactMap { index, device in
                table.devices.firstIndex(of: device).map { (index, before.state(ofDevice: $0)) }
            }, blocks: blocks, exercises: [])
        return after
    }

    @Test func `a second alarm within the window confirms`() throws {
        let table = try Table("00:00  smoke  a/12/C |\n00:01  -smoke  a/12/D |")
        var engine = try restored(from: table, devices: table.devices, at: Table.start + .seconds(10))
        engine.apply(
            Observation(
                device: table.devices[1], index: 1, readings: [.flag(.smoke, true)],
                receivedAt: Table.start + .seconds(30)))
        #expect(engine.takeConsequences().decisions.map(\.rule) == ["near-flats"])
    }

    @Test func `an incident of devices that were taken out of the registry closes all the same`() throws {
        let table = try Table("00:00  smoke  a/12/C |\n00:01  smoke  a/12/D |")
        var engine = try restored(from: table, devices: [table.devices[1]], at: Table.start + .seconds(10))
        let incident = try #require(engine.openIncidents.first)
        engine.apply(
            OperatorCommand(.reset, incident: incident.id, by: "guard", force: true), at: Table.start + .seconds(20))
        let consequences = engine.takeConsequences()
        #expect(consequences.decisions.map(\.rule) == ["reset"])
        #expect(consequences.devices.allSatisfy { $0 == 0 })
    }

    @Test func `a disablement ends when it was to end, with what still burns`() throws {
        let table = try Table(
            """
            00:00  disable flat a/12/C until=10:00 |
            05:00  smoke    a/12/C                        |
            09:59  wait                                   |
            """)
        // At the moment just before its end, and long after it.
        for stop in [599, 301] as [Int64] {
            var engine = try restored(from: table, devices: table.devices, at: Table.start + .seconds(stop))
            #expect(engine.disablements.map(\.withheld.count) == [1])
            engine.advance(to: Table.start + .seconds(599))
            #expect(engine.takeConsequences().decisions == [])
            engine.advance(to: Table.start + .seconds(900))
            let outcome = engine.takeConsequences()
            #expect(outcome.decisions.map(\.rule) == ["first-detector", "unanswered"])
            #expect(outcome.decisions.first?.at == Table.start + .seconds(600))
            let end = try #require(outcome.records.first { $0.details["state"] == "put right" })
            #expect(end.at == Table.start + .seconds(600) && end.details["still"] == "a-12-C-smoke")
            #expect(engine.disablements == [])
        }
    }

    @Test func `a disablement that ended while the hub was down is announced, and keeps nothing back`() throws {
        let table = try Table(
            """
            00:00  disable flat a/12/C until=10:00 |
            05:00  smoke    a/12/C                        |
            """)
        var engine = try restored(from: table, devices: table.devices, at: Table.start + .seconds(330))
        // The hub hears again after an hour. Its devices could not be heard either, so the alarm still counts.
        engine.beginOutage()
        engine.beginBacklog(from: Table.start + .seconds(330), until: Table.start + .seconds(3600))
        engine.advance(to: Table.start + .seconds(3600))
        let outcome = engine.takeConsequences()
        #expect(outcome.decisions.map(\.rule).first == "first-detector")
        #expect(outcome.records.first { $0.details["state"] == "put right" }?.at == Table.start + .seconds(600))
    }

    @Test func `an alarm that was kept back before is broken out by a second zone`() throws {
        let table = try Table(
            """
            00:00  disable flat a/12/C until=10:00 |
            05:00  smoke    a/12/C                        |
            05:01  -smoke   a/12/D                        |
            """)
        var engine = try restored(from: table, devices: table.devices, at: Table.start + .seconds(310))
        let later = try Table("05:20  smoke  a/12/D |")
        later.play(later.steps[0], as: table.devices, on: &engine)
        #expect(engine.takeConsequences().decisions.map(\.rule) == ["first-detector", "near-flats"])
    }

    @Test func `a silence ends when it was to end, and an acknowledgement stands`() throws {
        let table = try Table(
            """
            00:00  smoke    a/12/C      |
            00:10  ack                  |
            00:20  silence  until=05:00 |
            """)
        var engine = try restored(from: table, devices: table.devices, at: Table.start + .seconds(299))
        #expect(engine.openIncidents.first?.acknowledgement?.by == "guard-1")
        #expect(engine.openIncidents.first?.silence?.until == Table.start + .seconds(300))
        engine.advance(to: Table.start + .seconds(400))
        let outcome = engine.takeConsequences()
        #expect(outcome.alerts.map(\.sounders) == [.resume])
        #expect(outcome.alerts.first?.at == Table.start + .seconds(300))
    }

    @Test func `what a hub wrote that knew of no disablements can be read`() throws {
        let text = #"{"block":"a","incidents":[],"lastNumber":7}"#
        let state = try JSONDecoder().decode(BlockState.self, from: Data(text.utf8))
        #expect(state.disablements == [])
    }

    @Test
    func `two drills end in the same order in a replay, which knows when they began, as in the hub, which does not`()
        throws
    {
        let table = try Table("00:00  drill  z |\n00:01  drill  b |")
        var replayed = try table.engine()
        for step in table.steps { table.play(step, on: &replayed) }
        let before = replayed.takeConsequences()
        var restarted = try table.engine()
        restarted.restore(
            time: Table.start, present: Table.start, devices: [], blocks: before.blocks,
            exercises: before.exercises.sorted { $0.id < $1.id })
        replayed.endInterruptedExercises()
        restarted.endInterruptedExercises()
        #expect(replayed.takeConsequences().endedExercises == restarted.takeConsequences().endedExercises)
    }
}
