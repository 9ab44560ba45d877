/// Where things stand in a list, by their keys. The keys stay in the list: 8 to 16 bytes a thing, where a dictionary with
/// keys of its own takes up to 80.
struct PositionTable: Sendable {
    /// Open addressing, at most half full; -1 for nothing.
    private var slots: ContiguousArray<Int32>

    /// Of two with one key the first is found.
    init<Keys: RandomAccessCollection>(_ keys: Keys) where Keys.Element: Hashable, Keys.Index == Int {
        var room = 2
        while room < keys.count * 2 { room *= 2 }
        slots = ContiguousArray(repeating: -1, count: room)
        for position in keys.indices {
            let key = keys[position]
            let slot = slot(of: key) { keys[$0] == key }
            if slots[slot] < 0 { slots[slot] = Int32(position) }
        }
    }

    /// - Parameter isEqual: whether the thing at a position has that key.
    func position(of key: some Hashable, _ isEqual: (Int) -> Bool) -> Int? {
        let position = slots[slot(of: key, isEqual)]
        return position < 0 ? nil : Int(position)
    }

    /// The one that holds it, or the free one in which it would be looked for.
    private func slot(of key: some Hashable, _ isEqual: (Int) -> Bool) -> Int {
        var slot = key.hashValue & (slots.count - 1)
        while slots[slot] >= 0, !isEqual(Int(slots[slot])) { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }
}
