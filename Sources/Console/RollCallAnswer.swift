public import Hummingbird
import Notify
import Registry

/// The roll-call of one incident, as ``RollCall`` has it.
public struct RollCallAnswer: ResponseCodable, Sendable {
    public var incident: String
    /// The drill's id; absent if it is real.
    public var exercise: String?
    /// RFC 3339, as are all moments here.
    public var at: String
    /// The same by the estate's clocks: `2026-11-23 17:27`.
    public var clock: String
    public var estate: String
    /// How many there are of each state, by its name.
    public var counts: [String: Int]
    /// How many a far end has taken a message for.
    public var reached: Int
    /// From the most urgent.
    public var people: [Person]

    public struct Person: Codable, Hashable, Sendable {
        public var resident: String
        public var name: String
        /// A path: `a/12/C`.
        public var place: String
        public var block: String
        public var floor: String?
        public var flat: String?
        public var needs: String
        /// As in ``RollCall/State``.
        public var state: String
        public var toldAt: String?
        public var acceptedAt: String?
        public var deliveredAt: String?
        public var readAt: String?
        public var answeredAt: String?
    }

    init(_ roll: RollCall, estate: Estate, utcOffset: Duration) {
        incident = roll.incident
        exercise = roll.exercise
        at = roll.at.description
        clock = String((roll.at + utcOffset).description.prefix(16)).replacing("T", with: " ")
        self.estate = estate.name[.english]
        counts = Dictionary(uniqueKeysWithValues: RollCall.State.allCases.map { ($0.rawValue, roll.count($0)) })
        reached = roll.reached
        people = roll.people.map { person in
            Person(
                resident: person.resident, name: person.name, place: person.place.description,
                block: person.place.block, floor: person.place.floor, flat: person.place.flat, needs: person.needs,
                state: person.state.rawValue, toldAt: person.toldAt?.description,
                acceptedAt: person.acceptedAt?.description, deliveredAt: person.deliveredAt?.description,
                readAt: person.readAt?.description, answeredAt: person.answeredAt?.description)
        }
    }
}
