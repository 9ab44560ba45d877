import Drill
import Foundation
import Registry
import Synchronization

/// A broker with a hub behind it that answers what it is told to answer.
final class SimulatedHub: DrillLink {
    struct Published: Hashable, Sendable {
        var at: Duration
        var topic: String
        var payload: String
        var qos: Int
        var retain: Bool
    }

    struct Answer: Sendable {
        var after: Duration
        var topic: String
        var payload: String
        var retained = false
    }

    struct Refused: Error {}

    private struct State {
        var published: [Published] = []
        var filters: [String] = []
        var continuation: AsyncStream<DrillMessage>.Continuation?
        var isClosed = false
    }

    private let time: SimulatedTime
    private let answer: @Sendable (Published) throws -> [Answer]
    private let state = Mutex(State())

    init(_ time: SimulatedTime, answer: @escaping @Sendable (Published) throws -> [Answer] = { _ in [] }) {
        self.time = time
        self.answer = answer
    }

    var published: [Published] { state.withLock { $0.published } }
    var filters: [String] { state.withLock { $0.filters } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func publish(_ payload: [UInt8], to topic: String, qos: Int, retain: Bool) async throws {
        let text = String(decoding: payload, as: UTF8.self)
        let message = Published(at: time.elapsed, topic: topic, payload: text, qos: qos, retain: retain)
        state.withLock { $0.published.append(message) }
        for answer in try answer(message) {
            time.schedule(after: answer.after) { [self] in deliver(answer) }
        }
    }

    func messages(matching filters: [String]) async throws -> AsyncStream<DrillMessage> {
        let (stream, continuation) = AsyncStream<DrillMessage>.makeStream()
        state.withLock {
            $0.filters = filters
            $0.continuation = continuation
        }
        return stream
    }

    func close() async {
        state.withLock {
            $0.isClosed = true
            $0.continuation?.finish()
        }
    }

    private func deliver(_ answer: Answer) {
        let message = DrillMessage(
            topic: answer.topic, payload: Array(answer.payload.utf8), retained: answer.retained,
            receivedAt: time.elapsed)
        _ = state.withLock { $0.continuation?.yield(message) }
    }
}

/// `demo`: blocks a and b, with a few devices of each ecosystem and kind.
enum SmallEstate {
    static let cast = Cast(
        EstateRegistry(
            estate: Estate(id: "demo", name: LocalizedText([(.english, "Demo")]), blocks: [block("a"), block("b")]),
            devices: devices, residents: []))

    private static func block(_ id: String) -> Block {
        Block(id: id, name: LocalizedText([]), floors: ["1", "2"], flats: ["A", "B"], areas: ["lobby"])
    }

    private static let devices = [
        Device(
            id: "a-1-A-smoke", ecosystem: .native, address: "a-1-A-smoke",
            place: Place(block: "a", floor: "1", flat: "A"), kind: .smoke),
        Device(
            id: "a-1-A-heat", ecosystem: .native, address: "a-1-A-heat",
            place: Place(block: "a", floor: "1", flat: "A"), kind: .heat),
        Device(
            id: "a-call-point", ecosystem: .native, address: "a-call-point", place: Place(block: "a", area: "lobby"),
            kind: .button),
        Device(
            id: "a-siren", ecosystem: .native, address: "a-siren", place: Place(block: "a", area: "lobby"),
            kind: .siren),
        Device(
            id: "b-1-A-smoke", ecosystem: .zigbee2mqtt, address: "block-b/1A/hall",
            place: Place(block: "b", floor: "1", flat: "A"), kind: .smoke),
        Device(
            id: "b-1-A-heat", ecosystem: .zigbee2mqtt, address: "block-b/1A/kitchen",
            place: Place(block: "b", floor: "1", flat: "A"), kind: .heat),
        Device(
            id: "b-button", ecosystem: .zigbee2mqtt, address: "block-b/button", place: Place(block: "b", area: "lobby"),
            kind: .button),
        Device(
            id: "b-siren", ecosystem: .zigbee2mqtt, address: "block-b/siren", place: Place(block: "b", area: "lobby"),
            kind: .siren),
    ]
}
