import Rules
import Store

/// Who was last told what of each open incident.
struct ToldBook: Sendable {
    private var incidents: [String: [String: Told]] = [:]

    init(_ entries: [Told]) {
        for entry in entries { incidents[entry.incident, default: [:]][entry.target] = entry }
    }

    func entry(_ incident: String, _ target: String) -> Told? { incidents[incident]?[target] }

    /// What somebody was told last of what is open.
    func last(of target: String) -> Told? {
        incidents.values.compactMap { $0[target] }.max {
            ($1.isExercise ? 1 : 0, $0.at) < ($0.isExercise ? 1 : 0, $1.at)
        }
    }

    func targets(of incident: String) -> Set<String> { Set((incidents[incident] ?? [:]).keys) }

    /// Whether another incident that is not over had this siren sounded, in earnest or in an exercise.
    func isSounding(_ target: String, besides incident: String, inExercise: Bool) -> Bool {
        incidents.contains { other, entries in
            guard other != incident, let entry = entries[target] else { return false }
            return !entry.stage.isOver && entry.isExercise == inExercise
        }
    }

    mutating func note(_ entry: Told) { incidents[entry.incident, default: [:]][entry.target] = entry }

    mutating func forget(_ incident: String) { incidents[incident] = nil }
}
