public import Registry

// Taking up after a restart what the store kept.
extension RuleEngine {
    /// Puts back what was durable, before anything else is applied.
    ///
    /// - Parameters:
    ///   - time: how far time had come.
    ///   - present: what the clock shows now. A clock that was ahead left moments behind that have not come yet: they
    ///     count as now, or every deadline would be overdue at once.
    ///   - devices: states by position in the registry; devices that are gone are left out by the caller.
    ///   - blocks: of the real world and of exercises; those of blocks that are gone are left out here.
    public mutating func restore(
        time: Instant, present: Instant, devices: [(index: Int, state: DeviceState)], blocks: [BlockState],
        exercises: [Exercise]
    ) {
        advance(to: min(time, present))
        for (index, state) in devices where index < deviceCount {
            real.devices[index] = state
            real.devices[index].clamp(to: present)
        }
        drills = exercises.map { World(exercise: $0, estate: estate, devices: DeviceStates()) }
        let positions = blocks.isEmpty ? [:] : positionsByID
        for state in blocks {
            guard let position = position(ofBlock: state.block) else { continue }
            let state = located(state, positions, notAfter: present)
            if let exercise = state.exercise {
                guard let drill = drills.firstIndex(where: { $0.exercise?.id == exercise }) else { continue }
                drills[drill].blocks[position] = state
                drills[drill].noteOpenness(ofBlock: position)
            } else {
                real.blocks[position] = state
                real.noteOpenness(ofBlock: position)
            }
        }
        watchAll()
        findNextDisablementEnd()
        findNextBellDue()
        findNextDue()
    }

    /// With the positions that the devices have now.
    private func located(
        _ state: BlockState, _ positions: [Device.ID: Int], notAfter present: Instant
    ) -> BlockState {
        var state = state
        for incident in state.incidents.indices {
            state.incidents[incident].rungSince = min(state.incidents[incident].rungSince, present)
            if let next = state.incidents[incident].reminder?.next {
                state.incidents[incident].reminder?.next = min(next, present + .seconds(3600))
            }
            if case .awaited(let until)? = state.incidents[incident].bell {
                let latest = present + estate.buildingAlarms.contradictionAfter
                state.incidents[incident].bell = .awaited(until: min(until, latest))
            }
            for member in state.incidents[incident].members.indices {
                var known = state.incidents[incident].members[member]
                known.index = positions[known.device]
                known.raisedAt = min(known.raisedAt, present)
                known.heardAt = min(known.heardAt, present)
                known.clearedAt = known.clearedAt.map { min($0, present) }
                state.incidents[incident].members[member] = known
            }
        }
        if let block = estate.position(ofBlock: state.block) {
            state.buildingAlarm?.settle(with: bells[block].map { device(at: $0).id }, notAfter: present)
        }
        for position in state.disablements.indices {
            for alarm in state.disablements[position].withheld.indices {
                var known = state.disablements[position].withheld[alarm]
                known.index = positions[known.device]
                known.raisedAt = min(known.raisedAt, present)
                known.heardAt = min(known.heardAt, present)
                state.disablements[position].withheld[alarm] = known
            }
        }
        return state
    }

    /// Ends the exercises that a restart of the hub interrupted: their devices' states are not kept.
    ///
    /// In the order of their ids, whatever order the store gave them in, so that a replay ends them alike.
    public mutating func endInterruptedExercises() {
        for id in drills.compactMap({ $0.exercise?.id }).sorted() {
            endExercise(id, why: LogRecord.Text("the hub was restarted", "系統重新啟動"))
        }
    }
}
