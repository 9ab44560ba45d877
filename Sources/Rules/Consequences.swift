/// What the engine's latest steps led to, in order: what has to be made durable, and then told.
public struct Consequences: Hashable, Sendable {
    public var decisions: [Decision] = []
    public var alerts: [Alert] = []
    public var records: [LogRecord] = []
    /// Every incident that was opened, changed or closed, as it is now; each once.
    public var incidents: [Incident] = []
    /// Positions of the devices whose state changed in a way that must not be forgotten.
    public var devices: [Int] = []
    /// The blocks whose state changed.
    public var blocks: [BlockState] = []
    /// Exercises that began or changed.
    public var exercises: [Exercise] = []
    /// Exercises that are over.
    public var endedExercises: [String] = []

    /// Incidents that have closed for good.
    public var closings: [ClosedIncident] = []
    /// Causes of incidents that had closed before.
    public var causes: [GivenCause] = []

    public init() {}

    public var isEmpty: Bool {
        decisions.isEmpty && alerts.isEmpty && records.isEmpty && incidents.isEmpty && devices.isEmpty
            && blocks.isEmpty && closings.isEmpty && causes.isEmpty && exercises.isEmpty && endedExercises.isEmpty
    }

    /// Takes in what a later step led to. What is the same thing as before replaces it.
    public mutating func merge(_ later: Consequences) {
        decisions += later.decisions
        alerts += later.alerts
        records += later.records
        for incident in later.incidents {
            if let known = incidents.lastIndex(where: { $0.id == incident.id }) { incidents.remove(at: known) }
            incidents.append(incident)
        }
        for block in later.blocks {
            let known = blocks.lastIndex { $0.block == block.block && $0.exercise == block.exercise }
            if let known { blocks.remove(at: known) }
            blocks.append(block)
        }
        for exercise in later.exercises {
            exercises.removeAll { $0.id == exercise.id }
            exercises.append(exercise)
        }
        devices += later.devices
        closings += later.closings
        causes += later.causes
        endedExercises += later.endedExercises
    }
}
