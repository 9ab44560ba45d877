import Foundation
import MQTT
import Rules
import Synchronization

/// Another MQTT client, on a thread of its own, that notes when each message arrived.
final class Listener: Sendable {
    struct Arrival: Sendable {
        var topic: String
        var payload: [UInt8]
        var at: ContinuousClock.Instant
    }

    private let arrivals = Mutex<[Arrival]>([])
    private let isSubscribed = Atomic(false)
    private let stops = Atomic(false)

    /// Returns when it hears.
    init(_ broker: Broker, _ filters: [String]) throws {
        var settings = broker.settings("listener-\(UInt32.random(in: 0...UInt32.max))")
        settings.cleanStart = true
        Thread { [self, settings] in
            do {
                try listen(settings, filters)
            } catch {
                FileHandle.standardError.write(Data("the listener: \(error)\n".utf8))
            }
        }.start()
        try wait("the listener", within: .seconds(10)) { isSubscribed.load(ordering: .acquiring) ? () : nil }
    }

    private func listen(_ settings: BrokerSettings, _ filters: [String]) throws {
        let session = try Session(settings, subscriptions: filters.map { Subscription($0) })
        var missing = filters.count
        while !stops.load(ordering: .relaxed) {
            let batch = session.nextBatch(waitingAtMost: .milliseconds(200))
            let now = ContinuousClock.now
            for case .subscribed in batch.events { missing -= 1 }
            if missing == 0 { isSubscribed.store(true, ordering: .releasing) }
            if !batch.messages.isEmpty {
                arrivals.withLock { arrivals in
                    arrivals += batch.messages.map { Arrival(topic: $0.topic, payload: $0.payload, at: now) }
                }
            }
            session.acknowledge()
        }
        session.end()
    }

    func stop() { stops.store(true, ordering: .relaxed) }

    var all: [Arrival] { arrivals.withLock { $0 } }

    /// The alerts so far, in order.
    func alerts() throws -> [(alert: Alert, at: ContinuousClock.Instant)] {
        try all.filter { $0.topic.hasSuffix("/alert") }.map { arrival in
            (try JSONDecoder().decode(Alert.self, from: Data(arrival.payload)), arrival.at)
        }
    }

    /// The first alert of a block, in a stage if one is named.
    func alert(block: String, stage: String? = nil, within time: Duration) throws -> ContinuousClock.Instant {
        let topic = "smokehub/demo/block/\(block)/alert"
        let word = stage.map { "\"stage\":\"\($0)\"" } ?? ""
        return try wait("an alert of block \(block)", within: time) {
            arrivals.withLock { arrivals in
                arrivals.first {
                    $0.topic == topic
                        && (word.isEmpty || String(decoding: $0.payload, as: UTF8.self).contains(word))
                }?.at
            }
        }
    }

    /// Waits until nothing has come for a while.
    func quiet(for time: Duration, within longest: Duration) throws {
        try wait("silence", within: longest) {
            let last = arrivals.withLock { $0.last?.at }
            return last.map { ContinuousClock.now - $0 > time } ?? false ? () : nil
        }
    }
}
