import Devices
import Foundation
import Registry
import Rules
import Testing

/// Random nights with operators at the controls. A failing one is repeated by its seed.
@Suite struct `Whatever operators do` {
    private struct Random {
        var state: UInt64

        mutating func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }

        mutating func pick<Element>(_ elements: [Element]) -> Element { elements[next(elements.count)] }
    }

    /// What a hub's database holds: what the engine said had to be durable, and nothing else.
    private struct Stored {
        let rules: RuleSet
        var devices: [Int: DeviceState] = [:]
        var blocks: [String: BlockState] = [:]

        mutating func keep(_ outcome: Consequences, of engine: RuleEngine) {
            for index in outcome.devices { devices[index] = engine.state(ofDevice: index) }
            for block in outcome.blocks { blocks[block.block] = block }
        }

        func engine(_ devices: [Device], at moment: Instant) throws -> RuleEngine {
            var engine = RuleEngine(
                estate: TableEstate.estate, devices: devices, rules: rules, now: moment)
            let blocks = try JSONDecoder().decode(
                [BlockState].self, from: JSONEncoder().encode(self.blocks.values.sorted { $0.block < $1.block }))
            engine.restore(
                time: moment, present: moment,
                devices: self.devices.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, blocks: blocks,
                exercises: [])
            // As a hub that starts does: it is deaf until it is connected.
            engine.beginOutage()
            engine.beginBacklog(from: moment, until: moment)
            return engine
        }
    }

    private static let devices: [Device] =
        ["a/12/C", "a/12/D", "a/20/A", "b/3/A"].flatMap { path in
            let parts = path.split(separator: "/").map(String.init)
            let place = Place(block: parts[0], floor: parts[1], flat: parts[2])
            return [Device.Kind.smoke, .heat, .co].map { kind in
                let id = parts.joined(separator: "-") + "-\(kind.rawValue)"
                return Device(id: id, ecosystem: .native, address: id, place: place, kind: kind)
            }
        } + [
            Device(
                id: "a-12-corridor-button", ecosystem: .native, address: "call",
                place: Place(block: "a", floor: "12", area: "corridor"), kind: .button)
        ]

    private static let scopes = [
        ("device", "a-12-C-smoke"), ("device", "a-12-corridor-button"), ("flat", "a/12/C"), ("flat", "a/20/A"),
        ("floor", "a/12"), ("block", "a"), ("block", "b"), ("rule", "unanswered"), ("rule", "co-alarm"),
        ("rule", "near-flats"), ("rule", "flat-holds"), ("rule", "clearing"), ("rule", "estate-wide"),
    ].compactMap { Disablement.Scope($0.0, $0.1) }

    private enum Step {
        case says(Int, Bool)
        case asks(OperatorCommand)
        /// The hub hears nobody until then, and acts upon what was due meanwhile when it hears again.
        case outage(from: Instant)
        case nothing

        func play(on engine: inout RuleEngine, at moment: Instant) {
            switch self {
            case .says(let index, let alarm):
                let device = devices[index]
                let kind = Reading.Kind(rawValue: device.kind.rawValue) ?? .smoke
                engine.apply(
                    Observation(device: device, index: index, readings: [.flag(kind, alarm)], receivedAt: moment))
            case .outage(let start):
                engine.advance(to: start)
                engine.beginOutage()
                engine.beginBacklog(from: start, until: moment)
                engine.advance(to: moment)
            case .asks(let command): engine.apply(command, at: moment)
            case .nothing: engine.advance(to: moment)
            }
        }
    }

    private func step(_ random: inout Random, _ engine: RuleEngine, at moment: Instant) -> Step {
        let until = moment + .seconds(Int64(random.next(2400) + 1))
        switch random.next(20) {
        case 0..<8: return .says(random.next(Self.devices.count), true)
        case 8..<11: return .says(random.next(Self.devices.count), false)
        case 11..<14:
            return .asks(OperatorCommand(.disable, by: "warden", until: until, scope: random.pick(Self.scopes)))
        case 14: return .asks(OperatorCommand(.enable, by: "warden", scope: random.pick(Self.scopes)))
        case 15: return .asks(OperatorCommand(.test, by: "fitter", until: until, scope: random.pick(Self.scopes)))
        case 16..<19 where !engine.openIncidents.isEmpty:
            let verb = random.pick([OperatorCommand.Verb.silence, .resound, .acknowledge, .confirm, .reset])
            return .asks(
                OperatorCommand(
                    verb, incident: random.pick(engine.openIncidents).id, by: "guard", until: until,
                    force: random.next(2) == 0 ? true : nil))
        case 19: return .outage(from: max(engine.now, moment - .seconds(Int64(random.next(900)))))
        default: return .nothing
        }
    }

    /// Every detector that says alarm is in an incident, or kept back with a line, or was not heard for the clear
    /// timeout, or has not been clear since its incident closed.
    private func forgotten(_ engine: RuleEngine, heard: [Int: Instant], at moment: Instant) -> [Device.ID] {
        let members = Set(engine.openIncidents.flatMap(\.members).filter { $0.clearedAt == nil }.map(\.device))
        let keptBack = Set(engine.disablements.flatMap(\.withheld).map(\.device))
        return Self.devices.indices.filter { index in
            let state = engine.state(ofDevice: index)
            let id = Self.devices[index].id
            guard !state.alarming.isEmpty, state.unproven.isEmpty, !members.contains(id), !keptBack.contains(id),
                let heardAt = heard[index]
            else { return false }
            return heardAt + .seconds(15 * 60) > moment
        }.map { Self.devices[$0].id }
    }

    @Test(arguments: 1...24) func `no alarm is lost, nothing outlives its time, and a restart changes nothing`(
        _ seed: Int
    )
        throws
    {
        var random = Random(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
        var moment = Table.start
        var stored = Stored(rules: try TableEstate.sampleRules())
        var unbroken = try stored.engine(Self.devices, at: moment)
        var restarted = unbroken
        var heard: [Int: Instant] = [:]
        for number in 0..<250 {
            moment = moment + .seconds(Int64(random.next(4) == 0 ? random.next(1500) : random.next(60)))
            let step = step(&random, unbroken, at: moment)
            if case .says(let index, true) = step { heard[index] = moment }
            step.play(on: &unbroken, at: moment)
            step.play(on: &restarted, at: moment)
            let expected = unbroken.takeConsequences()
            let outcome = restarted.takeConsequences()
            try #require(outcome.decisions == expected.decisions, "step \(number): \(step)")
            try #require(outcome.alerts == expected.alerts, "step \(number): \(step)")
            try #require(outcome.records == expected.records, "step \(number): \(step)")
            try #require(outcome.closings == expected.closings, "step \(number): \(step)")
            try #require(forgotten(unbroken, heard: heard, at: moment) == [], "step \(number): \(step)")
            try #require(unbroken.disablements.allSatisfy { $0.until > moment }, "step \(number)")
            try #require(unbroken.openIncidents.allSatisfy { $0.silence.map { $0.until > moment } ?? true })
            try #require(
                unbroken.nextDeadline.map { $0 > moment } ?? true, "step \(number): a deadline that never ends")
            stored.keep(outcome, of: restarted)
            if random.next(5) == 0 { restarted = try stored.engine(Self.devices, at: moment) }
        }
    }
}
