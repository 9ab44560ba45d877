/// The devices of which everything is well, a bit each, and those of their heartbeats that wait to be taken into account.
///
/// With a million devices what is known of one is in no cache, and to fetch it takes 150 ns. The bits of a million fit
/// into one: for such a device a heartbeat can have one outcome only, so it is written down in a list, and what is known
/// of all the listed devices is fetched at once.
struct Plain: Sendable {
    private var bits: ContiguousArray<UInt64>
    private(set) var heartbeats: ContiguousArray<Heartbeat> = []

    struct Heartbeat: Sendable {
        var device: Int32
        var sequence: UInt64?
        var at: Int64
        /// When the device had been heard before, once that has been fetched.
        var last = Int64.min
    }

    private static let heartbeatsMax = 128

    init(devices count: Int) { bits = ContiguousArray(repeating: 0, count: (count + 63) / 64) }

    var isFull: Bool { heartbeats.count >= Self.heartbeatsMax }

    mutating func insert(_ device: Int) { bits[device >> 6] |= Self.bit(device) }

    mutating func remove(_ device: Int) { bits[device >> 6] &= ~Self.bit(device) }

    /// Writes a heartbeat down. The device's next is not plain until this one has been taken into account.
    ///
    /// - Returns: false if the device is not one of them.
    mutating func note(_ device: Int, _ sequence: UInt64?, at moment: Int64) -> Bool {
        guard bits[device >> 6] & Self.bit(device) != 0 else { return false }
        remove(device)
        heartbeats.append(Heartbeat(device: Int32(device), sequence: sequence, at: moment))
        return true
    }

    /// What waits, in its order; to be given back for its memory.
    mutating func take() -> ContiguousArray<Heartbeat> {
        var taken: ContiguousArray<Heartbeat> = []
        swap(&taken, &heartbeats)
        return taken
    }

    mutating func giveBack(_ taken: consuming ContiguousArray<Heartbeat>) {
        heartbeats = taken
        heartbeats.removeAll(keepingCapacity: true)
    }

    private static func bit(_ device: Int) -> UInt64 { 1 << UInt64(device & 63) }
}
