import Registry

/// The estate as it is, or as one exercise pretends that it is. The two never mix.
struct World {
    /// `nil` for the real one.
    var exercise: Exercise?
    var devices: DeviceStates
    /// One for each block of the estate, in its order, and one for the estate as a whole at the end.
    var blocks: BlockStates
    /// The positions of the blocks that have an open incident, ascending.
    var openBlocks: [Int] = []
    /// When time alone makes an alarm or a trouble of what a device measured, by the device's position; `nil` while
    /// nothing has ever waited for that.
    private(set) var measurementDues: EarliestDue?

    init(exercise: Exercise?, estate: Estate, devices: DeviceStates) {
        self.exercise = exercise
        self.devices = devices
        blocks = BlockStates((estate.blocks.map(\.id) + ["*"]).map { BlockState(block: $0, exercise: exercise?.id) })
    }

    /// This world's time at a real moment.
    func time(at real: Instant) -> Instant { exercise?.time(at: real) ?? real }

    func realTime(of time: Instant) -> Instant { exercise?.realTime(of: time) ?? time }

    /// When time alone changes something next, in this world's time.
    var earliestDue: Instant { min(blocks.earliestDue, measurementDues?.earliest ?? .distantFuture) }

    /// - Parameter count: how many devices there are.
    mutating func watch(_ device: Int, until due: Instant?, of count: Int) {
        if measurementDues == nil {
            guard due != nil else { return }
            measurementDues = EarliestDue(count: count)
        }
        measurementDues?.set(device, due ?? .distantFuture)
    }

    mutating func noteOpenness(ofBlock position: Int) {
        let isOpen = !blocks[position].incidents.isEmpty
        let place = openBlocks.partitioningIndex { $0 >= position }
        let isListed = place < openBlocks.count && openBlocks[place] == position
        if isOpen, !isListed {
            openBlocks.insert(position, at: place)
        } else if !isOpen, isListed {
            openBlocks.remove(at: place)
        }
    }
}

extension [Int] {
    /// The first position, in a sorted array, from which on something holds.
    fileprivate func partitioningIndex(where holds: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// The states of the devices by their position in the registry: all of them in the real world, only those that have
/// spoken in an exercise.
struct DeviceStates {
    private var all: ContiguousArray<DeviceState>
    private var spoken: [Int: DeviceState] = [:]

    init(count: Int) { all = ContiguousArray(repeating: DeviceState(), count: count) }

    /// For an exercise, in which nobody has spoken yet.
    init() { all = [] }

    var count: Int { all.count }

    subscript(position: Int) -> DeviceState {
        get { position < all.count ? all[position] : spoken[position] ?? DeviceState() }
        _modify {
            if position < all.count { yield &all[position] } else { yield &spoken[position, default: DeviceState()] }
        }
    }
}
