import Registry
import Rules
import Testing

@testable import Simulation

/// What watches has to see, too.
@Suite struct `The watch` {
    private func simulation() throws -> Simulation {
        var random = SplitMix64(7)
        let shape = EstateShape(blocks: 1, floors: 2, flats: 2)
        let setting = try Sample.setting.get().with(EstateMaker.make([shape], random.fork()))
        return try Simulation(
            seed: 7, setting, faults: Faults(), disk: Disk(), start: SeedRun.start, traced: true, random: &random)
    }

    private func violation(_ body: () throws -> Void) -> Violation? {
        do {
            try body()
            return nil
        } catch { return error as? Violation }
    }

    @Test func `sees a suppression that does not end`() throws {
        let simulation = try simulation()
        let end = SeedRun.start + .seconds(60)
        simulation.watch.suppressions = { _ in [Suppression(name: "a silence", until: end)] }
        simulation.agenda.plan(.wake, at: end + .seconds(1))
        try simulation.restart()
        let found = violation { try simulation.play(until: end + .seconds(10)) }
        #expect(found?.invariant == .suppression)
        #expect(found?.description.contains("make simulate SEED=7") == true)
    }

    @Test func `follows a disablement from its announced beginning to its announced end`() throws {
        let simulation = try simulation()
        try simulation.restart()
        let detector = try #require(simulation.devices.indices.first { simulation.devices[$0].kind == .smoke })
        let scope = Disablement.Scope.device(simulation.devices[detector].device.id)
        let press = Event.Press(verb: .disable, rank: 0, length: .seconds(60), scope: scope)
        simulation.agenda.plan(.command(press), at: SeedRun.start + .seconds(30))
        simulation.agenda.plan(.hazard(device: detector, begins: true), at: SeedRun.start + .seconds(40))
        try simulation.play(until: SeedRun.start + .seconds(80))
        #expect(simulation.watch.belief.controls.isWithheld(detector))
        #expect(simulation.watch.belief.courses.isEmpty)
        try simulation.play(until: SeedRun.start + .seconds(120))
        let announced = simulation.watch.belief.controls.announced
        #expect(announced == ["disablement of \(scope) begins": 1, "disablement of \(scope) ends": 1])
        #expect(simulation.watch.belief.courses.count == 1)
    }

    @Test func `sees what is done though it is not to be had`() throws {
        let simulation = try simulation()
        try simulation.restart()
        let hub = try #require(simulation.hub)
        let block = Disablement.Scope.place(Place(block: "a"))
        let endless = OperatorCommand(.disable, by: "guard", scope: block)
        #expect(throws: Watch.Broken.self) {
            try simulation.watch.checkAnswer(.done, to: endless, hub, at: simulation.now)
        }
        try simulation.watch.checkAnswer(.refused("it has to end"), to: endless, hub, at: simulation.now)
    }

    @Test func `sees an acknowledgement that comes before the commit`() throws {
        let simulation = try simulation()
        try simulation.restart()
        let detector = try #require(simulation.devices.indices.first { simulation.devices[$0].kind == .smoke })
        simulation.agenda.plan(.hazard(device: detector, begins: true), at: SeedRun.start + .seconds(20))
        try simulation.play(until: SeedRun.start + .seconds(19))
        // A hub that has lost what it acknowledged, as one would that acknowledges first.
        try simulation.play(until: SeedRun.start + .seconds(30))
        simulation.crashNow()
        let empty = try VirtualHub(simulation.setting, disk: Disk(), batchMax: 1, at: simulation.now)
        #expect(throws: Watch.Broken.self) { try simulation.watch.restart(empty) }
    }
}
