/// A fixed set of names, each with what it stands for, that is asked with the bytes of a message as they are.
///
/// A dictionary would need a `String` for each question, and would compare by characters where these formats compare
/// by bytes.
struct KeyTable<Value: Sendable>: Sendable {
    private struct Entry: Sendable {
        var hash: UInt64
        var name: Range<Int>
        var value: Value
    }

    private var entries: [Entry] = []
    /// All names, one after the other.
    private var names: [UInt8] = []
    /// Indices of `entries`, open addressing, -1 where empty; at least half of them are.
    private var slots: [Int]

    /// - Parameter pairs: if a name occurs twice, the first counts.
    init(_ pairs: [(String, Value)]) {
        var capacity = 4
        while capacity < pairs.count * 2 { capacity *= 2 }
        slots = Array(repeating: -1, count: capacity)
        for (name, value) in pairs {
            let bytes = Array(name.utf8)
            let hash = Self.hash(bytes.span)
            var slot = Int(truncatingIfNeeded: hash) & (capacity - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = entries.count
            entries.append(Entry(hash: hash, name: names.count..<names.count + bytes.count, value: value))
            names += bytes
        }
    }

    subscript(name: Span<UInt8>) -> Value? {
        let hash = Self.hash(name)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let entry = entries[slots[slot]]
            if entry.hash == hash, equal(entry.name, name) { return entry.value }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func equal(_ range: Range<Int>, _ name: Span<UInt8>) -> Bool {
        guard range.count == name.count else { return false }
        for index in 0..<name.count where names[range.lowerBound + index] != name[index] { return false }
        return true
    }

    /// FNV-1a, 64 bits (Fowler, Noll, Vo), folded so that the low bits depend on all of it.
    private static func hash(_ name: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0..<name.count { hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01B3 }
        return hash ^ hash >> 32
    }
}
