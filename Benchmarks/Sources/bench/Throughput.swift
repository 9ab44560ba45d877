import Devices
import Foundation
import Glibc
import MQTT
import Registry
import Rules

/// How fast the hub drains a backlog, beside a bare counter in C and beside its own loop with less and less in it.
///
/// All of them have a persistent session of their own while 200,000 heartbeats are published, so that each finds the
/// same backlog; then they drain it one after the other, alone with the broker, in three rounds. The clock starts when
/// the broker takes the connection. For the hub it ends when another client hears the alert of an alarm that stands at
/// the backlog's end: then all before it is decoded, applied and committed. For the others it ends with the last message.
func measureThroughput(_ tools: Tools, _ table: inout Table) throws {
    let messages = 200_000
    let estate = SampleEstate(blocks: 40, floors: 25, flats: 10, detectors: 10_000, residents: 25)
    let folder = tools.folder + "/throughput"
    let hubs = (1...3).map { "hub-\($0)" }
    try estate.write(to: folder, hubs: hubs, sample: tools.sample)
    let broker = try Broker(folder: folder + "/broker")
    let parts: [Drain.Part] = [.nothing, .decoding, .rules]
    // The keeper drains nothing: for whoever comes last the broker would have to throw each message away as well.
    let bare = hubs.indices.flatMap { round in ["counter-\(round)"] + parts.map { $0.client(round) } } + ["keeper"]
    for client in bare { try broker.keepSession(of: client, "estate/demo/block/#") }
    for hub in hubs {
        let process = try tools.startHub(hub, folder, broker)
        _ = try process.line(containing: "ready")
        try process.stop()
    }
    try fill(broker, folder, estate, messages, tools)

    var rounds: [Round] = []
    for (number, hub) in hubs.enumerated() {
        let counter = try tools.startCounter("counter-\(number)", broker, messages: messages + 1)
        let counted = try Counted(counter)
        try counter.finish()
        var round = try Round(counted, hub: hub, folder, broker, tools, messages)
        round.drains = try parts.map { try Drain($0, round: number, broker, folder, messages: messages + 1) }
        rounds.append(round)
    }
    try broker.stop()
    report(rounds, messages, &table)
}

/// The backlog, and at its end an alarm.
private func fill(_ broker: Broker, _ folder: String, _ estate: SampleEstate, _ messages: Int, _ tools: Tools) throws {
    let heartbeats = Heartbeats(estate)
    try heartbeats.write(to: folder + "/backlog", messages: messages, over: 600)
    try tools.publish(folder + "/backlog", to: broker)
    try heartbeats.writeAlarm(of: estate.detectors - 1, to: folder + "/alarm")
    try tools.publish(folder + "/alarm", to: broker)
}

/// One counter, one hub, and the hub's parts, one after the other.
private struct Round {
    var counter: Counted
    var seconds: Double
    var cpu: Double
    var peakMiB: Double
    var drains: [Drain] = []

    var ratio: Double { counter.seconds / seconds }

    init(
        _ counter: Counted, hub: String, _ folder: String, _ broker: Broker, _ tools: Tools, _ messages: Int
    ) throws {
        self.counter = counter
        let listener = try Listener(broker, ["smokehub/demo/block/+/alert"])
        defer { listener.stop() }
        let connections = try broker.connections(of: "smokehub-\(hub)")
        let process = try tools.startHub(hub, folder, broker)
        let start = try broker.connection(of: "smokehub-\(hub)", after: connections)
        let cpuBefore = try process.cpuSeconds()
        let end = try listener.alert(block: "b40", within: .seconds(120))
        cpu = try process.cpuSeconds() - cpuBefore
        seconds = (end - start) / .seconds(1)
        peakMiB = try process.kibibytes("VmHWM") / 1024
        _ = try process.line(containing: "ready")
        try process.stop()
    }
}

/// The hub's own session and loop, with decoding, rules and commit switched off one by one.
///
/// What each part costs is to be seen in its CPU time. The rates do not tell: the broker is the limit here, and whoever
/// comes back for more sooner gets it in smaller pieces, which costs the broker more.
private struct Drain {
    enum Part: String {
        case nothing = "loop", decoding = "loop-decoding", rules = "loop-decoding-rules"

        func client(_ round: Int) -> String { "\(rawValue)-\(round)" }
    }

    var part: Part
    var seconds: Double
    var cpu: Double

    init(_ part: Part, round: Int, _ broker: Broker, _ folder: String, messages: Int) throws {
        self.part = part
        let client = part.client(round)
        let registry = try EstateRegistry.load(folder: folder)
        let decoders = try DecoderTable([NativeDecoder(estate: "demo"), Zigbee2MQTTDecoder(bases: ["zigbee2mqtt"])])
        var engine = RuleEngine(
            estate: registry.estate, devices: registry.devices, rules: try RuleSet.load(folder + "/rules.yaml"))
        engine.beginBacklog(from: Instant(milliseconds: 0), until: Instant(milliseconds: 0))
        let session = try Session(
            broker.settings(client), subscriptions: [Subscription("estate/demo/block/#")])
        var start: ContinuousClock.Instant?
        var seen = 0
        let cpuBefore = clock()
        while seen < messages {
            let batch = session.nextBatch(waitingAtMost: .seconds(5))
            if start == nil, !batch.events.isEmpty { start = try broker.connection(of: client, after: 1) }
            if start != nil, batch.messages.isEmpty, batch.events.isEmpty { throw Failure("no message for 5 s") }
            seen += batch.messages.count
            if part != .nothing {
                let now = Instant(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000))
                for publication in batch.messages {
                    let message = Message(topic: publication.topic, payload: publication.payload)
                    guard let report = try decoders.report(message), part == .rules,
                        let index = registry.position(of: report.ecosystem, address: report.address)
                    else { continue }
                    engine.apply(
                        Observation(
                            device: registry.devices[index], index: index, readings: report.readings,
                            stamp: report.deviceTime, sequence: report.sequence, receivedAt: now, backlog: true))
                }
            }
            session.acknowledge()
        }
        seconds = (ContinuousClock.now - (start ?? .now)) / .seconds(1)
        cpu = Double(clock() - cpuBefore) / Double(CLOCKS_PER_SEC)
        session.end()
    }
}

private func report(_ rounds: [Round], _ messages: Int, _ table: inout Table) {
    let middle = rounds.sorted { $0.ratio < $1.ratio }[rounds.count / 2]
    let perHundredThousand = middle.cpu / Double(messages) * 100_000
    table.section("throughput: a backlog of 200,000 QoS 1 heartbeats of 10,000 devices, the middle of three rounds")
    table.add(
        "hub: decoded, supervised, rules, durable", rate(messages, middle.seconds),
        elsewhere: "Flink CEP 84,000-103,000/s, not durable")
    table.add("bare C counter, mosquitto_loop_forever", rate(messages, middle.counter.seconds))
    table.add(
        "ratio hub / C", text(middle.ratio, 2), target: ">= 0.6, aim > 1", holds: middle.ratio >= 0.6)
    for (number, round) in rounds.enumerated() {
        table.add(
            "  round \(number + 1): hub, C, ratio",
            "\(rate(messages, round.seconds)), \(rate(messages, round.counter.seconds)), \(text(round.ratio, 2))")
    }
    for drain in middle.drains {
        let name = "hub's \(drain.part.rawValue.replacing("-", with: ", ")) alone"
        let cpu = text(drain.cpu / Double(messages) * 100_000, 2)
        table.add(name, "\(rate(messages, drain.seconds)), \(cpu) CPU s per 100,000")
    }
    table.add(
        "hub: CPU seconds per 100,000 messages", text(perHundredThousand, 2), target: "<= 3.0",
        holds: perHundredThousand <= 3, elsewhere: "Flink 1.8-2.2, Python 7-10, Home Assistant 24-46")
    table.add(
        "C counter: CPU seconds per 100,000", text(middle.counter.cpu / Double(messages) * 100_000, 2))
    table.add("hub: peak memory", "\(text(middle.peakMiB)) MiB")
}
