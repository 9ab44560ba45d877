public import Registry
public import Rules

/// What the notifier wants written at once: the state that is now true, not the steps that led there. Writing a batch
/// twice changes nothing but its records and answers.
public struct NotifyBatch: Sendable {
    /// The sequence of the last alert that was expanded; `nil` if it has not moved.
    public var cursor: Int64?
    public var alerts: [Alert] = []
    /// Whether there are people of an alert who are not among the deliveries yet.
    public var unfolding: [Alert.ID: Bool] = [:]
    public var deliveries: [Delivery.ID: Delivery] = [:]
    public var told: [Told.Key: Told] = [:]
    public var receipts: [Receipt] = []
    /// What gateways report of deliveries by names of their own.
    public var reports: [Report] = []
    public var answers: [GivenAnswer] = []
    /// All that each of these people has chosen.
    public var choices: [Resident.ID: PersonChoices] = [:]
    /// Where each incident's ladder of people stands; `nil` where it has come to its end.
    public var ladders: [String: PeopleLadder?] = [:]
    /// Incidents that are over, of which nobody needs to be reminded.
    public var forgotten: Set<String> = []
    /// Lines owed to the alert log.
    public var records: [LogRecord] = []

    public init() {}

    public var isEmpty: Bool {
        cursor == nil && alerts.isEmpty && deliveries.isEmpty && told.isEmpty && forgotten.isEmpty && records.isEmpty
            && receipts.isEmpty && reports.isEmpty && answers.isEmpty && choices.isEmpty
            && ladders.isEmpty && unfolding.isEmpty
    }

    /// Takes in what was to be written before this and could not be: of the same thing, what is newer counts.
    public mutating func prepend(_ older: NotifyBatch) {
        cursor = cursor ?? older.cursor
        alerts = older.alerts + alerts
        unfolding.merge(older.unfolding) { newer, _ in newer }
        deliveries.merge(older.deliveries) { newer, _ in newer }
        told.merge(older.told) { newer, _ in newer }
        receipts = older.receipts + receipts
        reports = older.reports + reports
        answers = older.answers + answers
        choices.merge(older.choices) { newer, _ in newer }
        ladders.merge(older.ladders) { newer, _ in newer }
        forgotten.formUnion(older.forgotten)
        records = older.records + records
    }

    /// What a gateway says of what it calls `reference`.
    public struct Report: Hashable, Sendable {
        public var channel: String
        public var reference: String
        public var kind: Receipt.Kind
        public var at: Instant

        public init(_ kind: Receipt.Kind, of reference: String, channel: String, at moment: Instant) {
            self.kind = kind
            self.reference = reference
            self.channel = channel
            at = moment
        }
    }
}

/// How far up its ladder of people an incident has come that nobody has answered.
public struct PeopleLadder: Hashable, Sendable {
    public var incident: String
    /// What is told to whoever is next.
    public var alert: Alert.ID
    /// From when the steps count.
    public var beganAt: Instant
    /// The first step that has not been taken, from 0.
    public var next: Int

    public init(incident: String, alert: Alert.ID, beganAt: Instant, next: Int = 0) {
        self.incident = incident
        self.alert = alert
        self.beganAt = beganAt
        self.next = next
    }
}
