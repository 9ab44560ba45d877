/// Devices by the moment at which somebody has to look at them, in slots of 5 s. Filing one costs the same however many
/// there are; a moment beyond the wheel's 5.7 hours is filed at its end, and again from there.
struct Wheel: Sendable {
    private var slots: ContiguousArray<ContiguousArray<Int32>>
    /// The last slot's memory, for the next: fetching it anew from the system would cost more than all else.
    private var spare: ContiguousArray<Int32> = []
    /// The slot that has been worked off, counted from 1970.
    private var cursor: Int64

    private static let count: Int64 = 4096
    /// In milliseconds.
    private static let width: Int64 = 5000

    init(now: Int64) {
        slots = ContiguousArray(repeating: [], count: Int(Self.count))
        cursor = now / Self.width
    }

    /// Never in a slot that has been worked off.
    mutating func insert(_ index: Int, at moment: Int64) {
        let rounded = moment / Self.width + (moment % Self.width > 0 ? 1 : 0)
        let slot = min(max(rounded, cursor + 1), cursor + Self.count - 1)
        slots[Int(slot % Self.count)].append(Int32(index))
    }

    /// Gives back what ``take(until:)`` gave.
    mutating func giveBack(_ taken: consuming ContiguousArray<Int32>) {
        spare = taken
        spare.removeAll(keepingCapacity: true)
    }

    /// The devices of the next slot whose moment has come; `nil` if none is left.
    mutating func take(until now: Int64) -> ContiguousArray<Int32>? {
        let last = now / Self.width
        // A clock that leaps meets each slot once.
        cursor = max(cursor, last - Self.count)
        while cursor < last {
            cursor += 1
            let slot = Int(cursor % Self.count)
            guard !slots[slot].isEmpty else { continue }
            var taken = spare
            spare = []
            swap(&taken, &slots[slot])
            return taken
        }
        return nil
    }
}
