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

    public init(
        incident: String, target: String, stage: Stage, nearness: Int, contradiction: Bool, isExercise: Bool,
        at: Instant
    ) {
        self.incident = incident
        self.target = target
        self.stage = stage
        self.nearness = nearness
        self.contradiction = contradiction
        self.isExercise = isExercise
        self.at = at
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
