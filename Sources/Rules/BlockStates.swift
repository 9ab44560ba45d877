import Registry

/// The states of the blocks by position, and what would otherwise take a walk over all of them after every signal: when
/// the next one is due, and how many have come to a stage. Both follow every change by themselves.
struct BlockStates {
    private var states: [BlockState]
    private var dues: EarliestDue
    private var heights: [Heights]
    private var tally = Tally()

    init(_ states: [BlockState]) {
        self.states = states
        dues = EarliestDue(count: states.count)
        heights = states.map { Heights($0) }
        for position in states.indices { account(for: position) }
    }

    var indices: Range<Int> { states.indices }

    subscript(position: Int) -> BlockState {
        _read { yield states[position] }
        _modify {
            yield &states[position]
            account(for: position)
        }
    }

    /// When the next incident is due, in this world's time.
    var earliestDue: Instant { dues.earliest }

    /// The positions of the blocks in which an incident is due until a moment, ascending.
    func due(until moment: Instant) -> [Int] { dues.positions(until: moment) }

    /// How many blocks have an incident of a hazard that has reached a stage; the estate as a whole does not count.
    func count(of hazard: Hazard, reaching stage: Stage, withClearing: Bool) -> Int {
        tally.count(of: hazard, reaching: stage, withClearing: withClearing)
    }

    private mutating func account(for position: Int) {
        dues.set(position, states[position].incidents.reduce(.distantFuture) { min($0, $1.due) })
        guard position < states.count - 1 else { return }
        let now = Heights(states[position])
        guard now != heights[position] else { return }
        tally.add(heights[position], -1)
        tally.add(now)
        heights[position] = now
    }
}

/// How far each hazard of a block has come: a byte each, for up to 16 hazards; 0 where it has no incident.
private struct Heights: Equatable {
    private var bytes: UInt128 = 0

    init(_ state: BlockState) {
        for incident in state.incidents {
            let height = UInt128(incident.height + 1)
            bytes |= (Self.isThere | height << 1 | (incident.stage == .clearing ? 1 : 0)) << Self.place(incident.hazard)
        }
    }

    /// A hazard's height, counted from 0, and whether it is clearing; `nil` without an incident.
    subscript(hazard: Hazard) -> (height: Int, isClearing: Bool)? {
        let byte = bytes >> Self.place(hazard) & 0xff
        return byte & Self.isThere == 0 ? nil : (Int(byte >> 1 & 0b111), byte & 1 == 1)
    }

    private static let isThere: UInt128 = 0x80

    private static func place(_ hazard: Hazard) -> Int { 8 * hazard.position }
}

/// How many blocks have an incident, by its hazard, its height, and whether it is clearing.
private struct Tally {
    private static let heights = 5
    private var counts = [Int](repeating: 0, count: Hazard.allCases.count * heights * 2)

    mutating func add(_ block: Heights, _ times: Int = 1) {
        for hazard in Hazard.all {
            guard let (height, isClearing) = block[hazard] else { continue }
            counts[Self.place(hazard, height) + (isClearing ? 1 : 0)] += times
        }
    }

    func count(of hazard: Hazard, reaching stage: Stage, withClearing: Bool) -> Int {
        (stage.height + 1..<Self.heights).reduce(0) { sum, height in
            let place = Self.place(hazard, height)
            return sum + counts[place] + (withClearing ? counts[place + 1] : 0)
        }
    }

    private static func place(_ hazard: Hazard, _ height: Int) -> Int { (hazard.position * heights + height) * 2 }
}
