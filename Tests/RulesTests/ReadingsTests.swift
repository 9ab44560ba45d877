import Devices
import Registry
import Testing

@testable import Rules

@Suite struct `A measurement` {
    /// One device that measures, and its engine.
    private struct Bench {
        var engine: RuleEngine
        static let device = Device(
            id: "t", ecosystem: .native, address: "t", place: Place(block: "a", floor: "1", flat: "A"), kind: .sensor)
        static let start = Table.start
        static let rules = """
            readings:
              - {name: hot, reading: temperature, signal: heat, above: 57, clears-below: 50, for: 10s}
              - {name: rising, reading: temperature, signal: heat, rises: 8.3, within: 60s}
              - {name: thermometer, reading: temperature, missing: 30m}
              - name: co-dose
                reading: co_ppm
                signal: co
                curve: [{above: 30, for: 120m}, {above: 50, for: 60m}, {above: 100, for: 10m}, {above: 300, for: 3m}]
                clears-below: 20
            rules:
              - {name: heat, hazard: fire, when: {signal: [heat]}, stage: investigate, tell: [guards]}
              - {name: down, hazard: fire, when: {cleared: 5m}, stage: clearing}
              - {name: co, hazard: co, when: {signal: [co]}, stage: investigate, tell: [guards]}
            """

        init() throws {
            let rules = try RuleSet(ConfigFile(name: "rules.yaml", text: Self.rules))
            engine = RuleEngine(
                estate: TableEstate.estate, devices: [Self.device], rules: rules, now: Self.start)
        }

        mutating func say(_ readings: Reading..., at seconds: Int) {
            engine.apply(
                Observation(
                    device: Self.device, index: 0, readings: readings, receivedAt: Self.start + .seconds(seconds)))
        }

        mutating func measure(_ value: Double, _ kind: Reading.Kind = .temperature, at seconds: Int) {
            say(.number(kind, value), at: seconds)
        }

        mutating func wait(until seconds: Int) { engine.advance(to: Self.start + .seconds(seconds)) }

        /// `rule seconds` for each decision since the last call.
        mutating func decisions() -> [String] {
            engine.takeConsequences().decisions.map {
                "\($0.rule) \(($0.at - Self.start).wholeMilliseconds / 1000)"
            }
        }

        var alarms: Bool { engine.state(ofDevice: 0).alarming.contains(.heat) }
    }

    @Test func `above its threshold for its time alarms, by time alone, and clears only well below`() throws {
        var bench = try Bench()
        bench.measure(56.9, at: 0)
        bench.wait(until: 60)
        #expect(bench.decisions() == [])
        bench.measure(57, at: 100)
        bench.wait(until: 109)
        #expect(bench.decisions() == [])
        bench.wait(until: 200)
        #expect(bench.decisions() == ["heat 110"])
        bench.measure(51, at: 210)
        #expect(bench.alarms)
        bench.measure(49.9, at: 220)
        #expect(!bench.alarms)
        bench.wait(until: 519)
        #expect(bench.decisions() == [])
        bench.wait(until: 520)
        #expect(bench.decisions() == ["down 520"])
    }

    @Test func `that dips before its time is up begins anew`() throws {
        var bench = try Bench()
        bench.measure(58, at: 0)
        bench.measure(55, at: 9)
        bench.measure(58, at: 12)
        bench.wait(until: 21)
        #expect(bench.decisions() == [])
        bench.wait(until: 22)
        #expect(bench.decisions() == ["heat 22"])
    }

    @Test func `that rises fast alarms while it is still low`() throws {
        var bench = try Bench()
        for (second, value) in [(0, 20.0), (15, 22.1), (30, 24.2), (45, 26.3), (60, 28.4)] {
            bench.measure(value, at: second)
        }
        #expect(bench.decisions() == ["heat 45"])
        for second in stride(from: 75, through: 150, by: 15) { bench.measure(28.4, at: second) }
        #expect(!bench.alarms)
    }

    @Test func `that rises slowly, jumps once or has a gap is no fire`() throws {
        var slow = try Bench()
        for second in stride(from: 0, through: 600, by: 15) { slow.measure(20 + Double(second) * 8.2 / 60, at: second) }
        // The threshold finds it in the end.
        #expect(slow.decisions() == ["heat 295"])
        var spike = try Bench()
        for second in stride(from: 0, through: 300, by: 15) { spike.measure(second == 150 ? 45 : 20, at: second) }
        #expect(spike.decisions() == [])
        var gap = try Bench()
        for second in [0, 15, 30] { gap.measure(18, at: second) }
        for second in [600, 615, 630] { gap.measure(30, at: second) }
        #expect(gap.decisions() == [])
    }

    @Test(arguments: [(29, nil), (30, 7200), (50, 3600), (100, 600), (300, 180)] as [(Double, Int?)])
    func `of carbon monoxide alarms by concentration and time`(_ ppm: Double, _ seconds: Int?) throws {
        var bench = try Bench()
        for second in stride(from: 0, through: 4 * 3600, by: 60) { bench.measure(ppm, .coPPM, at: second) }
        #expect(bench.decisions().first == seconds.map { "co \($0)" })
    }

    @Test func `and the device's own word are an alarm each, and neither clears the other`() throws {
        var bench = try Bench()
        bench.say(.flag(.heat, true), .number(.temperature, 30), at: 0)
        #expect(bench.decisions() == ["heat 0"])
        bench.measure(20, at: 10)
        #expect(bench.alarms)
        bench.measure(60, at: 20)
        bench.wait(until: 31)
        bench.say(.flag(.heat, false), at: 40)
        #expect(bench.alarms)
        bench.measure(20, at: 50)
        #expect(!bench.alarms)
    }

    @Test func `that stays away is a trouble, and put right when it comes again`() throws {
        var bench = try Bench()
        bench.measure(20, at: 0)
        bench.wait(until: 1799)
        #expect(bench.engine.takeConsequences().records.isEmpty)
        bench.wait(until: 1800)
        #expect(bench.engine.takeConsequences().records.map { $0.details["state"] } == ["open"])
        bench.wait(until: 9000)
        #expect(bench.engine.takeConsequences().records.isEmpty)
        bench.measure(20, at: 9001)
        #expect(bench.engine.takeConsequences().records.map { $0.details["state"] } == ["put right"])
    }

    @Test func `is not forgotten by a restart`() throws {
        var bench = try Bench()
        bench.measure(58, at: 0)
        let state = bench.engine.state(ofDevice: 0)
        var again = try Bench()
        again.engine.restore(
            time: Bench.start + .seconds(5), present: Bench.start + .seconds(5), devices: [(0, state)], blocks: [],
            exercises: [])
        again.wait(until: 20)
        #expect(again.decisions() == ["heat 10"])
    }

    @Test func `retained says nothing of a course`() throws {
        var bench = try Bench()
        bench.engine.apply(
            Observation(
                device: Bench.device, index: 0, readings: [.number(.temperature, 90)], receivedAt: Bench.start,
                retained: true))
        bench.wait(until: 100)
        #expect(bench.decisions() == [])
    }

    @Test func `in an exercise by a detector of no registry is not watched`() throws {
        var bench = try Bench()
        let begun = bench.engine.begin(
            Exercise(
                id: "d1", scenario: "trial", speed: 1, origin: Bench.start, until: Bench.start + .seconds(3600)),
            at: Bench.start)
        #expect(begun)
        bench.engine.apply(
            Observation(
                device: Bench.device, index: 1, readings: [.number(.temperature, 60)],
                receivedAt: Bench.start + .seconds(1), exercise: "d1"))
        bench.wait(until: 1800)
        #expect(bench.decisions() == [])
    }

    @Test(
        arguments: [
            (
                "{name: x, reading: smoke, signal: smoke, above: 3}",
                "2:24: readings[1].reading: smoke is no measurement"
            ),
            ("{name: x, reading: temperature, signal: heat}", "2:5: readings[1]: no pattern is named here"),
            ("{name: x, reading: temperature, signal: heat, above: 3, rises: 1, within: 60s}", "exclude each other"),
            ("{name: x, reading: temperature, signal: heat, above: 3, clears-below: 4}", "clear while it still alarms"),
            ("{name: x, reading: temperature, signal: smoke, missing: 3m}", "a trouble, no signal"),
        ])
    func `wrongly written is named with its place and mend`(_ entry: String, _ said: String) throws {
        let text = "readings:\n  - \(entry)\nrules: []\n"
        let mistakes = #expect(throws: ConfigErrors.self) { try RuleSet(ConfigFile(name: "rules.yaml", text: text)) }
        #expect(mistakes?.errors.contains { "\($0)".contains(said) } == true, "\(mistakes.map { "\($0)" } ?? "")")
    }
}
