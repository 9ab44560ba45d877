import Foundation

/// How fast a hub's program plays what happened through the rules again, on one core: a journal that a hub has written
/// of nothing but edges, which is the worst that it can be, and a recording of a quiet night.
func measureReplay(_ tools: Tools, _ table: inout Table) throws {
    let edges = 100_000
    let heartbeats = 200_000
    let estate = SampleEstate(blocks: 40, floors: 25, flats: 10, detectors: 400, residents: 0)
    let folder = tools.folder + "/replay"
    try estate.write(to: folder, hubs: ["hub-1"], sample: tools.sample)
    let journal = try writeJournal(edges: edges, of: estate, in: folder, tools)
    try Heartbeats(estate).record(to: folder + "/night.jsonl", messages: heartbeats, over: 8 * 3600, alarmEvery: 1009)

    table.section("replay: what happened, through the rules again, on one core; the middle of three")
    for (what, path, atLeast) in [
        ("a journal in which every entry is an edge", journal, edges),
        ("a recording of heartbeats, about each thousandth message an alarm", folder + "/night.jsonl", heartbeats),
    ] {
        let played = try (0..<3).map { _ in try Played(path, folder, tools) }.sorted { $0.rate < $1.rate }[1]
        guard played.messages >= atLeast else { throw Failure("only \(played.messages) messages in \(path)") }
        table.add(
            "\(what): messages a second", rate(played.rate, 1), target: ">= 50,000/s", holds: played.rate >= 50_000)
        table.add("  of so many, with so many decisions", "\(played.messages), \(played.decisions)")
    }
}

/// Has a hub write a journal of detectors that alarm and clear in turn.
///
/// - Returns: the hub's state folder.
private func writeJournal(edges: Int, of estate: SampleEstate, in folder: String, _ tools: Tools) throws -> String {
    // The last block says when everything before it is through.
    let detectors = (0..<estate.detectors).filter { estate.detector($0).block < estate.blocks - 1 }
    let heartbeats = Heartbeats(estate)
    let now = Date.now
    var text = ""
    for number in 0..<edges {
        let round = number / detectors.count
        let detector = estate.detector(detectors[number % detectors.count])
        let state = round.isMultiple(of: 2) ? "alarm" : "clear"
        text += "\(estate.topic(detector))\t\(heartbeats.payload(state, sequence: round + 1, at: now))\n"
    }
    try text.write(toFile: folder + "/edges", atomically: true, encoding: .utf8)
    try heartbeats.writeAlarm(of: estate.detectors - 1, to: folder + "/alarm")

    let broker = try Broker(folder: folder + "/broker")
    let listener = try Listener(broker, ["smokehub/demo/block/b40/alert"])
    defer { listener.stop() }
    let hub = try tools.startHub("hub-1", folder, broker)
    _ = try hub.line(containing: "ready")
    try tools.publish(folder + "/edges", to: broker)
    try tools.publish(folder + "/alarm", to: broker)
    _ = try listener.alert(block: "b40", within: .seconds(120))
    try hub.stop()
    try broker.stop()
    return folder + "/state-hub-1"
}

/// What `smokehub replay` says at its end: `123 messages, 4 decisions, 0.01 s: 12300 messages/s`.
private struct Played {
    var messages: Int
    var decisions: Int
    var rate: Int

    init(_ path: String, _ folder: String, _ tools: Tools) throws {
        let replay = try ChildProcess(tools.hub, ["replay", "--config", folder + "/hub-1.yaml", path])
        // Whoever searches its lines meanwhile slows it down.
        try replay.finish()
        let line = try replay.line(containing: " messages/s").text
        let numbers = line.split(separator: " ").compactMap { Int($0) }
        guard numbers.count == 3 else { throw Failure("not what a replay says: \(line)") }
        (messages, decisions, rate) = (numbers[0], numbers[1], numbers[2])
    }
}
