public import Registry
public import Rules

/// One alert as one contact is told it.
public struct Notice: Hashable, Sendable {
    /// The delivery's id, the same at every attempt: `a-fire-7/3/r-a-12c/1`.
    public var id: String
    public var alert: Alert
    /// The contact's id.
    public var recipient: Contact.ID
    /// The language that `text` is in.
    public var language: Language
    /// What a person reads.
    public var text: String
    /// Where it burns or leaks, in that language: `flat 12C`.
    public var place: String

    public init(
        id: String, alert: Alert, recipient: Contact.ID, language: Language, text: String, place: String
    ) {
        self.id = id
        self.alert = alert
        self.recipient = recipient
        self.language = language
        self.text = text
        self.place = place
    }
}
