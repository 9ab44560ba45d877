public import Registry

/// One step of an incident: what was decided, by which rule, because of which detectors.
public struct Decision: Hashable, Sendable, Codable {
    /// The event time: when what led to it happened, or when its deadline was due.
    public var at: Instant
    /// `*` for the whole estate.
    public var block: String
    public var hazard: Hazard
    public var incident: Incident.ID
    public var stage: Stage
    public var rule: String
    /// The drill's id if this is an exercise.
    public var exercise: String?
    public var because: [Device.ID]
}
