import Devices
import Registry
import Rules
import Testing

@Suite struct `The other hazards` {
    @Test func `carbon monoxide in one flat is told at once, in a second nearby it is confirmed`() throws {
        let outcome = try Table(
            """
            00:00  co  a/12/C | co-alarm:investigate
            05:00  co  a/13/C | co-in-two-flats:confirmed
            """
        ).check()
        #expect(outcome.alerts.first?.audience == [.flat, .neighbours, .guards, .wardens])
        #expect(outcome.decisions.allSatisfy { $0.hazard == .co })
    }

    @Test func `a new alarm while one clears is told, from wherever it comes`() throws {
        try Table(
            """
            00:00  co   a/12/C | co-alarm:investigate
            01:00  -co  a/12/C |
            06:00  wait        | co-clearing:clearing
            08:00  co   a/20/A | co-rekindled:investigate
            """
        ).check()
    }

    @Test func `a detector whose clear was lost is believed again where no rule speaks of stuck ones`() throws {
        try Table(
            """
            00:00    co   a/12/C | co-alarm:investigate
            2:00:00  wait        | co-clearing:clearing co-closed:closed
            2:00:10  co   a/12/C | co-alarm:investigate
            """
        ).check()
    }

    @Test func `each hazard has its own incident`() throws {
        try Table(
            """
            00:00  smoke       a/12/C | first-detector:investigate
            00:10  gas         a/12/D | gas-alarm:investigate
            00:20  water_leak  a/12/E | water-leak:investigate
            """
        ).check()
    }

    @Test func `a panic button calls for help and starts no fire`() throws {
        let device = Device(
            id: "p", ecosystem: .native, address: "p", place: Place(block: "a", floor: "3", flat: "B"), kind: .help)
        var engine = RuleEngine(estate: TableEstate.estate, devices: [device], rules: try TableEstate.sampleRules())
        engine.apply(
            Observation(device: device, index: 0, readings: [.flag(.button, true)], receivedAt: Table.start))
        #expect(engine.takeConsequences().decisions.map(\.rule) == ["help-call"])
    }

    @Test func `a heat detector that says smoke means heat, and a siren that says smoke means nothing`() throws {
        func decisions(_ kind: Device.Kind) throws -> [Decision] {
            let place = Place(block: "a", floor: "3", flat: "B")
            let smoke = Device(id: "s", ecosystem: .native, address: "s", place: place, kind: .smoke)
            let other = Device(id: "o", ecosystem: .native, address: "o", place: place, kind: kind)
            var engine = RuleEngine(
                estate: TableEstate.estate, devices: [smoke, other], rules: try TableEstate.sampleRules())
            for (index, device) in [smoke, other].enumerated() {
                engine.apply(
                    Observation(
                        device: device, index: index, readings: [.flag(.smoke, true)], receivedAt: Table.start))
            }
            return engine.takeConsequences().decisions
        }
        #expect(try decisions(.heat).last?.rule == "heat-beside-smoke")
        #expect(try decisions(.siren).map(\.rule) == ["first-detector"])
    }
}
