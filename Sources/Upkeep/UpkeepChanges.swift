public import Registry

/// What has changed and is to be written with the pipeline's next commit.
public struct UpkeepChanges: Sendable {
    /// As they are now, each once.
    public var tickets: [Ticket] = []
    /// What is kept of devices' measurements: ``DeviceTrends/bytes``.
    public var trends: [(device: Device.ID, bytes: [UInt8])] = []
    /// Devices of which nothing is to be kept any more.
    public var forgottenTrends: [Device.ID] = []
    public var nuisances: [Nuisance] = []
    /// Devices whose nuisance alarms count no longer.
    public var absolved: [Device.ID] = []
    /// Older nuisance alarms are to be deleted; `nil` for none.
    public var nuisancesBefore: Instant?
    /// Tickets that closed before are to be deleted; `nil` for none.
    public var closedBefore: Instant?
    /// The last number that was given to a ticket.
    public var lastNumber = 0
    /// The day of a digest that has been given, in days since 1970-01-01; `nil` for none.
    public var digestDay: Int?

    public init() {}

    /// Whether nothing needs to be written for it.
    public var isEmpty: Bool {
        tickets.isEmpty && trends.isEmpty && forgottenTrends.isEmpty && nuisances.isEmpty && absolved.isEmpty
            && nuisancesBefore == nil && closedBefore == nil && digestDay == nil
    }

    /// Takes in what came later.
    public mutating func merge(_ later: UpkeepChanges) {
        let renewed = Set(later.tickets.map(\.number))
        tickets.removeAll { renewed.contains($0.number) }
        tickets += later.tickets
        trends += later.trends
        forgottenTrends += later.forgottenTrends
        nuisances += later.nuisances
        absolved += later.absolved
        nuisancesBefore = later.nuisancesBefore ?? nuisancesBefore
        closedBefore = later.closedBefore ?? closedBefore
        lastNumber = max(lastNumber, later.lastNumber)
        digestDay = later.digestDay ?? digestDay
    }
}

/// What an earlier hub has written.
public struct StoredUpkeep: Sendable {
    /// All that are open, and those that closed not long ago.
    public var tickets: [Ticket] = []
    public var lastNumber = 0
    /// Oldest first.
    public var nuisances: [Nuisance] = []
    /// Of the last digest, in days since 1970-01-01; `nil` for never.
    public var digestDay: Int?
    /// The devices of which measurements are stored.
    public var devices: [Device.ID] = []
    /// Tickets that cannot be read any more.
    public var unreadable: [String] = []

    public init() {}
}
