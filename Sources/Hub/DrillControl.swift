import Foundation
import Registry
import Rules

/// What a drill's player says on `drill/<drill id>/$control`.
///
/// `{"command":"begin","scenario":"kitchen-fire","speed":10,"at":"2026-11-22T12:00:00Z","until":"2026-11-22T12:10:00Z"}`
/// and `{"command":"end"}`.
package enum DrillControl {
    case begin(Exercise)
    case end

    /// The longest that a drill may run, in real time.
    static let longest = Duration.seconds(6 * 3600)

    /// - Returns: `nil` if it cannot be understood.
    package init?(drill: String, payload: [UInt8], receivedAt: Instant) {
        struct Wire: Decodable {
            var command: String
            var scenario: String?
            var speed: Double?
            var until: String?
        }
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(payload)) else { return nil }
        switch wire.command {
        case "begin":
            let asked = wire.until.flatMap { Instant(rfc3339: $0) } ?? receivedAt + .seconds(3600)
            let speed = wire.speed.map { $0.isFinite ? $0 : 1 } ?? 1
            self = .begin(
                Exercise(
                    id: drill, scenario: String((wire.scenario ?? drill).prefix(100)), speed: speed, origin: receivedAt,
                    until: min(max(asked, receivedAt), receivedAt + Self.longest)))
        case "end": self = .end
        default: return nil
        }
    }
}
