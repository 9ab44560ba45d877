public import Registry
public import Rules
public import Store

/// Who of an incident's people has been reached, and what they have answered, flat by flat: what the fire officer at the
/// door asks first.
///
/// On it is everybody who lives in a block of the incident, and whoever else was told of it and lives in the estate. The
/// most urgent flat comes first: somebody needs help, then those who are known to need it and have not answered, then
/// those not reached, those who do not answer, and those who are safe.
public struct RollCall: Hashable, Sendable {
    public var incident: String
    public var exercise: String?
    public var at: Instant
    public var people: [Person]

    public struct Person: Hashable, Sendable {
        public var resident: Resident.ID
        public var name: String
        public var place: Place
        /// What they need help with, in words; empty if nothing.
        public var needs: String
        public var state: State
        /// When they were first told, or it was tried.
        public var toldAt: Instant?
        /// When a far end first had the message, their phone had it, and they saw it.
        public var acceptedAt: Instant?
        public var deliveredAt: Instant?
        public var readAt: Instant?
        public var answeredAt: Instant?
    }

    /// From the most urgent.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case needHelp = "need-help"
        /// Nothing that was tried got through, or there is nothing to try.
        case notReached = "not-reached"
        /// They have turned all their contacts off by themselves.
        case optedOut = "opted-out"
        case noAnswer = "no-answer"
        /// They live there, and the incident has not been told to them.
        case notTold = "not-told"
        case falseAlarm = "false-alarm"
        case safe
    }

    /// - Parameters:
    ///   - alerts: of this incident, as they were told; - deliveries: all of it; - answers: the last of each person.
    public init(
        of incident: String, alerts: [Alert], deliveries: [Delivery], answers: [GivenAnswer], directory: Directory,
        at moment: Instant
    ) {
        self.incident = incident
        exercise = alerts.first?.exercise
        at = moment
        let blocks = Set(alerts.flatMap { $0.block == "*" ? $0.places.map(\.block) : [$0.block] })
        let told = Dictionary(grouping: deliveries, by: \.target)
        let answered = Dictionary(answers.map { ($0.resident, $0) }, uniquingKeysWith: { $1 })
        people = directory.residents.compactMap { resident in
            guard resident.role.isThere, let place = resident.place, place.unit != nil,
                blocks.contains(place.block) || told[resident.id] != nil,
                answered[resident.id] != nil || !directory.hasLeft(resident, at: moment)
            else { return nil }
            return Person(resident, at: place, told[resident.id] ?? [], answered[resident.id])
        }
        people.sort { $0.sortKey(in: directory.estate) < $1.sortKey(in: directory.estate) }
    }

    public func count(_ state: State) -> Int { people.count { $0.state == state } }

    /// How many a far end has taken a message for.
    public var reached: Int { people.count { $0.acceptedAt != nil } }
}

extension RollCall.Person {
    fileprivate init(_ resident: Resident, at place: Place, _ deliveries: [Delivery], _ answer: GivenAnswer?) {
        self.resident = resident.id
        name = resident.name
        self.place = place
        needs = resident.needs
        toldAt = deliveries.map(\.createdAt).min()
        // What was taken and could not be delivered is not reached.
        let taken = deliveries.filter { $0.acceptedAt != nil && $0.state != .failed }
        acceptedAt = taken.compactMap(\.acceptedAt).min()
        deliveredAt = deliveries.compactMap(\.deliveredAt).min()
        readAt = deliveries.compactMap(\.readAt).min()
        answeredAt = answer?.at
        state =
            switch answer?.answer {
            case .needHelp: .needHelp
            case .safe, .onIt: .safe
            case .falseAlarm: .falseAlarm
            case nil where resident.hasOptedOut: .optedOut
            case nil where deliveries.isEmpty && !resident.contacts.isEmpty: .notTold
            case nil: taken.isEmpty ? .notReached : .noAnswer
            }
    }

    fileprivate func sortKey(in estate: Estate) -> SortKey {
        let urgency =
            switch state {
            case .needHelp: 0
            case .notReached, .optedOut: needs.isEmpty ? 2 : 1
            case .noAnswer, .notTold: needs.isEmpty ? 3 : 1
            case .falseAlarm, .safe: 4
            }
        let block = estate.position(ofBlock: place.block) ?? .max
        let floor = place.floor.flatMap { estate.block(place.block)?.floors.firstIndex(of: $0) } ?? -1
        // From the top down, as a stair is searched.
        return SortKey(parts: [urgency, block, -floor], flat: place.flat ?? "", resident: resident)
    }

    fileprivate struct SortKey: Comparable {
        var parts: [Int]
        var flat: String
        var resident: String

        static func < (left: SortKey, right: SortKey) -> Bool {
            if left.parts != right.parts { return left.parts.lexicographicallyPrecedes(right.parts) }
            return (left.flat, left.resident) < (right.flat, right.resident)
        }
    }
}
