/// The devices that were heard without saying anything new: each once, however often it spoke.
struct LivenessList {
    private var isListed: ContiguousArray<Bool>
    private var listed: [Int] = []
    private(set) var isPartlyWritten = false

    init(count: Int) { isListed = ContiguousArray(repeating: false, count: count) }

    mutating func insert(_ position: Int) {
        guard !isListed[position] else { return }
        isListed[position] = true
        listed.append(position)
    }

    /// Takes some of them off the list, the latest first.
    mutating func take(_ limit: Int) -> [Int] {
        let taken = Array(listed.suffix(limit))
        listed.removeLast(taken.count)
        for position in taken { isListed[position] = false }
        isPartlyWritten = !listed.isEmpty
        return taken
    }
}
