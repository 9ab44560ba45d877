/// A broker with a persistent session for the hub: what the hub has not acknowledged comes again after a reconnect, in
/// order; retained messages come after each subscription; while the link is down it keeps what was sent with QoS 1.
struct VirtualBroker {
    private(set) var isConnected = false
    private(set) var hasSession = false
    /// For the hub, not yet sent to it.
    private var waiting: [Packet] = []
    /// Sent, and not acknowledged.
    private var inFlight: [Packet] = []
    /// By topic, in the order of their first message.
    private var retained: [Packet] = []

    /// More than the hub owes: beyond it a broker drops, as mosquitto's max_queued_messages has it drop.
    static let queueMax = 100_000

    var isIdle: Bool { waiting.isEmpty && inFlight.isEmpty }
    var hasWaiting: Bool { !waiting.isEmpty }

    mutating func publish(_ packet: Packet, retain: Bool = false) {
        if retain {
            var copy = packet
            copy.retained = true
            if let known = retained.firstIndex(where: { $0.topic == packet.topic }) {
                retained[known] = copy
            } else {
                retained.append(copy)
            }
        }
        guard isConnected || (hasSession && packet.isKept), waiting.count < Self.queueMax else { return }
        waiting.append(packet)
    }

    /// - Returns: whether the session was kept.
    mutating func connect(canary: Packet) -> Bool {
        let kept = hasSession
        isConnected = true
        hasSession = true
        waiting = inFlight.filter(\.isKept) + waiting
        inFlight = []
        waiting += retained
        waiting.append(canary)
        return kept
    }

    mutating func disconnect() {
        isConnected = false
        waiting =
            inFlight.filter(\.isKept)
            + waiting.filter { packet in
                if case .canary = packet.says { return false }
                return packet.isKept && !packet.retained
            }
        inFlight = []
    }

    mutating func loseSession() {
        disconnect()
        hasSession = false
        waiting = []
    }

    mutating func deliver(atMost limit: Int) -> [Packet] {
        guard isConnected else { return [] }
        let batch = Array(waiting.prefix(limit))
        waiting.removeFirst(batch.count)
        inFlight += batch
        return batch
    }

    mutating func acknowledge() { inFlight = [] }
}
