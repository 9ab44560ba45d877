import Devices
import Registry

@testable import Rules

/// A few detectors, rules of their own, and what comes of it.
struct Course {
    var engine: RuleEngine
    let devices: [Device]

    /// - Parameters:
    ///   - rules: the list under `rules:`.
    ///   - bells: whether the blocks have an alarm of their own, and `second` whether they have two.
    ///   - origin: when second 0 is.
    init(
        _ rules: String, settings: String = "", adjacency: [[String]] = [], bells: Bool = true,
        second: Bool = false, origin: Instant = Table.start,
        policy: BuildingAlarmPolicy = BuildingAlarmPolicy()
    ) throws {
        var estate = TableEstate.estate
        estate.adjacency = adjacency
        estate.buildingAlarms = policy
        devices = ["a", "b"].flatMap { block in
            [
                Self.device("\(block)-s1", block, "1", "A", .smoke, room: "hall", model: "HS1SA"),
                Self.device("\(block)-s2", block, "1", "A", .smoke, room: "kitchen"),
                Self.device("\(block)-h1", block, "1", "A", .heat, room: "kitchen"),
                Self.device("\(block)-s3", block, "2", "B", .smoke),
            ] + (bells ? [Self.device("\(block)-bell", block, nil, nil, .buildingAlarm)] : [])
                + (second ? [Self.device("\(block)-bell-2", block, nil, nil, .buildingAlarm)] : [])
        }
        let text = "settings: {\(settings)}\nrules:\n" + rules
        engine = RuleEngine(
            estate: estate, devices: devices, rules: try RuleSet(ConfigFile(name: "rules.yaml", text: text)),
            now: origin)
        self.origin = origin
    }

    let origin: Instant

    private static func device(
        _ id: String, _ block: String, _ floor: String?, _ flat: String?, _ kind: Device.Kind, room: String? = nil,
        model: String? = nil
    ) -> Device {
        Device(
            id: id, ecosystem: .native, address: id, place: Place(block: block, floor: floor, flat: flat),
            room: room, kind: kind, model: model)
    }

    mutating func say(_ id: String, _ readings: [Reading], at second: Int) {
        guard let index = devices.firstIndex(where: { $0.id == id }) else { return }
        engine.apply(
            Observation(
                device: devices[index], index: index, readings: readings, receivedAt: origin + .seconds(second)))
    }

    mutating func raise(_ id: String, at second: Int) {
        say(id, [.flag(id.contains("-h") ? .heat : .smoke, true)], at: second)
    }

    mutating func clear(_ id: String, at second: Int) {
        say(id, [.flag(id.contains("-h") ? .heat : .smoke, false)], at: second)
    }

    mutating func answer(_ verb: OperatorCommand.Verb, at second: Int) {
        guard let incident = engine.openIncidents.first else { return }
        engine.apply(OperatorCommand(verb, incident: incident.id, by: "guard"), at: origin + .seconds(second))
    }

    mutating func wait(until second: Int) { engine.advance(to: origin + .seconds(second)) }

    mutating func consequences() -> Consequences { engine.takeConsequences() }

    /// `rule second` of each decision since the last call.
    mutating func decisions() -> [String] {
        engine.takeConsequences().decisions.map { "\($0.rule) \(($0.at - origin).wholeMilliseconds / 1000)" }
    }
}
