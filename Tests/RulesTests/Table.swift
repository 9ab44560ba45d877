import Devices
import Foundation
import Registry
import Rules
import Testing

/// The sample estate's block shapes, with one detector wherever a table names one.
struct TableEstate {
    static let estate = Estate(
        id: "demo", name: LocalizedText([(.english, "Harbour View Garden"), (.traditionalChinese, "海景花園")]),
        blocks: ["a", "b", "c"].map { id in
            Block(
                id: id,
                name: LocalizedText([
                    (.english, "Block \(id.uppercased())"), (.traditionalChinese, "\(id.uppercased())座"),
                ]),
                floors: (1...31).map(String.init), flats: ["A", "B", "C", "D", "E", "F", "G", "H"],
                areas: ["lobby", "corridor", "stair-1", "stair-2"])
        }, adjacency: [["a", "b"], ["b", "c"]])

    static func sampleRules() throws -> RuleSet {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try RuleSet.load(root.appendingPathComponent("Config/rules.yaml").path)
    }
}

/// A scenario as a table, one line a moment: `time  kind  place  flags | rule:stage rule:stage`.
///
/// `kind` is a reading's kind, `-kind` its clear, `wait` for nothing but time, `deaf` and `outage` (`since=<time>`)
/// for the hub that hears nobody and hears again, or `ack`, `confirm`, `silence`, `resound`, `reset` (`force`),
/// `disable`, `enable`, `test-mode` and `end-test` (`scope=flat:a.12.C`, `until=<time>`, `by=`, `second=`) for an operator. A place is `block/floor/flat-or-area`, with `#2` for a second detector there. Flags: `retained`,
/// `at=<time>` for a device's stamp, `backlog`, `drill=<id>`, `test`. Behind the bar stands every decision, in order.
struct Table {
    struct Step {
        var line: Int
        var at: Instant
        var verb: String
        var place: Place
        var device: Device
        var flags: [String: String]
        var expected: [String]
    }

    static let start = Instant(rfc3339: "2026-11-22T12:00:00Z") ?? Instant(milliseconds: 0)
    var steps: [Step] = []
    var devices: [Device] = []

    init(_ text: String) throws {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let halves = line.split(separator: "|", omittingEmptySubsequences: false)
            let words = (halves.first ?? "").split(separator: " ").map(String.init)
            guard words.count >= 2 else { continue }
            try add(words, expected: halves.dropFirst().first?.split(separator: " ").map(String.init) ?? [], number + 1)
        }
    }

    private mutating func add(_ words: [String], expected: [String], _ line: Int) throws {
        let kindName = words[1].hasPrefix("-") ? String(words[1].dropFirst()) : words[1]
        let written = words.count > 2 && words[2].contains("/") ? words[2] : "a/12/C"
        let path = written.split(separator: "#")[0].split(separator: "/").map(String.init)
        let isFlat = path.count == 3 && path[2].count == 1
        let place = Place(
            block: path[0], floor: path.count == 3 ? path[1] : nil, flat: isFlat ? path[2] : nil,
            area: isFlat ? nil : path.last)
        let kind = Device.Kind(rawValue: kindName) ?? .smoke
        let id = written.replacingOccurrences(of: "/", with: "-") + "-" + kind.rawValue
        let device = Device(id: id, ecosystem: .native, address: id, place: place, kind: kind)
        if !devices.contains(device) { devices.append(device) }
        var flags: [String: String] = [:]
        for word in words.dropFirst(2) where !word.contains("/") {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            flags[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        steps.append(
            Step(
                line: line, at: try Self.moment(words[0]), verb: words[1], place: place, device: device, flags: flags,
                expected: expected))
    }

    /// `mm:ss` or `h:mm:ss` after the start; `-mm:ss` before it.
    static func moment(_ text: String) throws -> Instant {
        let negative = text.hasPrefix("-")
        let parts = try text.drop { $0 == "-" }.split(separator: ":").map { try #require(Int($0)) }
        let seconds = parts.reduce(0) { $0 * 60 + $1 }
        return start + .seconds(negative ? -seconds : seconds)
    }

    func engine() throws -> RuleEngine {
        RuleEngine(
            estate: TableEstate.estate, devices: devices, rules: try TableEstate.sampleRules(),
            now: Self.start - .seconds(7200))
    }

    /// Plays the steps and returns everything that came of them.
    @discardableResult
    func check(sourceLocation: SourceLocation = #_sourceLocation) throws -> Consequences {
        var engine = try engine()
        var whole = Consequences()
        for step in steps {
            play(step, on: &engine)
            let outcome = engine.takeConsequences()
            let decisions = outcome.decisions.map { "\($0.rule):\($0.stage.rawValue)" }
            #expect(
                decisions == step.expected, "line \(step.line): \(step.verb) \(step.place)",
                sourceLocation: sourceLocation)
            whole.decisions += outcome.decisions
            whole.alerts += outcome.alerts
            whole.records += outcome.records
            whole.closings += outcome.closings
        }
        return whole
    }

    private func command(_ step: Step, _ engine: RuleEngine) -> OperatorCommand? {
        let verbs: [String: OperatorCommand.Verb] = [
            "ack": .acknowledge, "confirm": .confirm, "reset": .reset, "silence": .silence, "resound": .resound,
            "disable": .disable, "enable": .enable, "test-mode": .test, "end-test": .endTest,
        ]
        guard let verb = verbs[step.verb] else { return nil }
        let until = step.flags["until"].flatMap { try? Self.moment($0) }
        let by = step.flags["by"] ?? "guard"
        if verb.isOfScope {
            let words = step.flags["scope"]?.split(separator: ":").map(String.init) ?? []
            let scope = words.count == 2 ? Disablement.Scope(words[0], words[1].replacing(".", with: "/")) : nil
            return OperatorCommand(verb, by: by, until: until, scope: scope, second: step.flags["second"])
        }
        return engine.openIncidents.first.map {
            OperatorCommand(verb, incident: $0.id, by: by, until: until, force: step.flags["force"] == nil ? nil : true)
        }
    }

    func play(_ step: Step, on engine: inout RuleEngine) { play(step, as: devices, on: &engine) }

    /// - Parameter devices: those of the engine, where they are another table's.
    func play(_ step: Step, as devices: [Device], on engine: inout RuleEngine) {
        let drill = step.flags["drill"]
        switch step.verb {
        case "wait": engine.advance(to: step.at)
        case "ack", "confirm", "reset", "silence", "resound", "disable", "enable", "test-mode", "end-test":
            if let command = command(step, engine) { engine.apply(command, at: step.at) }
        case "drill":
            engine.begin(
                Exercise(
                    id: drill ?? "d", scenario: "s", speed: Double(step.flags["speed"] ?? "1") ?? 1, origin: step.at,
                    until: step.at + .seconds(3600)), at: step.at)
        case "deaf": engine.beginOutage()
        case "outage":
            let since = step.flags["since"].flatMap { try? Self.moment($0) }
            engine.beginBacklog(from: since ?? step.at, until: step.at)
        default:
            let clear = step.verb.hasPrefix("-")
            let kind = Reading.Kind(rawValue: clear ? String(step.verb.dropFirst()) : step.verb) ?? .smoke
            var readings: [Reading] = [.flag(kind, !clear)]
            if step.flags["test"] != nil { readings.append(.flag(.test, true)) }
            engine.apply(
                Observation(
                    device: step.device, index: devices.firstIndex(of: step.device) ?? 0, readings: readings,
                    stamp: step.flags["at"].flatMap { try? Self.moment($0) },
                    sequence: step.flags["seq"].flatMap(UInt64.init), receivedAt: step.at,
                    retained: step.flags["retained"] != nil,
                    backlog: step.flags["backlog"] != nil, exercise: drill))
        }
    }
}
