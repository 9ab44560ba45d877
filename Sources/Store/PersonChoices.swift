public import Registry
public import Rules

/// What a person has chosen for themselves, against what `residents.csv` says of them. It stays when that is read again.
public struct PersonChoices: Hashable, Sendable, Codable {
    public var resident: Resident.ID
    /// `nil`: the one in `residents.csv`.
    public var language: Language?
    /// They have said that they need help to get out.
    public var needsHelp = false
    /// When they are not to be disturbed by what is no danger; `nil` for never.
    public var quietHours: DayTime?
    /// The contacts that they have turned off, as digests of their addresses: one that has another address is another.
    public var declined: Set<String> = []
    /// The browsers that they have subscribed, the first first.
    public var browsers: [SealedBrowser] = []
    /// Counts the links to their page that they have ended.
    public var endedLinks = 0

    public init(of resident: Resident.ID) { self.resident = resident }
}

/// A browser that takes messages, unreadable for whoever has not the key.
public struct SealedBrowser: Hashable, Sendable, Codable {
    /// Of its own, and telling nothing: what its contact has as its address.
    public var name: String
    /// A sealed push subscription, in JSON.
    public var subscription: String

    public init(name: String, subscription: String) {
        self.name = name
        self.subscription = subscription
    }
}
