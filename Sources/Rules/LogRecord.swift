public import Registry

/// A line that the alert log owes: what happened, before it has a number and a hash.
///
/// Both databases keep these beside what they record, in the same transaction, and the log's writer turns them into
/// lines. Nothing personal enters: contacts appear by their id.
public struct LogRecord: Hashable, Sendable, Codable {
    public var at: Instant
    public var event: Event
    public var level: Level
    public var estate: String
    public var place: Place?
    public var device: Device.ID?
    public var incident: String?
    public var stage: Stage?
    /// The drill's id if this is an exercise.
    public var exercise: String?
    public var text: Text
    /// Further facts, by name, each as text.
    public var details: [String: String]

    public enum Event: String, Hashable, Sendable, Codable, CaseIterable {
        case signal, incident, alert, delivery, receipt, trouble, `operator`, drill, hub
    }

    /// The sentence that a person reads.
    public struct Text: Hashable, Sendable, Codable {
        public var english: String
        public var traditionalChinese: String

        public init(_ english: String, _ traditionalChinese: String) {
            self.english = english
            self.traditionalChinese = traditionalChinese
        }

        enum CodingKeys: String, CodingKey {
            case english = "en"
            case traditionalChinese = "zh-Hant"
        }
    }

    public init(
        at: Instant, event: Event, level: Level, estate: String, place: Place? = nil, device: Device.ID? = nil,
        incident: String? = nil, stage: Stage? = nil, exercise: String? = nil, text: Text,
        details: [String: String] = [:]
    ) {
        self.at = at
        self.event = event
        self.level = level
        self.estate = estate
        self.place = place
        self.device = device
        self.incident = incident
        self.stage = stage
        self.exercise = exercise
        self.text = text
        self.details = details
    }
}
