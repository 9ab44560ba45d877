import Devices
import Registry
import Rules
import Testing

@Suite struct `After a restart` {
    private func restored(from table: Table, devices: [Device], at time: Instant) throws -> RuleEngine {
        let (before, consequences) = try table.played()
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
}
