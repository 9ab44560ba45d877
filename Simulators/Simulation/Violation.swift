public import Registry

/// A promise that did not hold.
public struct Violation: Error, CustomStringConvertible, Sendable {
    public var seed: UInt64
    public var step: Int
    public var at: Instant
    public var invariant: Invariant
    public var what: String
    /// What happened just before, the last thing last.
    public var trace: [String] = []

    public var description: String {
        let story = trace.isEmpty ? "" : "\n" + trace.map { "    " + $0 }.joined(separator: "\n")
        return "seed \(seed), step \(step), \(at): \(invariant.rawValue). \(invariant.title): \(what)"
            + story + "\n    again: make simulate SEED=\(seed)"
    }
}

/// What is checked after every step.
public enum Invariant: Int, Sendable, CaseIterable {
    case told = 1, durable, once, exercise, cause, replay, bounded, suppression

    var title: String {
        switch self {
        case .told: "an alarm signal accepted leads to its alert within its rule's bound"
        case .durable: "no acknowledged signal is lost"
        case .once: "nobody is told twice of a stage, and nobody is left out"
        case .exercise: "no exercise leaves as real, and a real fire wins over it"
        case .cause: "no incident goes down a stage without a cause"
        case .replay: "the journal replayed decides the same"
        case .bounded: "memory and queues stay within bounds"
        case .suppression: "every suppression ends"
        }
    }
}

/// What is held back for a while, so that it can be seen to end: a silence, a disablement, a mute.
public struct Suppression: Sendable {
    public var name: String
    /// When it is over by itself.
    public var until: Instant

    public init(name: String, until: Instant) {
        self.name = name
        self.until = until
    }
}
