public import Registry

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
        guard contract(of: index).isWatched else { return .unsure }
        return device.wasHeard ? .works : .down
    }

    /// Of all devices, by position.
    public var standings: ContiguousArray<Standing> { ContiguousArray(watched.indices.map(standing(of:))) }

    /// Counts a change of what a detector is worth to its floor.
    mutating func noteStanding(of index: Int, _ before: Standing) {
        let floor = Int(watched[index].floor)
        let now = standing(of: index)
        guard now != before else { return }
        standingsChanged = true
        guard floor >= 0 else { return }
        let wasWatched = floors[floor].works + floors[floor].unsure > 0
        count(before, -1, floor)
        count(now, 1, floor)
        let isWatched = floors[floor].works + floors[floor].unsure > 0
        guard wasWatched != isWatched else { return }
        let (block, name) = (floors[floor].block, floors[floor].floor)
        if isWatched {
            // At the start nobody has been heard; that is shown, and no news.
            guard floors[floor].isTold else { return }
            floors[floor].isTold = false
            findings.append(.floorWatched(block: block, floor: name))
        } else {
            floors[floor].isTold = true
            findings.append(.floorUnwatched(block: block, floor: name))
        }
    }

    private mutating func count(_ standing: Standing, _ step: Int, _ floor: Int) {
        switch standing {
        case .works: floors[floor].works += step
        case .unsure: floors[floor].unsure += step
        case .down: break
        }
    }
}
