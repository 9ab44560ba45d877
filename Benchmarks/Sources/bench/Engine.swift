import Devices
import Foundation
import Registry
import Rules

/// The rule engine alone, on one core: what a signal costs, whether that grows with the estate, and what a device costs.
func measureEngine(_ tools: Tools, _ table: inout Table) throws {
    let sample = try RuleSet.load(tools.sample + "/rules.yaml")
    // First, while the heap is small.
    let state = try measureDeviceState(sample)
    table.section("engine alone, one core")
    for rules in [sample, sample.multiplied(to: 300)] {
        let costs = costPerSignal(rules, blocks: [40, 4_000])
        let (few, many) = (costs[0].nanoseconds, costs[1].nanoseconds)
        for (blocks, cost) in [(40, few), (4_000, many)] {
            table.add(
                "signals a second, \(rules.rules.count) rules, \(blocks) blocks",
                "\(rate(1_000_000_000, cost)), \(text(cost / 1000, 2)) µs each")
        }
        table.add(
            "decisions for 1,000 signals, 40 and 4,000 blocks",
            costs.map { text($0.decisions * 1000, 1) }.joined(separator: ", "))
        table.add(
            "cost of a signal at 4,000 blocks, of that at 40", text(many / few, 2), target: "< 1.3",
            holds: many / few < 1.3)
    }
    for (title, batch) in [("one by one", 1), ("in batches of 2,500", 2_500)] {
        let storm = stormDelay(sample, batch: batch)
        table.add(
            "another block's alarm in a block's storm of 10,000/s, \(title): p50, p99, max, in ms",
            [50, 99, 100].map { text(storm.others.percentile($0), 3) }.joined(separator: ", "), target: "p99 < 1",
            holds: storm.others.percentile(99) < 1)
        table.add("of which the engine is busy", "\(text(storm.busy * 100, 1)) %")
    }
    table.add(
        "state of a quiet device, of 1,000,000", "\(text(state, 1)) bytes", target: "< 200", holds: state < 200)
    table.add("of which in its place in the array", "\(MemoryLayout<DeviceState>.stride) bytes")
}

/// What a signal costs, the median of some rounds in turn, and how many decisions it leads to, for estates of as many
/// blocks. In each block a signal comes every 10 s on average, and 100 have come before the clock starts, so that the
/// incidents are alike: while they climb their ladders, a signal leads to many times more decisions.
private func costPerSignal(_ rules: RuleSet, blocks: [Int]) -> [(nanoseconds: Double, decisions: Double)] {
    let signals = 8_000
    let rounds = 5
    var runs = blocks.map { count in
        let load = EngineLoad(
            blocks: count, devicesInBlock: 10, kinds: [.smoke, .smoke, .heat, .smoke, .co, .smoke, .gas, .waterLeak],
            flats: 2)
        let engine = RuleEngine(estate: load.estate, devices: load.devices, rules: rules)
        return (load: load, engine: engine, costs: [Double](), decisions: 0)
    }
    for (run, count) in blocks.enumerated() {
        for _ in 0..<count * 100 {
            let said = runs[run].load.signal(inBlocks: 0..<count, after: .seconds(10) / count)
            step(&runs[run].engine, said)
        }
    }
    for _ in 0..<rounds {
        for (run, count) in blocks.enumerated() {
            let said = (0..<signals).map { _ in
                runs[run].load.signal(inBlocks: 0..<count, after: .seconds(10) / count)
            }
            let start = Machine.threadTime()
            for observation in said { runs[run].decisions += step(&runs[run].engine, observation) }
            runs[run].costs.append((Machine.threadTime() - start) / .nanoseconds(1) / Double(signals))
        }
    }
    return runs.map { ($0.costs.sorted()[rounds / 2], Double($0.decisions) / Double(signals * rounds)) }
}

/// As the pipeline does it for each message.
///
/// - Returns: how many decisions it led to.
@discardableResult
private func step(_ engine: inout RuleEngine, _ observation: Observation) -> Int {
    engine.apply(observation)
    return engine.takeConsequences().decisions.count
}

/// How long the alarms of other blocks wait for their decision while one block with 2,000 detectors sends 10,000 signals
/// a second: messages come at their times, the engine takes all that are there, at most so many, one after the other,
/// and a batch's decisions are out at its end. Arrivals are reckoned, the engine's time is measured.
private func stormDelay(_ rules: RuleSet, batch: Int) -> (others: Distribution, busy: Double) {
    var load = EngineLoad(blocks: 41, devicesInBlock: 2_000, kinds: [.smoke], flats: 40)
    var engine = RuleEngine(estate: load.estate, devices: load.devices, rules: rules)
    let arrivals = (0..<30_000).map { number in
        let isOther = number % 50 == 49
        return (
            at: Duration.microseconds(100 * number), isOther: isOther,
            observation: load.signal(inBlocks: isOther ? 1..<41 : 0..<1, after: .zero)
        )
    }
    var delays: [Duration] = []
    var free = Duration.zero
    var busy = Duration.zero
    var next = 0
    while next < arrivals.count {
        let begin = max(free, arrivals[next].at)
        let end = arrivals[next...].prefix(batch).firstIndex { $0.at > begin } ?? min(next + batch, arrivals.count)
        let start = Machine.threadTime()
        for (at, _, said) in arrivals[next..<end] {
            var observation = said
            observation.receivedAt = said.receivedAt + at
            engine.apply(observation)
        }
        _ = engine.takeConsequences()
        let took = Machine.threadTime() - start
        busy += took
        free = begin + took
        for arrival in arrivals[next..<end] where arrival.isOther { delays.append(free - arrival.at) }
        next = end
    }
    return (Distribution(delays), busy / .microseconds(100 * arrivals.count))
}

/// Bytes for each of 1,000,000 devices that have been heard once: what the engine takes of the heap, without the
/// registry, which it shares.
private func measureDeviceState(_ rules: RuleSet) throws -> Double {
    let count = 1_000_000
    var load = EngineLoad(blocks: 100, devicesInBlock: count / 100, kinds: [.smoke], flats: 200)
    let before = try Machine.residentBytes()
    var engine = RuleEngine(estate: load.estate, devices: load.devices, rules: rules)
    for index in 0..<count {
        engine.apply(load.heartbeat(of: index, sequence: 1))
        _ = engine.takeConsequences()
    }
    let taken = try Machine.residentBytes() - before
    return withExtendedLifetime(engine) { Double(taken) / Double(count) }
}
