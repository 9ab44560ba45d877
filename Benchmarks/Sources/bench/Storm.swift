import Foundation
import MQTT
import Registry
import Rules

/// 2,000 detectors of 40 blocks alarm within 2 s, block by block in turn: one incident for each block, and each
/// resident told once a stage.
///
/// Told is what their siren is told. Once more at the same stage is no double if the danger has come nearer to them: to
/// their floor, or into their flat.
func measureStorm(_ tools: Tools, _ table: inout Table) throws {
    let alarms = 2_000
    let estate = SampleEstate(blocks: 40, floors: 25, flats: 10, detectors: 10_000, residents: 25)
    let folder = tools.folder + "/storm"
    try estate.write(to: folder, hubs: ["hub-1"], sample: tools.sample)
    let broker = try Broker(folder: folder + "/broker")
    let listener = try Listener(
        broker, ["smokehub/demo/block/+/alert", "estate/demo/block/+/floor/+/flat/+/device/+/command"])
    defer { listener.stop() }
    let hub = try tools.startHub("hub-1", folder, broker)
    _ = try hub.line(containing: "ready")
    let publisher = try Publisher(broker.settings("alarms"))
    usleep(500_000)

    let start = ContinuousClock.now
    var secondAlarms: [String: ContinuousClock.Instant] = [:]
    for number in 0..<alarms {
        let detector = estate.detector(number)
        let message = alarm(of: detector, estate)
        let due = start + .microseconds(1_900_000 * number / alarms)
        let rest = due - .now
        if rest > .zero { usleep(UInt32(rest / .microseconds(1))) }
        if number / estate.blocks == 1 { secondAlarms[estate.block(detector.block)] = .now }
        publisher.publish(message) { _ in }
    }
    let took = (ContinuousClock.now - start) / .seconds(1)
    try listener.quiet(for: .seconds(2), within: .seconds(40))
    publisher.stop()
    let cpu = try hub.cpuSeconds()
    let told = try StormAccount(listener, estate)
    try hub.stop()
    try broker.stop()

    report(told, secondAlarms, start: start, took: took, cpu: cpu, estate, &table)
}

private func report(
    _ told: StormAccount, _ secondAlarms: [String: ContinuousClock.Instant], start: ContinuousClock.Instant,
    took: Double, cpu: Double, _ estate: SampleEstate, _ table: inout Table
) {
    let durations = secondAlarms.compactMap { block, sent in
        told.confirmedAt[block].map { $0 - sent }
    }
    let distribution = Distribution(durations)
    let worst = distribution.longest
    table.section("storm: 2,000 detectors of 40 blocks alarm within \(text(took, 1)) s")
    table.add(
        "blocks with exactly one incident", "\(told.blocksWithOneIncident)", target: "40",
        holds: told.blocksWithOneIncident == 40)
    table.add(
        "block's second alarm to its `confirmed`, p50, in ms", text(distribution.percentile(50), 2))
    table.add(
        "max (of \(durations.count) blocks)", text(worst, 2), elsewhere: "Python 1.5, Flink 170, Home Assistant 6,000")
    table.add(
        "residents told of a block's fire, of \(estate.homes.count)", "\(told.residentsTold)",
        target: "all", holds: told.residentsTold == estate.homes.count)
    table.add("told more than once a stage", "\(told.doubled)", target: "0", holds: told.doubled == 0)
    table.add("messages to residents; alerts", "\(told.commands); \(told.alerts)")
    table.add(
        "last message to a resident, after the last alarm",
        "\(text((told.lastCommand - start) / .seconds(1) - took, 1)) s")
    table.add("hub: CPU seconds, its start included", text(cpu, 1))
}

/// Who was told what in the storm.
private struct StormAccount {
    var confirmedAt: [String: ContinuousClock.Instant] = [:]
    var blocksWithOneIncident = 0
    var residentsTold = 0
    var doubled = 0
    var commands = 0
    var alerts = 0
    var lastCommand = ContinuousClock.now

    init(_ listener: Listener, _ estate: SampleEstate) throws {
        let heard = try listener.alerts()
        alerts = heard.count
        let byID = Dictionary(heard.map { ($0.alert.id, $0.alert) }, uniquingKeysWith: { first, _ in first })
        var incidents: [String: Set<String>] = [:]
        for (alert, at) in heard where alert.block != "*" {
            incidents[alert.block, default: []].insert(alert.incident)
            if alert.stage == .confirmed, confirmedAt[alert.block] == nil { confirmedAt[alert.block] = at }
        }
        blocksWithOneIncident = incidents.values.count { $0.count == 1 }
        let homes = Dictionary(uniqueKeysWithValues: estate.homes.map { ($0.siren, $0.home) })
        var times: [String: Int] = [:]
        var told: Set<String> = []
        for arrival in listener.all where arrival.topic.hasSuffix("/command") {
            let siren = String(arrival.topic.split(separator: "/").dropLast().last ?? "")
            guard let home = homes[siren],
                let alert = byID[try JSONDecoder().decode(Command.self, from: Data(arrival.payload)).id]
            else { throw Failure("a command that no alert explains: \(arrival.topic)") }
            commands += 1
            lastCommand = arrival.at
            if alert.block != "*", alert.stage != .investigate { told.insert(siren) }
            guard alert.repetition == 0 else { continue }
            let nearness = Self.nearness(of: home, to: alert.places, estate)
            times["\(siren) \(alert.incident) \(alert.stage) \(nearness)", default: 0] += 1
        }
        residentsTold = told.count
        doubled = times.values.reduce(0) { $0 + $1 - 1 }
    }

    private struct Command: Decodable { var id: String }

    private static func nearness(of home: SampleEstate.Detector, to places: [Place], _ estate: SampleEstate) -> String {
        let floor = String(home.floor + 1)
        let onFloor = places.filter { $0.block == estate.block(home.block) && $0.floor == floor }
        if onFloor.contains(where: { $0.flat == estate.flat(home.flat) }) { return "inside" }
        return onFloor.isEmpty ? "away" : "floor"
    }
}
