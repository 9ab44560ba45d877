import Registry

// Which places are watched.
extension Supervisor {
    /// Whether a device would speak if it had to.
    public enum Standing: UInt8, Hashable, Sendable {
        case works
        /// Nobody would notice if it were dead.
        case unsure
        /// It is silent, gone, faulty, or has never been heard.
        case down
    }

    public func standing(of index: Int) -> Standing {
        let device = watched[index]
        guard device.flags.isDisjoint(with: .down) else { return .down }
        guard terms(of: index).isWatched else { return .unsure }
        return device.wasHeard ? .works : .down
    }

    /// Of all devices, by position.
    public var standings: ContiguousArray<Standing> { ContiguousArray(watched.indices.map(standing(of:))) }

    /// The devices whose standing may have changed since this was last asked; `nil` for more than can be listed.
    public mutating func takeChangedStandings() -> [Int]? {
        defer { changedStandings = [] }
        return changedStandings
    }

    private static let changedStandingsMax = 10_000

    /// Counts a change of what a detector is worth to its floor.
    mutating func noteStanding(of index: Int, _ before: Standing) {
        let now = standing(of: index)
        guard now != before else { return }
        changedStandings?.append(index)
        if changedStandings?.count == Self.changedStandingsMax { changedStandings = nil }
        let floor = Int(watched[index].floor)
        guard floor >= 0 else { return }
        count(before, -1, floor)
        count(now, 1, floor)
        if floors[floor].isWatched { floors[floor].hasBeenWatched = true }
        guard !floors[floor].isChanged else { return }
        floors[floor].isChanged = true
        changedFloors.append(floor)
    }

    /// Finds what the changes of floors have come to.
    mutating func settleFloors() {
        for floor in changedFloors {
            let watch = floors[floor]
            floors[floor].isChanged = false
            floors[floor].hasBeenWatched = watch.isWatched
            // At the start nobody has been heard; that is shown, and no news.
            guard watch.isWatched == watch.isTold, watch.hasBeenWatched else { continue }
            floors[floor].isTold = !watch.isWatched
            findings.append(
                watch.isWatched
                    ? .floorWatched(block: watch.block, floor: watch.floor)
                    : .floorUnwatched(block: watch.block, floor: watch.floor))
        }
        changedFloors = []
    }

    private mutating func count(_ standing: Standing, _ step: Int, _ floor: Int) {
        switch standing {
        case .works: floors[floor].works += step
        case .unsure: floors[floor].unsure += step
        case .down: break
        }
    }
}
