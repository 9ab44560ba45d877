import HeapModule
import Registry
import Rules
import Store

/// The open deliveries in memory: which may leave now, the nearest first, and when the next is due.
///
/// Each channel, and within it each far end (a webhook's host), is a lane of its own with a bounded number in flight,
/// so that one that is slow or dead delays no other.
package struct Outbox: Sendable {
    struct Limits: Hashable, Sendable {
        var inFlightPerLane: Int
        var inFlightPerChannel: Int
    }

    private let limits: Limits
    package private(set) var deliveries: [Delivery.ID: Delivery] = [:]
    private var laneNames: [Delivery.ID: LaneName] = [:]
    private var lanes: [LaneName: Lane] = [:]
    private var inFlightPerChannel: [String: Int] = [:]
    private var waiting = Heap<Waiting>()
    private var byTarget: [Told.Key: Set<Delivery.ID>] = [:]

    init(limits: Limits) { self.limits = limits }

    struct LaneName: Hashable, Comparable, Sendable {
        var channel: String
        /// As ``Channel/farEnd(of:)`` names it.
        var farEnd: String

        static func < (left: LaneName, right: LaneName) -> Bool {
            (left.channel, left.farEnd) < (right.channel, right.farEnd)
        }
    }

    private struct Lane: Sendable {
        var ready = Heap<Ready>()
        var inFlight = 0
    }

    private struct Ready: Comparable, Sendable {
        var rank: Int
        var sequence: Int64
        var id: Delivery.ID

        static func < (left: Ready, right: Ready) -> Bool {
            (left.rank, left.sequence, left.id) < (right.rank, right.sequence, right.id)
        }
    }

    private struct Waiting: Comparable, Sendable {
        var dueAt: Instant
        var id: Delivery.ID

        static func < (left: Waiting, right: Waiting) -> Bool { (left.dueAt, left.id) < (right.dueAt, right.id) }
    }

    package var count: Int { deliveries.count }
    package var inFlight: Int { inFlightPerChannel.values.reduce(0, +) }

    mutating func add(_ delivery: Delivery, lane: LaneName) {
        deliveries[delivery.id] = delivery
        laneNames[delivery.id] = lane
        byTarget[key(delivery), default: []].insert(delivery.id)
        waiting.insert(Waiting(dueAt: delivery.dueAt, id: delivery.id))
    }

    /// The open deliveries of an incident to one target.
    func open(incident: String, target: String) -> [Delivery] {
        (byTarget[Told.Key(incident: incident, target: target)] ?? []).sorted().compactMap { deliveries[$0] }
    }

    /// Takes out what may leave now. They count as in flight until ``land(_:)``.
    mutating func depart(at now: Instant) -> [Delivery] {
        while let next = waiting.min, next.dueAt <= now {
            waiting.removeMin()
            guard let delivery = deliveries[next.id], delivery.state == .pending, delivery.dueAt == next.dueAt,
                let lane = laneNames[next.id]
            else { continue }
            lanes[lane, default: Lane()].ready.insert(
                Ready(rank: delivery.rank, sequence: delivery.sequence, id: delivery.id))
        }
        var departing: [Delivery] = []
        for name in lanesByUrgency() {
            while let delivery = nextReady(in: name) {
                departing.append(delivery)
            }
        }
        return departing.sorted { ($0.rank, $0.sequence, $0.id) < ($1.rank, $1.sequence, $1.id) }
    }

    /// When a delivery that waits will be due; `nil` if none waits for a moment.
    package var nextDue: Instant? { waiting.min?.dueAt }

    /// Frees the place in its lane. The delivery, if it is still open, waits until ``postpone(_:)`` or ``remove(_:)``.
    mutating func land(_ id: Delivery.ID) {
        guard let lane = laneNames[id] else { return }
        lanes[lane]?.inFlight -= 1
        inFlightPerChannel[lane.channel, default: 0] -= 1
    }

    /// Puts back a delivery that is to be tried again at its `dueAt`.
    mutating func postpone(_ delivery: Delivery) {
        note(delivery)
        waiting.insert(Waiting(dueAt: delivery.dueAt, id: delivery.id))
    }

    /// Takes over what has changed in a delivery.
    mutating func note(_ delivery: Delivery) { deliveries[delivery.id] = delivery }

    /// Forgets a delivery that is finished, after it has landed.
    mutating func remove(_ delivery: Delivery) {
        deliveries[delivery.id] = nil
        byTarget[key(delivery)]?.remove(delivery.id)
        if byTarget[key(delivery)]?.isEmpty == true { byTarget[key(delivery)] = nil }
        guard let name = laneNames.removeValue(forKey: delivery.id) else { return }
        if let lane = lanes[name], lane.inFlight == 0, lane.ready.isEmpty { lanes[name] = nil }
    }

    private func key(_ delivery: Delivery) -> Told.Key {
        Told.Key(incident: delivery.incident, target: delivery.target)
    }

    /// Those with something ready, the one with the most urgent delivery first.
    private func lanesByUrgency() -> [LaneName] {
        lanes.compactMap { name, lane in lane.ready.min.map { (name, $0) } }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
            .map(\.0)
    }

    private mutating func nextReady(in name: LaneName) -> Delivery? {
        while let lane = lanes[name], lane.inFlight < limits.inFlightPerLane,
            inFlightPerChannel[name.channel, default: 0] < limits.inFlightPerChannel,
            let ready = lanes[name]?.ready.popMin()
        {
            guard var delivery = deliveries[ready.id], delivery.state == .pending else { continue }
            delivery.state = .sending
            deliveries[ready.id] = delivery
            lanes[name]?.inFlight += 1
            inFlightPerChannel[name.channel, default: 0] += 1
            return delivery
        }
        return nil
    }
}
