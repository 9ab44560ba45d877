import Registry
import Store

// Whose data are deleted.
extension Dispatcher {
    /// Ends what is under way to some people, and writes nothing of them any more.
    package mutating func forget(_ people: Set<Resident.ID>, at now: Instant) {
        for delivery in outbox.deliveries.sorted(by: { $0.id < $1.id }) where people.contains(delivery.target) {
            if delivery.state == .sending {
                // Its outcome will find nobody.
                outbox.land(delivery.id, .nothing, at: now)
                if delivery.attempts == 1 { progress[delivery.alert]?.noteTried(delivery) }
            }
            finish(delivery, as: .superseded)
        }
        for delivery in climbs.deliveries.values.sorted(by: { $0.id < $1.id }) where people.contains(delivery.target) {
            endClimbs(of: Told.Key(incident: delivery.incident, target: delivery.target))
        }
        unfolding?.forget(people)
        book.forget(people: people)
        answers = answers.filter { !people.contains($0.key.target) }
        for person in people { unclear[person] = nil }
        references.forget { Self.isOf(people, delivery: $0) }
        unwritten.deliveries = unwritten.deliveries.filter { !people.contains($0.value.target) }
        for person in people { unwritten.choices[person] = nil }
        unwritten.told = unwritten.told.filter { !people.contains($0.key.target) }
        unwritten.answers.removeAll { people.contains($0.resident) }
        unwritten.receipts.removeAll { Self.isOf(people, delivery: $0.delivery) }
    }

    /// A delivery's id ends in its contact's, which is the person's and a number.
    private static func isOf(_ people: Set<Resident.ID>, delivery: Delivery.ID) -> Bool {
        let levels = delivery.split(separator: "/")
        return levels.count > 1 && people.contains(String(levels[levels.count - 2]))
    }
}
