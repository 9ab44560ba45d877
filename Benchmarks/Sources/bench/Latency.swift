import Foundation
import MQTT
import Rules
import Synchronization

/// How long it takes from the second alarm to the `confirmed` alert at another client, while 500 messages a second
/// come from everybody else: 100 pairs of flats next to each other, each pair in a block of its own.
///
/// The other client hears the alarm itself, too: what the broker and a busy machine take without any hub.
func measureLatency(_ tools: Tools, _ table: inout Table) throws {
    let estate = SampleEstate(blocks: 100, floors: 10, flats: 10, detectors: 10_000, residents: 10)
    let folder = tools.folder + "/latency"
    try estate.write(to: folder, hubs: ["hub-1"], sample: tools.sample)
    let broker = try Broker(folder: folder + "/broker")
    let listener = try Listener(
        broker, ["smokehub/demo/block/+/alert", "estate/demo/block/+/floor/5/flat/F/device/+/event"])
    defer { listener.stop() }
    let hub = try tools.startHub("hub-1", folder, broker)
    _ = try hub.line(containing: "ready")
    let publisher = try Publisher(broker.settings("alarms"))
    let background = try Background(estate, broker)
    // Long enough that both connections stand and the hub has warmed up.
    usleep(1_000_000)

    var durations: [Duration] = []
    var throughBroker: [Duration] = []
    var missed = 0
    for pair in 0..<estate.blocks {
        let (first, second) = (
            SampleEstate.Detector(block: pair, floor: 4, flat: 4), SampleEstate.Detector(block: pair, floor: 4, flat: 5)
        )
        publisher.publish(alarm(of: first, estate)) { _ in }
        usleep(50_000)
        let message = alarm(of: second, estate)
        let sent = ContinuousClock.now
        publisher.publish(message) { _ in }
        do {
            durations.append(
                try listener.alert(block: estate.block(pair), stage: "confirmed", within: .seconds(5)) - sent)
        } catch { missed += 1 }
        if let echo = listener.all.first(where: { $0.topic == message.topic }) { throughBroker.append(echo.at - sent) }
        usleep(UInt32.random(in: 50_000...100_000))
    }
    // What comes twice would come by now.
    usleep(1_000_000)
    background.stop()
    let alerts = try listener.alerts().map(\.alert)
    let confirmations = alerts.filter { $0.stage == .confirmed && $0.block != "*" && $0.repetition == 0 }
    let doubled =
        confirmations.count - Set(confirmations.map(\.block)).count + alerts.count - Set(alerts.map(\.id)).count
    publisher.stop()
    try hub.stop()
    try broker.stop()

    table.section("latency: 100 pairs of alarms under \(text(background.rate)) messages a second, in ms")
    report(Distribution(durations), bare: Distribution(throughBroker), missed: missed, doubled: doubled, &table)
}

private func report(
    _ distribution: Distribution, bare: Distribution, missed: Int, doubled: Int, _ table: inout Table
) {
    let (p50, p99) = (distribution.percentile(50), distribution.percentile(99))
    table.add(
        "second alarm to `confirmed`, p50", text(p50, 2), target: "< 3", holds: p50 < 3,
        elsewhere: "Python 1.5, Flink 1.7, Home Assistant 8")
    table.add(
        "p99", text(p99, 2), target: "< 8", holds: p99 < 8, elsewhere: "Python 2.3, Flink 10, Home Assistant 19")
    table.add("max", text(distribution.longest, 2))
    table.add(
        "the second alarm itself at the same client, p50, p99, max",
        [bare.percentile(50), bare.percentile(99), bare.longest].map { text($0, 2) }.joined(separator: ", "))
    table.add("missed, doubled", "\(missed), \(doubled)", target: "0, 0", holds: missed == 0 && doubled == 0)
}

func alarm(of detector: SampleEstate.Detector, _ estate: SampleEstate) -> OutgoingMessage {
    let payload = Heartbeats(estate).payload("alarm", sequence: 1_000_000, at: .now)
    return OutgoingMessage(topic: estate.topic(detector), payload: Array(payload.utf8))
}

/// 500 heartbeats a second, one by one, on a thread of its own.
private final class Background: Sendable {
    private let stops = Atomic(false)
    private let sent = Atomic(0)
    private let start = ContinuousClock.now
    private let end = Mutex<ContinuousClock.Instant?>(nil)

    init(_ estate: SampleEstate, _ broker: Broker) throws {
        let publisher = try Publisher(broker.settings("background"))
        Thread { [self] in
            let heartbeats = Heartbeats(estate)
            var next = ContinuousClock.now
            var number = 0
            while !stops.load(ordering: .relaxed) {
                let detector = estate.detector(number % estate.detectors)
                number += 1
                let payload = heartbeats.payload("clear", sequence: number, at: .now)
                // Those that are in alarm say nothing else.
                if detector.floor != 4 {
                    publisher.publish(OutgoingMessage(topic: estate.topic(detector), payload: Array(payload.utf8))) {
                        _ in
                    }
                    sent.add(1, ordering: .relaxed)
                    next += .milliseconds(2)
                }
                let rest = next - .now
                if rest > .zero { usleep(UInt32(rest / .microseconds(1))) }
            }
            publisher.stop()
        }.start()
    }

    func stop() {
        end.withLock { $0 = .now }
        stops.store(true, ordering: .relaxed)
    }

    /// Messages a second.
    var rate: Double {
        Double(sent.load(ordering: .relaxed)) / (((end.withLock { $0 } ?? .now) - start) / .seconds(1))
    }
}
