import Devices
import Registry
import Rules
import Testing

@Suite struct `After a restart` {
    private func restored(from table: Table, devices: [Device], at time: Instant) throws -> RuleEngine {
        var before = try table.engine()
        for step in table.steps { table.play(step, on: &before) }
        let consequences = before.takeConsequences()
        var after = RuleEngine(
            estate: TableEstate.estate, devices: devices, rules: try TableEstate.sampleRules(), now: time)
        after.restore(
            time: time, present: time,
            devices: devices.enumerated().compactMap { index, device in
                table.devices.firstIndex(of: device).map { (index, before.state(ofDevice: $0)) }
            }, blocks: consequences.blocks, exercises: [])
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
        engine.apply(OperatorCommand(.reset, incident: incident.id, by: "guard"), at: Table.start + .seconds(20))
        let consequences = engine.takeConsequences()
        #expect(consequences.decisions.map(\.rule) == ["reset"])
        #expect(consequences.devices.allSatisfy { $0 == 0 })
    }

    @Test
    func `two drills end in the same order in a replay, which knows when they began, as in the hub, which does not`()
        throws
    {
        let table = try Table("00:00  drill  drill=z |\n00:01  drill  drill=b |")
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
