public import Registry

/// What came back after the far end had taken a delivery. Kept apart from each other, because none implies the next: a
/// gateway that accepts may never deliver, and what lies on a phone need not have been read.
public struct Receipt: Hashable, Sendable, Codable {
    public var delivery: Delivery.ID
    public var kind: Kind
    public var at: Instant
    /// Why not, in the far end's words: nothing personal.
    public var reason: String?

    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// It is on the person's phone.
        case delivered
        /// It was shown to them.
        case read
        /// The far end had accepted it and gave it up.
        case undelivered
    }

    public init(_ kind: Kind, of delivery: Delivery.ID, at moment: Instant, reason: String? = nil) {
        self.delivery = delivery
        self.kind = kind
        at = moment
        self.reason = reason
    }
}

/// What a person says when they are asked whether they are safe.
public enum Answer: String, Hashable, Sendable, Codable, CaseIterable {
    case safe
    case needHelp = "need-help"
    /// Somebody who looks after the estate has seen it and is on the way.
    case onIt = "on-it"
    /// Nothing burns: from the flat of origin the guards are asked to look; it never silences anything by itself.
    case falseAlarm = "false-alarm"
}

/// An answer, and whose it is.
public struct GivenAnswer: Hashable, Sendable, Codable {
    public var incident: String
    public var resident: Resident.ID
    public var answer: Answer
    public var at: Instant
    /// Over which channel it came: `page`, `sms`.
    public var channel: String
    /// The drill's id if it was an exercise; not kept, for the alerts say it.
    public var exercise: String?

    public init(
        _ answer: Answer, from resident: Resident.ID, to incident: String, at moment: Instant, over channel: String,
        exercise: String? = nil
    ) {
        self.answer = answer
        self.resident = resident
        self.incident = incident
        at = moment
        self.channel = channel
        self.exercise = exercise
    }
}
