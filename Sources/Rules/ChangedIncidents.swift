/// Which incidents have changed since the last ``RuleEngine/takeConsequences()``. Only their names: a copy would make the
/// next signal copy all of an incident's members.
struct ChangedIncidents {
    struct Entry {
        var id: Incident.ID
        var block: Int
        var exercise: String?
        /// As it was closed; `nil` while it is open.
        var closed: Incident?
    }

    /// In the order in which they first changed.
    private(set) var entries: [Entry] = []

    mutating func note(_ incident: Incident, block: Int) {
        let closed = incident.isOpen || !incident.wasOpened ? nil : incident
        // Of a storm, the last is the one that changes again.
        if let known = entries.lastIndex(where: { $0.block == block && $0.id == incident.id }) {
            entries[known].closed = closed
        } else {
            entries.append(Entry(id: incident.id, block: block, exercise: incident.exercise, closed: closed))
        }
    }
}

extension RuleEngine {
    /// Notes that an incident has changed, after it has been put back among the others of its block.
    mutating func noteChanged(_ incident: Incident, block: Int, drill: Int?) {
        changed.note(incident, block: block)
    }

    /// Hands over what the steps since the last call led to.
    public mutating func takeConsequences() -> Consequences {
        var consequences = outcome
        outcome = Consequences()
        guard !changed.entries.isEmpty else { return consequences }
        for entry in changed.entries {
            let world = entry.exercise.map { id in drills.firstIndex { $0.exercise?.id == id } }
            // One that never reached a rung was no incident, and nobody needs to hear of it.
            if let incident = entry.closed ?? open(entry, in: world), incident.wasOpened {
                consequences.incidents.append(incident)
            }
            // Incidents of exercises are numbered in the real world's row.
            consequences.noteBlock(real.blocks[entry.block])
            if case .some(.some(let drill)) = world { consequences.noteBlock(drills[drill].blocks[entry.block]) }
        }
        changed = ChangedIncidents()
        return consequences
    }

    /// - Parameter world: `.none` for the real one, `.some(nil)` for an exercise that is over.
    private func open(_ entry: ChangedIncidents.Entry, in world: Int??) -> Incident? {
        let block: BlockState
        switch world {
        case .none: block = real.blocks[entry.block]
        case .some(.none): return nil
        case .some(.some(let drill)): block = drills[drill].blocks[entry.block]
        }
        return block.incidents.first { $0.id == entry.id }
    }
}

extension Consequences {
    fileprivate mutating func noteBlock(_ state: BlockState) {
        let known = blocks.firstIndex { $0.block == state.block && $0.exercise == state.exercise }
        if let known { blocks[known] = state } else { blocks.append(state) }
    }
}
