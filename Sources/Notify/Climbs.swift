import HeapModule
import Registry
import Store

/// The deliveries that were accepted and not yet answered: when each person's next contact is due.
struct Climbs: Sendable {
    private(set) var deliveries: [Delivery.ID: Delivery] = [:]
    private var byTarget: [Told.Key: Set<Delivery.ID>] = [:]
    private var due = Heap<Due>()

    private struct Due: Comparable, Sendable {
        var at: Instant
        var id: Delivery.ID

        static func < (left: Due, right: Due) -> Bool { (left.at, left.id) < (right.at, right.id) }
    }

    /// - Parameter delivery: with its `climbAt`.
    mutating func add(_ delivery: Delivery) {
        guard let at = delivery.climbAt else { return }
        deliveries[delivery.id] = delivery
        byTarget[key(delivery), default: []].insert(delivery.id)
        due.insert(Due(at: at, id: delivery.id))
    }

    mutating func remove(_ id: Delivery.ID) -> Delivery? {
        guard let delivery = deliveries.removeValue(forKey: id) else { return nil }
        byTarget[key(delivery)]?.remove(id)
        if byTarget[key(delivery)]?.isEmpty == true { byTarget[key(delivery)] = nil }
        return delivery
    }

    /// Takes out those of one person and incident.
    mutating func removeAll(of key: Told.Key) -> [Delivery] {
        (byTarget[key] ?? []).sorted().compactMap { remove($0) }
    }

    /// Takes out the next that is due.
    mutating func next(at now: Instant) -> Delivery? {
        while let first = due.min, first.at <= now {
            due.removeMin()
            if deliveries[first.id]?.climbAt == first.at, let delivery = remove(first.id) { return delivery }
        }
        return nil
    }

    /// When the next is due; `nil` if none waits.
    var nextDue: Instant? { due.min?.at }

    private func key(_ delivery: Delivery) -> Told.Key {
        Told.Key(incident: delivery.incident, target: delivery.target)
    }
}
