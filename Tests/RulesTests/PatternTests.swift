import Devices
import Registry
import Testing

@testable import Rules

@Suite struct `A pattern` {
    private static let fire = "hazard: fire, stage: investigate, tell: [guards]"

    @Test func `of a sequence holds in this order and within its time only`() throws {
        let rules =
            "  - {name: seq, \(Self.fire), when: {sequence: [{signal: [smoke]}, {signal: [heat]}], within: 60s}}"
        var right = try Course(rules)
        right.raise("a-s1", at: 0)
        right.raise("a-h1", at: 60)
        #expect(right.decisions() == ["seq 60"])
        var late = try Course(rules)
        late.raise("a-s1", at: 0)
        late.raise("a-h1", at: 61)
        #expect(late.decisions() == [])
        late.raise("a-s3", at: 62)
        #expect(late.decisions() == [])
        var reversed = try Course(rules)
        reversed.raise("a-h1", at: 0)
        reversed.raise("a-s1", at: 10)
        #expect(reversed.decisions() == [])
    }

    @Test func `of absence holds when its time is over and the other has not come`() throws {
        let rules =
            "  - {name: lone, \(Self.fire), when: {absent: {signal: [heat]}, after: {signal: [smoke]}, within: 60s}}"
        var alone = try Course(rules)
        alone.raise("a-s1", at: 0)
        alone.wait(until: 59)
        #expect(alone.decisions() == [])
        alone.wait(until: 60)
        #expect(alone.decisions() == ["lone 60"])
        var joined = try Course(rules)
        joined.raise("a-s1", at: 0)
        joined.raise("a-h1", at: 30)
        joined.wait(until: 300)
        #expect(joined.decisions() == [])
    }

    @Test func `of a signal that holds needs the alarm to last`() throws {
        let rules = "  - {name: held, \(Self.fire), when: {signal: [smoke], holding: 60s}}"
        var lasting = try Course(rules)
        lasting.raise("a-s1", at: 0)
        lasting.wait(until: 100)
        #expect(lasting.decisions() == ["held 60"])
        var brief = try Course(rules)
        brief.raise("a-s1", at: 0)
        brief.clear("a-s1", at: 59)
        brief.wait(until: 100)
        #expect(brief.decisions() == [])
    }

    @Test func `of all comes with the last of its events`() throws {
        let rules = "  - {name: both, \(Self.fire), when: {all: [{signal: [smoke]}, {signal: [heat]}]}}"
        var course = try Course(rules)
        course.raise("a-h1", at: 0)
        #expect(course.decisions() == [])
        course.raise("a-s1", at: 500)
        #expect(course.decisions() == ["both 500"])
    }

    @Test func `of any comes with the first, and of not forbids`() throws {
        var any = try Course("  - {name: any, \(Self.fire), when: {any: [{signal: [heat]}, {signal: [smoke]}]}}")
        any.raise("a-s1", at: 5)
        #expect(any.decisions() == ["any 5"])
        let rules =
            "  - {name: cold, \(Self.fire), when: {all: [{signal: [smoke], holding: 30s}, {not: {signal: [heat]}}]}}"
        var cold = try Course(rules)
        cold.raise("a-s1", at: 0)
        cold.wait(until: 30)
        #expect(cold.decisions() == ["cold 30"])
        var hot = try Course(rules)
        hot.raise("a-h1", at: 0)
        hot.raise("a-s1", at: 0)
        hot.wait(until: 100)
        #expect(hot.decisions() == [])
    }

    @Test(arguments: [("2026-11-22T09:29:59Z", false), ("2026-11-22T09:30:00Z", true), ("2026-11-22T12:30:00Z", false)])
    func `at a time of the day goes by the estate's clocks`(_ moment: String, _ holds: Bool) throws {
        let origin = try #require(Instant(rfc3339: moment))
        var course = try Course(
            "  - {name: dinner, \(Self.fire), when: {all: [{signal: [smoke]}, {time: \"17:30-20:30\"}]}}",
            settings: "utc-offset: \"+08:00\"", origin: origin)
        course.raise("a-s1", at: 0)
        #expect(course.decisions() == (holds ? ["dinner 0"] : []))
    }

    @Test(arguments: [(22, true), (23, true), (3, true), (6, false), (12, false)])
    func `of a night passes midnight`(_ hour: Int, _ holds: Bool) {
        let span = DayTime(from: 22 * 60, to: 6 * 60)
        #expect(span.contains(Instant(milliseconds: Int64(hour) * 3_600_000), utcOffset: .zero) == holds)
    }

    @Test func `of a room or model looks at the registry`() throws {
        var room = try Course("  - {name: kitchen, \(Self.fire), when: {signal: [smoke], room: [kitchen]}}")
        room.raise("a-s1", at: 0)
        #expect(room.decisions() == [])
        room.raise("a-s2", at: 1)
        #expect(room.decisions() == ["kitchen 1"])
        var model = try Course("  - {name: model, \(Self.fire), when: {signal: [smoke], model: [HS1SA]}}")
        model.raise("a-s2", at: 0)
        model.raise("a-s1", at: 1)
        #expect(model.decisions() == ["model 1"])
    }

    @Test func `of a building alarm out of service confirms sooner`() throws {
        let rules = """
              - {name: first, \(Self.fire), when: {signal: [smoke]}}
              - {name: sooner, hazard: fire, stage: confirmed, tell: [block],
                 when: {all: [{count: 2, of: devices, signal: [smoke]}, {building-alarm: isolated}]}}
            """
        var isolated = try Course(rules)
        isolated.say("a-bell", [.flag(.fault, true)], at: 0)
        isolated.raise("a-s1", at: 1)
        isolated.raise("a-s2", at: 2)
        #expect(isolated.decisions() == ["first 1", "sooner 2"])
        var whole = try Course(rules)
        whole.say("a-bell", [.flag(.fault, false)], at: 0)
        whole.raise("a-s1", at: 1)
        whole.raise("a-s2", at: 2)
        #expect(whole.decisions() == ["first 1"])
    }

    @Test func `of a block next to one that burns needs one detector only`() throws {
        let rules = """
              - {name: first, \(Self.fire), when: {signal: [smoke]}}
              - {name: person, hazard: fire, stage: confirmed, tell: [block], when: {answer: confirmed}}
              - {name: next-door, hazard: fire, stage: confirmed, tell: [block],
                 when: {all: [{signal: [smoke]}, {adjacent: confirmed}]}}
            """
        var course = try Course(rules, adjacency: [["a", "b"]])
        course.raise("b-s1", at: 0)
        course.raise("a-s1", at: 1)
        #expect(course.decisions() == ["first 0", "first 1"])
        course.answer(.confirm, at: 10)
        #expect(course.decisions() == ["person 10", "next-door 10"])
        var apart = try Course(rules, adjacency: [])
        apart.raise("b-s1", at: 0)
        apart.raise("a-s1", at: 1)
        apart.answer(.confirm, at: 10)
        #expect(apart.decisions() == ["first 0", "first 1", "person 10"])
    }

    @Test func `of a nuisance asks more of the detector that cries, and nothing of its neighbours`() throws {
        let cries = "{nuisance: 2, within: 30d}"
        let rules = """
              - {name: first, \(Self.fire), when: {all: [{signal: [smoke]}, {not: \(cries)}]}}
              - {name: held, \(Self.fire), when: {all: [{signal: [smoke], holding: 60s}, \(cries)]}}
              - {name: down, hazard: fire, stage: clearing, when: {cleared: 1m}}
              - {name: over, hazard: fire, from: clearing, stage: closed, when: {lasting: 1m}}
              - {name: again, hazard: fire, from: clearing, stage: before, when: {signal: [smoke]}}
            """
        var course = try Course(rules)
        for round in 0..<2 {
            course.raise("a-s1", at: round * 1000)
            course.clear("a-s1", at: round * 1000 + 10)
            course.wait(until: round * 1000 + 500)
            #expect(course.decisions().first == "first \(round * 1000)")
        }
        course.raise("a-s1", at: 5000)
        course.wait(until: 5059)
        #expect(course.decisions() == [])
        course.wait(until: 5060)
        #expect(course.decisions() == ["held 5060"])
        course.raise("b-s1", at: 5070)
        #expect(course.decisions() == ["first 5070"])
    }

    @Test func `of an investigation runs from the answer while something still alarms`() throws {
        let rules = """
              - {name: first, \(Self.fire), when: {signal: [smoke]}}
              - {name: up, hazard: fire, stage: confirmed, tell: [block], when: {investigated: 180s}}
            """
        var course = try Course(rules)
        course.raise("a-s1", at: 0)
        course.answer(.acknowledge, at: 10)
        course.wait(until: 189)
        #expect(course.decisions() == ["first 0"])
        course.wait(until: 190)
        #expect(course.decisions() == ["up 190"])
    }

    @Test(arguments: [
        ("when: {time: \"17:30-20:30\"}", "a condition alone is no event (time)"),
        ("when: {all: [{time: \"17:30\"}]}", "is no span of the day"),
        ("when: {sequence: [{signal: [smoke]}], within: 60s}", "two steps or more"),
        ("when: {any: [{signal: [smoke]}, {time: \"1:00-2:00\"}]}", "events and conditions"),
        ("when: {all: [{signal: [smoke]}, {stuck: true}]}", "stands alone"),
        ("when: {all: [{signal: [smoke]}, {building-alarm: off}]}", "write one of isolated, in-service"),
        ("when: {all: [{signal: [smoke]}, {nuisance: 9, within: 30d}]}", "9 is out of range"),
    ])
    func `wrongly written is named with its mend`(_ when: String, _ said: String) {
        let text = "rules:\n  - {name: x, \(Self.fire), \(when)}\n"
        let mistakes = #expect(throws: ConfigErrors.self) { try RuleSet(ConfigFile(name: "rules.yaml", text: text)) }
        #expect(mistakes?.description.contains(said) == true, "\(mistakes?.description ?? "")")
    }

    @Test(arguments: [
        ("from: confirmed, when: {signal: [smoke]}", "it can never fire: no stage in 'from' stands below"),
        ("when: {count: 2, of: flats, signal: [smoke], within: 2h}", "its window is longer than an incident is kept"),
        ("step: 2, when: {signal: [smoke]}", "it holds whenever 'first' in line 3 does, and leads elsewhere"),
        ("when: {all: [{signal: [smoke]}, {adjacent: confirmed}]}", "no block is next to another"),
    ])
    func `that can never decide anything is found at load`(_ rule: String, _ said: String) throws {
        let text = """
            settings: {}
            rules:
              - {name: first, \(Self.fire), when: {signal: [smoke]}}
              - {name: x, \(Self.fire), \(rule)}
              - {name: down, hazard: fire, stage: clearing, when: {cleared: 5m}}
              - {name: over, hazard: fire, from: clearing, stage: closed, when: {lasting: 30m}}
              - {name: again, hazard: fire, from: clearing, stage: before, when: {signal: [smoke]}}
            """
        let rules = try RuleSet(ConfigFile(name: "rules.yaml", text: text))
        var estate = TableEstate.estate
        estate.adjacency = []
        let mistakes = rules.mistakes(in: estate, file: "rules.yaml").map { "\($0)" }
        #expect(mistakes.count == 1 && mistakes[0].contains(said), "\(mistakes)")
    }
}
