/// A person who is told: a resident, or somebody who looks after the estate. Loaded from `residents.csv`.
///
/// Names and addresses are personal: they never enter a log. A person appears there by ``id``.
public struct Resident: Hashable, Sendable, Identifiable {
    public typealias ID = String

    public var id: ID
    public var name: String
    public var language: Language
    /// Where the person lives or keeps watch; `nil` for the whole estate.
    public var place: Place?
    public var role: Role
    /// What the person needs help with, in words; empty if nothing.
    public var needs: String
    /// From this day on they live here no more, and are not told; `nil` for as long as they stand in the file.
    public var until: CalendarDay?
    /// In the order to try.
    public var contacts: [Contact]

    public init(
        id: ID, name: String, language: Language, place: Place?, role: Role, needs: String = "",
        until: CalendarDay? = nil, contacts: [Contact]
    ) {
        self.id = id
        self.name = name
        self.language = language
        self.place = place
        self.role = role
        self.needs = needs
        self.until = until
        self.contacts = contacts
    }

    /// Whether they have moved out.
    public func hasLeft(at moment: Instant, utcOffset: Duration) -> Bool {
        until.map { $0.start(utcOffset: utcOffset) <= moment } ?? false
    }

    public enum Role: String, Hashable, Sendable, Codable, CaseIterable {
        case resident, warden, guardian = "guard", office, maintenance
        /// Owns the flat and lives elsewhere.
        case owner
        /// Is told when those who live in the flat do not answer, and lives elsewhere.
        case nextOfKin = "next-of-kin"

        /// Whether the person is where their place is. Who is not is never told to leave it.
        public var isThere: Bool { self != .owner && self != .nextOfKin }
    }
}

/// One way to reach a person: a channel, and the address in it.
public struct Contact: Hashable, Sendable, Identifiable {
    /// The resident's id and the position among their contacts, from 1: `r-a-12c/1`. It carries nothing personal.
    public var id: String
    /// The channel's name, as `hub.yaml` gives it: `siren`, `webhook`.
    public var channel: String
    /// What the channel sends to: a siren's device id, a URL.
    public var address: String
    /// The person has not turned it off for themselves.
    public var isOn = true

    public init(resident: Resident.ID, position: Int, channel: String, address: String) {
        id = "\(resident)/\(position)"
        self.channel = channel
        self.address = address
    }
}
