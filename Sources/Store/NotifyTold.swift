public import Registry
public import Rules

/// What a person or a sounder was last told of an incident.
public struct Told: Hashable, Sendable {
    public var incident: String
    /// As in ``Delivery/target``.
    public var target: String
    public var stage: Stage
    /// How near the danger was then; smaller is nearer.
    public var nearness: Int
    /// They know that the building's own alarm is silent.
    public var contradiction: Bool
    /// It was an exercise, whose sirens are not the real ones.
    public var isExercise: Bool
    public var at: Instant
    /// The alert that said it; `nil` if an older version wrote this.
    public var alert: Alert.ID?
    /// All places that they have been told of, the first first, at most ``placesMax``.
    public var places: [Place]
    /// What they knew before, of which that alert is an update; `nil` if it was the first.
    public var before: Before?

    /// In a storm thousands of places burn, and each is noted for each person: more are forgotten.
    public static let placesMax = 16

    /// What somebody knew of an incident.
    public struct Before: Hashable, Sendable, Codable {
        public var stage: Stage
        public var places: [Place]
        public var contradiction: Bool

        public init(stage: Stage, places: [Place], contradiction: Bool) {
            self.stage = stage
            self.places = places
            self.contradiction = contradiction
        }
    }

    public init(
        incident: String, target: String, stage: Stage, nearness: Int, contradiction: Bool, isExercise: Bool,
        at: Instant, alert: Alert.ID? = nil, places: [Place] = [], before: Before? = nil
    ) {
        self.incident = incident
        self.target = target
        self.stage = stage
        self.nearness = nearness
        self.contradiction = contradiction
        self.isExercise = isExercise
        self.at = at
        self.alert = alert
        self.places = Array(places.prefix(Self.placesMax))
        self.before = before
    }

    public struct Key: Hashable, Sendable {
        public var incident: String
        public var target: String

        public init(incident: String, target: String) {
            self.incident = incident
            self.target = target
        }
    }

    public var key: Key { Key(incident: incident, target: target) }
}
