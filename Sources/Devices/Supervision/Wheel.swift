/// Devices by the moment at which somebody has to look at them, in slots of 5 s. Filing one and taking one out cost the
/// same however many there are; a moment beyond the wheel's 5.7 hours is filed at its end, and again from there.
struct Wheel: Sendable {
    /// The first device of each slot; -1 for none. The next one stands in ``Watched/next``.
    private var heads: ContiguousArray<Int32>
    /// The slot that is worked off, counted from 1970.
    private var cursor: Int64

    private static let slots: Int64 = 4096
    /// In milliseconds.
    private static let width: Int64 = 5000

    init(now: Int64) {
        heads = ContiguousArray(repeating: -1, count: Int(Self.slots))
        cursor = now / Self.width
    }

    /// When the next slot begins, in milliseconds since 1970.
    var nextSlot: Int64 { (cursor + 1) * Self.width }

    /// Never in the slot that is being worked off, so that working it off comes to an end.
    mutating func insert(_ index: Int, at moment: Int64, _ watched: inout ContiguousArray<Watched>) {
        let rounded = moment / Self.width + (moment % Self.width > 0 ? 1 : 0)
        let slot = min(max(rounded, cursor + 1), cursor + Self.slots - 1)
        let head = Int(slot % Self.slots)
        watched[index].flags.insert(.filed)
        watched[index].next = heads[head]
        heads[head] = Int32(index)
    }

    /// The next device whose moment has come; `nil` if none is left.
    mutating func pop(until now: Int64, _ watched: inout ContiguousArray<Watched>) -> Int? {
        let last = now / Self.width
        // A clock that leaps meets each slot once.
        cursor = max(cursor, last - Self.slots)
        while cursor <= last {
            let head = Int(cursor % Self.slots)
            let index = Int(heads[head])
            if index >= 0 {
                heads[head] = watched[index].next
                watched[index].flags.remove(.filed)
                return index
            }
            if cursor == last { break }
            cursor += 1
        }
        return nil
    }
}
