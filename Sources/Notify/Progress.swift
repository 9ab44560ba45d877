import Registry
import Rules
import Store

/// How far the telling of one alert has come, channel by channel, while some delivery of it is open.
struct Progress: Sendable {
    let alert: Alert
    /// Every contact that was tried or is to be tried.
    private(set) var contacts: Set<Contact.ID> = []
    /// Every target that some contact has been accepted for.
    private(set) var told: Set<String> = []
    private(set) var tallies: [String: Tally] = [:]
    /// Deliveries that are not finished.
    private(set) var open = 0
    /// Every target that something was or is to be sent to.
    var targets: Set<String> { tallies.values.reduce(into: []) { $0.formUnion($1.targets) } }
    /// How many people were reached when that was last said.
    private var reach: Int?
    /// What still waits for an answer: deliveries that were accepted, and the incident's ladder of people.
    var awaited = 0

    /// Not everybody is in the outbox yet, so that nothing can be said of them all.
    var isUnfolding = false

    var isOver: Bool { open == 0 && awaited == 0 && !isUnfolding }

    init(_ alert: Alert) { self.alert = alert }

    struct Tally: Hashable, Sendable {
        var targets: Set<String> = []
        var told: Set<String> = []
        /// The contacts that accepted, in that order.
        var contacts: [Contact.ID] = []
        /// Not attempted yet.
        var untried = 0
        var open = 0
        /// When the first of them was put into the outbox.
        var beganAt: Instant?
        var lastAcceptedAt: Instant?
        /// What the last summary said, so that it is not said twice.
        fileprivate var summarised: Int?

        /// Whether there is something to say that has not been said: all were tried once, or all is over.
        fileprivate var isDue: Bool {
            untried == 0 && !targets.isEmpty && summarised != told.count && (summarised == nil || open == 0)
        }

        fileprivate mutating func add(_ delivery: Delivery) {
            targets.insert(delivery.target)
            open += 1
            beganAt = min(beganAt ?? delivery.createdAt, delivery.createdAt)
            if delivery.attempts == 0 { untried += 1 }
        }
    }

    mutating func add(_ delivery: Delivery) {
        contacts.insert(delivery.contact)
        open += 1
        tallies[delivery.channel, default: Tally()].add(delivery)
    }

    /// A delivery of an earlier run, whatever became of it.
    mutating func restore(_ delivery: Delivery) {
        if delivery.state == .superseded {
            contacts.insert(delivery.contact)
            return
        }
        add(delivery)
        guard delivery.state.isFinal else { return }
        if delivery.attempts == 0 { tallies[delivery.channel]?.untried -= 1 }
        finish(delivery)
    }

    /// What has been restored was summarised before the restart.
    mutating func restoreSummaries() {
        guard !isUnfolding else { return }
        for (channel, tally) in tallies where tally.untried == 0 { tallies[channel]?.summarised = tally.told.count }
        _ = dueReach()
    }

    /// The first attempt of a delivery has ended, or there will be none.
    mutating func noteTried(_ delivery: Delivery) { tallies[delivery.channel]?.untried -= 1 }

    mutating func finish(_ delivery: Delivery) {
        open -= 1
        tallies[delivery.channel]?.open -= 1
        switch delivery.state {
        case .accepted:
            told.insert(delivery.target)
            tallies[delivery.channel]?.told.insert(delivery.target)
            tallies[delivery.channel]?.contacts.append(delivery.contact)
            tallies[delivery.channel]?.lastAcceptedAt = delivery.acceptedAt
        case .superseded:
            tallies[delivery.channel]?.targets.remove(delivery.target)
        case .pending, .sending, .refused, .failed, .expired:
            break
        }
    }

    /// The people over all channels, when there are several channels and something is to be said of them together: once
    /// all were tried, and again when all is over and more were told meanwhile. It is then taken as said.
    mutating func dueReach() -> Tally? {
        // Sirens and stations are called by a path, people by a name.
        let personal = tallies.values.filter { $0.targets.contains { !$0.contains("/") } }
        guard !isUnfolding, personal.count > 1, personal.allSatisfy({ $0.untried == 0 }) else { return nil }
        var all = Tally()
        for tally in personal {
            all.targets.formUnion(tally.targets)
            all.told.formUnion(tally.told)
            all.open += tally.open
            all.beganAt = [all.beganAt, tally.beganAt].compactMap(\.self).min()
            all.lastAcceptedAt = [all.lastAcceptedAt, tally.lastAcceptedAt].compactMap(\.self).max()
        }
        guard reach != all.told.count, reach == nil || all.open == 0 else { return nil }
        reach = all.told.count
        return all
    }

    /// The channels of which something is to be said now; each is then taken as said.
    mutating func dueSummaries() -> [(channel: String, tally: Tally)] {
        guard !isUnfolding else { return [] }
        let due = tallies.filter(\.value.isDue).sorted { $0.key < $1.key }
        for (channel, tally) in due { tallies[channel]?.summarised = tally.told.count }
        return due.map { ($0.key, $0.value) }
    }
}
