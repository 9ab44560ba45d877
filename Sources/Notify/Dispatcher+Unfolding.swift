import Registry
import Rules
import Store

// Putting those whom an alert concerns into the outbox, some at a time, so that the nearest are on their way while the
// others are still written down.
extension Dispatcher {
    /// Puts the next of the alert that is being unfolded into the outbox; nothing if there is none.
    package mutating func unfold(atOnce max: Int, at now: Instant) {
        // Taken out, for what is held twice is copied with all who wait in it.
        guard var unfolding = unfolding.take() else { return }
        unfold(&unfolding, atOnce: max, at: now)
        if !unfolding.isOver { self.unfolding = unfolding }
    }

    mutating func unfold(_ unfolding: inout Unfolding, atOnce max: Int, at now: Instant) {
        let alert = unfolding.alert
        let part = unfolding.next(max)
        for entry in part.told {
            let older = outbox.open(incident: entry.incident, target: entry.target)
            unwritten.told[entry.key] = book.note(entry, isUnheard: isUnheard(older))
            supersede(older)
            endClimbs(of: entry.key)
        }
        forgetWaiting(for: alert, part.deliveries, at: now)
        for delivery in inReach(part.deliveries, of: alert, notOver: unfolding.notOver, at: now) { open(delivery) }
        touched.insert(alert.id)
        note(alert, isUnfolding: !unfolding.isOver)
        guard unfolding.isOver else { return }
        note(cursor: unfolding.sequence)
        if alert.stage == .closed { forget(alert.incident) }
    }

    /// Until everybody is in the outbox, an alert counts as one that is still to be expanded: after a crash it is, but for
    /// those who are.
    private mutating func note(_ alert: Alert, isUnfolding: Bool) {
        guard progress[alert.id]?.isUnfolding != isUnfolding else { return }
        progress[alert.id]?.isUnfolding = isUnfolding
        unwritten.unfolding[alert.id] = isUnfolding
    }

    /// Of an alert that a stop or a crash has interrupted.
    func leaveOutThoseInOutbox(_ expansion: inout Expansion, of alert: Alert) {
        let targets = progress[alert.id]?.targets ?? []
        expansion.told.removeAll { book.entry($0.incident, $0.target)?.alert == alert.id }
        expansion.deliveries.removeAll { targets.contains($0.target) }
    }
}

/// An alert of whose people not all are in the outbox.
package struct Unfolding: Sendable {
    let alert: Alert
    /// As in ``Dispatcher/expand(_:sequence:at:notOver:atOnce:)``.
    let sequence: Int64?
    let notOver: String?
    /// The nearest first, and what is to be noted of those whom they tell; `taken` of them are in the outbox.
    private var deliveries: [(delivery: Delivery, told: Told?)]
    private var taken = 0
    /// What is to be noted of those whom no delivery waits for.
    private var unreached: [Told]

    init(_ alert: Alert, _ sequence: Int64?, _ expansion: Expansion, notOver: String?) {
        self.alert = alert
        self.sequence = sequence
        self.notOver = notOver
        var told = Dictionary(expansion.told.map { ($0.target, $0) }, uniquingKeysWith: { first, _ in first })
        deliveries = expansion.deliveries.map { ($0, told.removeValue(forKey: $0.target)) }
        unreached = told.isEmpty ? [] : expansion.told.filter { told[$0.target] != nil }
    }

    var isOver: Bool { taken == deliveries.count && unreached.isEmpty }

    /// Takes out the next deliveries, and what is to be noted of those whom they tell.
    mutating func next(_ max: Int) -> (told: [Told], deliveries: [Delivery]) {
        let part = deliveries[taken...].prefix(max)
        taken += part.count
        defer { unreached = [] }
        return (unreached + part.compactMap(\.told), part.map(\.delivery))
    }

    mutating func forget(_ people: Set<Resident.ID>) {
        deliveries = deliveries[taken...].filter { !people.contains($0.delivery.target) }
        taken = 0
        unreached.removeAll { people.contains($0.target) }
    }
}
