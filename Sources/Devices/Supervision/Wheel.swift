/// Devices by the moment at which somebody has to look at them, in slots of 5 s. Filing one costs the same however many
/// there are; a moment beyond the wheel's 5.7 hours is filed at its end, and again from there.
///
/// The slots share their memory, in chunks of two cache lines: arrays of their own would each grow anew from nothing, and
/// keep the room of their fullest hour.
struct Wheel: Sendable {
    private var slots: ContiguousArray<Slot>
    private var chunks: ContiguousArray<Chunk> = []
    /// The first of the chunks that nobody uses; -1 for none.
    private var free: Int32 = -1
    /// The slot that has been worked off, or is being so, counted from 1970.
    private var cursor: Int64

    private static let count: Int64 = 4096
    /// In milliseconds.
    private static let width: Int64 = 5000

    /// Where a slot's chunks are, in the order in which they were filled; -1 for nowhere.
    private struct Slot {
        var first: Int32 = -1
        var last: Int32 = -1
    }

    /// Some devices of one slot.
    struct Chunk {
        private var devices = InlineArray<30, Int32>(repeating: 0)
        private(set) var count: Int32 = 0
        fileprivate var next: Int32 = -1

        fileprivate var isFull: Bool { count == 30 }

        subscript(position: Int32) -> Int { Int(devices[Int(position)]) }

        fileprivate mutating func append(_ index: Int) {
            devices[Int(count)] = Int32(index)
            count += 1
        }
    }

    init(now: Int64) {
        slots = ContiguousArray(repeating: Slot(), count: Int(Self.count))
        cursor = now / Self.width
    }

    /// How many chunks there are, in use or not.
    var chunkCount: Int { chunks.count }

    /// Never in a slot that has been worked off, or is being so.
    mutating func insert(_ index: Int, at moment: Int64) {
        let rounded = moment / Self.width + (moment % Self.width > 0 ? 1 : 0)
        let slot = Int(min(max(rounded, cursor + 1), cursor + Self.count - 1) % Self.count)
        let last = Int(slots[slot].last)
        chunks[last >= 0 && !chunks[last].isFull ? last : addChunk(to: slot)].append(index)
    }

    /// Some devices of the next slot whose moment has come; `nil` if none is left.
    mutating func take(until now: Int64) -> Chunk? {
        let last = now / Self.width
        // A clock that leaps meets each slot once.
        cursor = max(cursor, last - Self.count)
        while true {
            let slot = Int(cursor % Self.count)
            if slots[slot].first >= 0 { return takeChunk(of: slot) }
            guard cursor < last else { return nil }
            cursor += 1
        }
    }

    private mutating func addChunk(to slot: Int) -> Int {
        var position = Int(free)
        if position >= 0 {
            free = chunks[position].next
            chunks[position] = Chunk()
        } else {
            position = chunks.count
            chunks.append(Chunk())
        }
        let last = Int(slots[slot].last)
        if last >= 0 { chunks[last].next = Int32(position) } else { slots[slot].first = Int32(position) }
        slots[slot].last = Int32(position)
        return position
    }

    private mutating func takeChunk(of slot: Int) -> Chunk {
        let position = Int(slots[slot].first)
        let taken = chunks[position]
        slots[slot].first = taken.next
        if taken.next < 0 { slots[slot].last = -1 }
        chunks[position].next = free
        free = Int32(position)
        return taken
    }
}
