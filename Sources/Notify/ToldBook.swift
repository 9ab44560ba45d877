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

    /// Notes what somebody is told now, beside what they knew.
    ///
    /// - Parameter isUnheard: what is in the book of them has not reached them, and never will.
    /// - Returns: the entry with what went before.
    @discardableResult
    mutating func note(_ entry: Told, isUnheard: Bool = false) -> Told {
        var entry = entry
        if let last = self.entry(entry.incident, entry.target) {
            let known = Told.Before(stage: last.stage, places: last.places, contradiction: last.contradiction)
            entry.before = isUnheard ? last.before : known
            let further = entry.places.filter { !last.places.contains($0) }
            entry.places = Array((last.places + further).prefix(Told.placesMax))
        }
        incidents[entry.incident, default: [:]][entry.target] = entry
        return entry
    }

    mutating func forget(_ incident: String) { incidents[incident] = nil }

    mutating func forget(people: Set<String>) {
        incidents = incidents.mapValues { $0.filter { !people.contains($0.key) } }
    }
}
