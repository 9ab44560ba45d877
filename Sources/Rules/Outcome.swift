/// What the engine's latest steps led to, in order: what has to be made durable, and then told.
public struct Outcome: Hashable, Sendable {
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

    public init() {}

    public var isEmpty: Bool {
        decisions.isEmpty && alerts.isEmpty && records.isEmpty && incidents.isEmpty && devices.isEmpty
            && blocks.isEmpty && exercises.isEmpty && endedExercises.isEmpty
    }
}
