public import Registry
public import Rules

/// One alert to one contact over one channel, and how far it has come.
///
/// The address is not in it: it is looked up by the contact's id when the delivery is sent, so that no number or URL
/// rests in the outbox.
public struct Delivery: Hashable, Sendable, Identifiable {
    public typealias ID = String

    /// What a person can read out, and what the far end recognises a repetition by: `a-fire-7/3/r-a-12c/1`.
    public let id: ID
    public let alert: Alert.ID
    public var incident: String
    /// Who is told, or what sounds: a resident's id, `siren/<device id>`, or a station: `cap/<name>`.
    public var target: String
    public let contact: Contact.ID
    public var channel: String
    /// Smaller is nearer to the danger, and sent earlier.
    public var rank: Int
    /// The alert's place in the hub's sequence: among equal ranks the earlier alert goes first.
    public var sequence: Int64
    public var state: State
    /// How many times it was handed to its channel.
    public var attempts: Int
    public var createdAt: Instant
    /// When it is to be sent, or sent again.
    public var dueAt: Instant
    /// The first attempt, and the last.
    public var firstAttemptedAt: Instant?
    public var attemptedAt: Instant?
    public var acceptedAt: Instant?
    /// What the far end calls it, if it said so: what its reports name.
    public var reference: String?
    public var deliveredAt: Instant?
    public var readAt: Instant?
    /// When the person's next contact is tried as well, unless they have answered; `nil` if none is.
    public var climbAt: Instant?
    /// Why the last attempt failed: nothing personal.
    public var error: String?

    /// An id's two halves; `nil` if it is no delivery's.
    static func parts(of id: ID) -> (alert: Alert.ID, contact: Contact.ID)? {
        // An alert's id has one slash, or none in an announcement; a contact's has one.
        let levels = id.split(separator: "/", omittingEmptySubsequences: false)
        guard (3...4).contains(levels.count) else { return nil }
        return (levels.dropLast(2).joined(separator: "/"), levels.suffix(2).joined(separator: "/"))
    }

    public init(
        alert: Alert.ID, incident: String, target: String, contact: Contact.ID, channel: String, rank: Int,
        sequence: Int64, createdAt: Instant
    ) {
        id = "\(alert)/\(contact)"
        self.alert = alert
        self.incident = incident
        self.target = target
        self.contact = contact
        self.channel = channel
        self.rank = rank
        self.sequence = sequence
        self.createdAt = createdAt
        state = .pending
        attempts = 0
        dueAt = createdAt
    }

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Waits for its first attempt, or for the next.
        case pending
        /// Handed to the channel. Found after a crash, its receipt is lost and it is sent again.
        case sending
        case accepted
        /// The far end will never take it.
        case refused
        /// It cannot be sent: the contact or its channel is gone.
        case failed
        /// Its deadline passed.
        case expired
        /// A newer alert tells the same target, or another contact of theirs took it.
        case superseded

        /// Nothing more happens to it.
        public var isFinal: Bool { self != .pending && self != .sending }
    }
}
