import HeapModule
import Registry
import Rules
import Store

/// The open deliveries in memory: which may leave now, the nearest first, and when the next is due.
///
/// Each channel, and within it each far end (a webhook's host), is a ``Lane`` of its own with a bounded number in flight,
/// so that one that is slow or dead delays no other.
package struct Outbox: Sendable {
    struct Limits: Hashable, Sendable {
        var lane: Lane.Limits
        var inFlightPerChannel: Int
        /// After so many attempts a delivery goes behind those that were never tried.
        var attemptsBeforeOthers: Int
    }

    private let limits: Limits
    private var entries: [Delivery.ID: Entry] = [:]
    private var lanes: [LaneName: Lane] = [:]
    private var inFlightPerChannel: [String: Int] = [:]
    private var waiting = Heap<Waiting>()
    private var byTarget: [Told.Key: Set<Delivery.ID>] = [:]

    init(limits: Limits) { self.limits = limits }

    private struct Entry: Sendable {
        var delivery: Delivery
        let lane: LaneName
    }

    struct LaneName: Hashable, Comparable, Sendable {
        var channel: String
        /// As ``Channel/farEnd(of:)`` names it.
        var farEnd: String

        static func < (left: LaneName, right: LaneName) -> Bool {
            (left.channel, left.farEnd) < (right.channel, right.farEnd)
        }
    }

    private struct Waiting: Comparable, Sendable {
        var dueAt: Instant
        var id: Delivery.ID

        static func < (left: Waiting, right: Waiting) -> Bool { (left.dueAt, left.id) < (right.dueAt, right.id) }
    }

    package var count: Int { entries.count }

    package subscript(id: Delivery.ID) -> Delivery? { entries[id]?.delivery }

    /// In no order.
    package var deliveries: some Sequence<Delivery> { entries.values.lazy.map(\.delivery) }

    package var inFlight: Int { inFlightPerChannel.values.reduce(0, +) }

    mutating func add(_ delivery: Delivery, lane: LaneName) {
        entries[delivery.id] = Entry(delivery: delivery, lane: lane)
        byTarget[key(delivery), default: []].insert(delivery.id)
        waiting.insert(Waiting(dueAt: delivery.dueAt, id: delivery.id))
    }

    /// The open deliveries of an incident to one target.
    func open(incident: String, target: String) -> [Delivery] {
        (byTarget[Told.Key(incident: incident, target: target)] ?? []).sorted().compactMap { self[$0] }
    }

    /// Takes out what may leave now. They count as in flight until ``land(_:)``.
    mutating func depart(at now: Instant) -> [Delivery] {
        while let next = waiting.min, next.dueAt <= now {
            waiting.removeMin()
            guard let entry = entries[next.id], case let delivery = entry.delivery, delivery.state == .pending,
                delivery.dueAt == next.dueAt
            else { continue }
            lanes[entry.lane, default: Lane(limits.lane)].add(
                Lane.Ready(
                    isStubborn: delivery.attempts >= limits.attemptsBeforeOthers, rank: delivery.rank,
                    sequence: delivery.sequence, id: delivery.id), incident: delivery.incident)
        }
        for name in lanes.keys { lanes[name]?.resume(at: now) }
        var departing: [Delivery] = []
        for name in lanesByUrgency() {
            while let delivery = nextReady(in: name) {
                departing.append(delivery)
            }
        }
        return departing.sorted { ($0.rank, $0.sequence, $0.id) < ($1.rank, $1.sequence, $1.id) }
    }

    /// When a delivery that waits will be due, or a far end has been left alone for long enough; `nil` if nothing waits for
    /// a moment.
    package var nextDue: Instant? {
        // What is paused and has nothing to send needs no waking.
        (lanes.values.compactMap { $0.first == nil ? nil : $0.pausedUntil } + [waiting.min?.dueAt].compactMap(\.self))
            .min()
    }

    /// Frees the place in its lane. The delivery, if it is still open, waits until ``postpone(_:)`` or ``remove(_:)``.
    mutating func land(_ id: Delivery.ID, _ verdict: Lane.Verdict, at now: Instant) {
        guard let entry = entries[id] else { return }
        lanes[entry.lane]?.land(incident: entry.delivery.incident, verdict, at: now)
        inFlightPerChannel[entry.lane.channel, default: 0] -= 1
    }

    /// Puts back a delivery that is to be tried again at its `dueAt`.
    mutating func postpone(_ delivery: Delivery) {
        note(delivery)
        waiting.insert(Waiting(dueAt: delivery.dueAt, id: delivery.id))
    }

    /// Takes over what has changed in a delivery.
    mutating func note(_ delivery: Delivery) { entries[delivery.id]?.delivery = delivery }

    /// Forgets a delivery that is finished, after it has landed.
    mutating func remove(_ delivery: Delivery) {
        guard let name = entries.removeValue(forKey: delivery.id)?.lane else { return }
        let key = key(delivery)
        byTarget[key]?.remove(delivery.id)
        if byTarget[key]?.isEmpty == true { byTarget[key] = nil }
        if lanes[name]?.isIdle == true { lanes[name] = nil }
    }

    private func key(_ delivery: Delivery) -> Told.Key {
        Told.Key(incident: delivery.incident, target: delivery.target)
    }

    /// Those with something ready, the one with the most urgent delivery first.
    private func lanesByUrgency() -> [LaneName] {
        lanes.compactMap { name, lane in lane.first.map { (name, $0) } }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
            .map(\.0)
    }

    private mutating func nextReady(in name: LaneName) -> Delivery? {
        // As within a lane: dead far ends leave room for the others.
        // The number alone is taken out: a lane that is held twice is copied with all that waits in it.
        while let inLane = lanes[name]?.inFlight, case let underway = inFlightPerChannel[name.channel, default: 0],
            inLane < 3 * (limits.inFlightPerChannel - underway), let next = lanes[name]?.next()
        {
            guard entries[next.id]?.delivery.state == .pending else { continue }
            entries[next.id]?.delivery.state = .sending
            lanes[name]?.depart(incident: next.incident)
            inFlightPerChannel[name.channel, default: 0] += 1
            return self[next.id]
        }
        return nil
    }
}
