public import Registry

// Drills: exercises beside the real world, which any real alarm ends in its block.
extension RuleEngine {
    /// Begins an exercise. Its messages are heard from now on, except in blocks where something real is under way:
    /// nobody there is told now that there is no danger.
    ///
    /// - Returns: false if it is known already or too many are under way.
    @discardableResult
    public mutating func begin(_ exercise: Exercise, at moment: Instant) -> Bool {
        advance(to: max(now, moment))
        guard drills.count < Self.exercisesMax, !drills.contains(where: { $0.exercise?.id == exercise.id }) else {
            return false
        }
        var exercise = exercise
        let burning = real.openBlocks.filter { real.blocks[$0].incidents.contains(where: \.isOpen) }
            .map { real.blocks[$0].block }
        let left = burning.contains("*") ? estate.blocks.map(\.id) : burning
        exercise.endedBlocks += left.filter { !exercise.endedBlocks.contains($0) }
        drills.append(World(exercise: exercise, estate: estate, devices: DeviceStates()))
        outcome.exercises.append(exercise)
        outcome.records.append(Narration.exercise(exercise, began: true, at: moment, why: nil, estate))
        for block in left { outcome.records.append(Narration.exerciseLeftOut(exercise, block, at: moment, estate)) }
        return true
    }

    /// Ends an exercise and closes its incidents, wherever they have come to.
    ///
    /// - Returns: false if there is no such exercise.
    @discardableResult
    public mutating func end(exercise id: String, at moment: Instant) -> Bool {
        guard drills.contains(where: { $0.exercise?.id == id }) else { return false }
        advance(to: max(now, moment))
        endExercise(id, why: nil)
        return true
    }

    mutating func endExercise(_ id: String, why: LogRecord.Text?) {
        guard let drill = drills.firstIndex(where: { $0.exercise?.id == id }), let exercise = drills[drill].exercise
        else { return }
        let moment = drills[drill].time(at: now)
        for block in drills[drill].openBlocks {
            for incident in drills[drill].blocks[block].incidents.map(\.id) {
                close(incident, block: block, drill: drill, at: moment, rule: "drill-end", tell: [.told])
            }
        }
        drills.remove(at: drill)
        outcome.endedExercises.append(id)
        outcome.records.append(Narration.exercise(exercise, began: false, at: now, why: why, estate))
        findNextDue()
    }

    /// A real alarm ends every exercise in its block at once, and says so to whoever was told of one.
    mutating func endExercises(inBlock block: Int, because signal: Signal) {
        for drill in drills.indices {
            guard var exercise = drills[drill].exercise else { continue }
            let name = drills[drill].blocks[block].block
            guard !exercise.endedBlocks.contains(name) else { continue }
            exercise.endedBlocks.append(name)
            drills[drill].exercise = exercise
            outcome.exercises.append(exercise)
            outcome.records.append(Narration.exerciseEnded(exercise, by: signal, estate))
            let moment = drills[drill].time(at: now)
            for incident in drills[drill].blocks[block].incidents.map(\.id) {
                close(incident, block: block, drill: drill, at: moment, rule: "real-alarm", tell: [.told])
            }
        }
    }
}
