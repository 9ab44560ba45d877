public import Registry

// Taking up after a restart what the store kept.
extension RuleEngine {
    /// Puts back what was durable, before anything else is applied.
    ///
    /// - Parameters:
    ///   - time: how far time had come.
    ///   - devices: states by position in the registry; devices that are gone are left out by the caller.
    ///   - blocks: of the real world and of exercises; those of blocks that are gone are left out here.
    public mutating func restore(
        time: Instant, devices: [(index: Int, state: DeviceState)], blocks: [BlockState], exercises: [Exercise]
    ) {
        advance(to: time)
        for (index, state) in devices where index < deviceCount { real.devices[index] = state }
        drills = exercises.map { World(exercise: $0, estate: estate, devices: DeviceStates()) }
        for state in blocks {
            guard let position = position(ofBlock: state.block) else { continue }
            let state = located(state)
            if let exercise = state.exercise {
                guard let drill = drills.firstIndex(where: { $0.exercise?.id == exercise }) else { continue }
                drills[drill].blocks[position] = state
                drills[drill].noteOpenness(ofBlock: position)
            } else {
                real.blocks[position] = state
                real.noteOpenness(ofBlock: position)
            }
        }
        findNextDue()
    }

    /// With the positions that the devices have now.
    private func located(_ state: BlockState) -> BlockState {
        var state = state
        for incident in state.incidents.indices {
            for member in state.incidents[incident].members.indices {
                let device = state.incidents[incident].members[member].device
                state.incidents[incident].members[member].index = positionsByID[device]
            }
        }
        return state
    }

    /// Ends the exercises that a restart of the hub interrupted: their devices' states are not kept.
    public mutating func endInterruptedExercises() {
        for id in drills.compactMap({ $0.exercise?.id }) {
            endExercise(id, why: LogRecord.Text("the hub was restarted", "系統重新啟動"))
        }
    }
}
