import Devices
import Foundation
import Registry
import Rules
import Vectors

/// What a heartbeat costs with few devices and with a million, in supervision alone, timers included, and on its whole
/// way: decoded, its device found, applied to the rules, supervised. Heartbeats come in an order without pattern, as
/// many a second as there are devices, divided by 60; what falls silent is found once a second. Alone, each speaks twice in
/// a measurement, so that each timer comes up in it.
func measureSupervision(_ tools: Tools, _ table: inout Table) throws {
    let rules = try RuleSet.load(tools.sample + "/rules.yaml")
    let counts = [1_000_000, 100_000, 10_000, 1_000]
    // The largest first, while the heap is small.
    var loads = try counts.map { try HeartbeatLoad(devices: $0, rules) }
    var alone = counts.map { _ in [Double]() }
    var whole = alone
    for index in counts.indices { _ = try loads[index].run(heartbeats: counts[index] * 2, whole: true) }
    for _ in 0..<5 {
        // In turn, so that what the machine does beside this falls upon all of them.
        for index in counts.indices {
            alone[index].append(try loads[index].run(heartbeats: max(counts[index] * 2, 400_000), whole: false))
            whole[index].append(try loads[index].run(heartbeats: max(counts[index], 400_000), whole: true))
        }
    }
    table.section("supervision, one core")
    for (title, costs) in [("in supervision alone, timers included", alone), ("decoded to supervised", whole)] {
        let middle = costs.map { $0.sorted()[2] }
        table.add(
            "a heartbeat \(title), of \(counts.reversed().map(String.init).joined(separator: ", ")) devices",
            middle.reversed().map { "\(text($0)) ns" }.joined(separator: ", "))
        let ratio = (middle.first ?? .nan) / (middle.last ?? .nan)
        table.add("of 1,000,000 devices, of that of 1,000", text(ratio, 2), target: "< 1.3", holds: ratio < 1.3)
    }
    table.add("memory of a device, of 1,000,000", "\(text(loads[0].bytes)) bytes")
    table.add("to find 1,000,000 that have fallen silent, each", "\(text(loads[0].silenceCost())) ns")
}

/// Devices that speak every 60 s.
private struct HeartbeatLoad {
    private var supervisor: Supervisor
    private var engine: RuleEngine
    private let registry: EstateRegistry
    private let decoders: DecoderTable
    private let messages: [Message]
    private let order: [Int]
    private var now = Instant(milliseconds: 1_760_000_000_000)
    private var next = 0
    private let perSecond: Int

    /// What supervision takes of the memory for each of them.
    let bytes: Double

    /// - Throws: if nobody says how much memory there is.
    init(devices count: Int, _ rules: RuleSet) throws {
        let load = EngineLoad(blocks: max(1, count / 1_000), devicesInBlock: 1_000, kinds: [.smoke], flats: 20)
        let before = try Machine.residentBytes()
        supervisor = Supervisor(estate: load.estate, devices: load.devices, contracts: Contracts(), now: now)
        bytes = Double(try Machine.residentBytes() - before) / Double(count)
        engine = RuleEngine(estate: load.estate, devices: load.devices, rules: rules)
        registry = EstateRegistry(estate: load.estate, devices: load.devices, residents: [])
        decoders = try DecoderTable.all(hearing: registry)
        let payload = Array(#"{"type":"smoke","state":"ok","battery":90}"#.utf8)
        messages = load.devices.map { device in
            let place = "block/\(device.place.block)/floor/\(device.place.floor ?? "")/flat/\(device.place.flat ?? "")"
            return Message(topic: "estate/bench/\(place)/device/\(device.id)/event", payload: payload)
        }
        var random = SplitMix64(state: 42)
        order = (0..<count).shuffled(using: &random)
        perSecond = max(1, count / 60)
    }

    /// - Parameter whole: from the message on.
    /// - Returns: what one of them takes, in nanoseconds.
    mutating func run(heartbeats: Int, whole: Bool) throws -> Double {
        guard var report = try decoders.report(messages[0]) else { throw Failure("a heartbeat says nothing") }
        let start = Machine.threadTime()
        for number in 0..<heartbeats {
            let index = order[next]
            if whole {
                report = try decoders.report(messages[index]) ?? report
                guard registry.position(of: report.ecosystem, address: report.address) == index else {
                    throw Failure("a heartbeat is another's")
                }
            }
            let sign = Supervisor.Sign(report, retained: false, backlog: false)
            guard supervisor.heard(index, sign, at: now) else { throw Failure("a heartbeat was taken for a storm") }
            if whole {
                engine.apply(
                    Observation(
                        device: registry.devices[index], index: index, readings: report.readings, receivedAt: now))
            }
            next = next + 1 == order.count ? 0 : next + 1
            if number % perSecond == perSecond - 1 { pass() }
        }
        return (Machine.threadTime() - start) / .nanoseconds(1) / Double(heartbeats)
    }

    private mutating func pass() {
        now = now + .seconds(1)
        supervisor.advance(to: now)
        _ = supervisor.takeFindings()
    }

    /// - Returns: what it takes to find one that has fallen silent, in nanoseconds.
    mutating func silenceCost() -> Double {
        let start = Machine.threadTime()
        for _ in 0..<400 { pass() }
        return (Machine.threadTime() - start) / .nanoseconds(1) / Double(order.count)
    }
}
