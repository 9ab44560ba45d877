import MQTT

struct Missing: Error, CustomStringConvertible {
    let description: String
}

/// A session whose events and messages are kept until a test asks for them.
final class Driven {
    let session: Session
    private var events: [Batch.Event] = []
    private var arrived: [Publication] = []
    /// Turns of a second that brought nothing; after many a test gives up.
    private var idle = 0

    init(_ session: Session) { self.session = session }

    /// Turns the loop until an event fits; those before it are forgotten.
    @discardableResult
    func until(_ what: String, _ fits: (Batch.Event) -> Bool) throws -> Batch.Event {
        var seen: [Batch.Event] = []
        idle = 0
        while idle < 60 {
            while !events.isEmpty {
                let event = events.removeFirst()
                if fits(event) { return event }
                seen.append(event)
            }
            turn()
        }
        throw Missing(description: "\(what); but there came \(seen)")
    }

    @discardableResult
    func untilConnected() throws -> Batch.Event {
        try until("connected") { if case .connected = $0 { true } else { false } }
    }

    func untilSubscribed() throws {
        try until("subscribed") { if case .subscribed = $0 { true } else { false } }
    }

    func untilRefused() throws -> String {
        guard case .refused(let error) = try until("refused", { if case .refused = $0 { true } else { false } })
        else { return "" }
        return "\(error)"
    }

    func untilDisconnected() throws {
        try until("disconnected") { if case .disconnected = $0 { true } else { false } }
    }

    /// The next messages, exactly so many; acknowledges none.
    func publications(_ count: Int) throws -> [Publication] {
        idle = 0
        while idle < 60, arrived.count < count { turn() }
        guard arrived.count >= count else { throw Missing(description: "\(count) messages; but \(arrived.count) came") }
        defer { arrived.removeFirst(count) }
        return Array(arrived[..<count])
    }

    /// Their payloads.
    func messages(_ count: Int) throws -> [String] {
        try publications(count).map { String(decoding: $0.payload, as: UTF8.self) }
    }

    private func turn() {
        let batch = session.nextBatch(waitingAtMost: .seconds(1))
        events += batch.events
        arrived += batch.messages
        if batch.messages.isEmpty, batch.events.isEmpty { idle += 1 }
    }
}
