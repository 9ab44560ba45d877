import Registry
import Rules

/// What the simulator believes of one open incident of the real world, from the accepted messages alone. It is written
/// from DESIGN.md's ladder and knows nothing of the rule engine's patterns, so that the two can disagree.
struct Course {
    let block: Block
    let hazard: Hazard
    /// As the engine calls it, once it has.
    var incident: String?
    var members: [Member] = []
    var stage = Stage.investigate
    var isWidened = false
    var stageSince: Instant
    var isAcknowledged = false
    var confirmedAt: Instant?

    struct Member {
        let device: Device.ID
        let place: Place
        let kind: Signal.Kind
        var raisedAt: Instant
        var heardAt: Instant
        var isLive: Bool
        var isStuck: Bool
        var alarms = true
    }

    /// The rung that is owed, by its height: 1 investigate, 2 widened, 3 confirmed, 4 spreading.
    ///
    /// - Returns: since when, and why.
    func owed(at moment: Instant) -> (height: Int, since: Instant, why: String)? {
        guard hazard == .fire, stage != .clearing, stage != .closed else { return nil }
        var best: (height: Int, since: Instant, why: String)?
        func owe(_ height: Int, _ since: Instant?, _ why: String) {
            guard let since, since <= moment, height > best?.height ?? 0 else { return }
            best = (height, since, why)
        }
        let proven = members.filter { !$0.isStuck }
        owe(2, widening(proven), "second in the flat, or unanswered for 90 s")
        owe(3, confirmation(proven), "confirmed by the detectors or a person")
        if stage == .confirmed || best?.height == 3 { owe(4, spread(proven), "a second floor, or the way out") }
        return best
    }

    /// When the next rung will be owed if nothing is heard.
    func nextOwed(after moment: Instant) -> Instant? {
        guard hazard == .fire, stage != .clearing else { return nil }
        let proven = members.filter { !$0.isStuck }
        return [widening(proven), confirmation(proven)].compactMap { $0 }.filter { $0 > moment }.min()
    }

    /// The engine's stage and step as a height.
    static func height(_ rung: Incident.Rung) -> Int {
        switch rung.stage {
        case .investigate: rung.step >= 2 ? 2 : 1
        case .confirmed: 3
        case .spreading: 4
        case .clearing, .closed: 0
        }
    }

    private func widening(_ proven: [Member]) -> Instant? {
        var earliest: Instant?
        let detectors = proven.filter { $0.kind != .button }
        for member in detectors {
            let others = detectors.filter { $0.place == member.place && $0.device != member.device }
            if others.contains(where: { $0.isLive || member.isLive }), let other = others.map(\.raisedAt).min() {
                earliest = min(earliest ?? .max, max(member.raisedAt, other))
            }
        }
        if !isAcknowledged, let first = proven.filter({ $0.isLive && $0.alarms }).map(\.raisedAt).min() {
            earliest = min(earliest ?? .max, first + .seconds(90))
        }
        return earliest
    }

    private func confirmation(_ proven: [Member]) -> Instant? {
        var earliest = confirmedAt.flatMap { $0 >= stageSince || stage != .investigate ? $0 : nil }
        func take(_ moment: Instant) { earliest = min(earliest ?? .max, moment) }
        for member in proven where member.kind == .button && member.isLive { take(member.raisedAt) }
        let detectors = proven.filter { $0.kind != .button }
        // Two flats that hold, and two that began within 15 min of each other.
        var hold: Instant?
        var window: Instant?
        for (rank, one) in detectors.enumerated() {
            for other in detectors[(rank + 1)...] where one.isLive || other.isLive {
                let later = max(one.raisedAt, other.raisedAt)
                let apart = later - min(one.raisedAt, other.raisedAt)
                let bothAlarm = one.alarms && other.alarms
                if one.place != other.place, apart <= .seconds(60), isNear(one.place, other.place) { take(later) }
                if one.place != other.place {
                    if bothAlarm { hold = min(hold ?? .max, later + .seconds(60)) }
                    if apart <= .seconds(900) { window = min(window ?? .max, later) }
                } else if bothAlarm {
                    take(later + .seconds(60))
                }
                if bothAlarm, one.place == other.place, [one.kind, other.kind].contains(.heat),
                    [one.kind, other.kind].contains(.smoke)
                {
                    take(later)
                }
            }
        }
        if let hold, let window { take(max(hold, window)) }
        return earliest
    }

    private func spread(_ proven: [Member]) -> Instant? {
        let detectors = proven.filter { $0.kind != .button }
        let way = detectors.filter {
            $0.isLive && ($0.place.area == "corridor" || $0.place.area?.hasPrefix("stair") == true)
        }
        var earliest = way.map(\.raisedAt).min()
        for (rank, one) in detectors.enumerated() {
            for other in detectors[(rank + 1)...] where one.isLive || other.isLive {
                guard (one.place.floor ?? one.place.area) != (other.place.floor ?? other.place.area) else { continue }
                earliest = min(earliest ?? .max, max(one.raisedAt, other.raisedAt))
            }
        }
        return earliest
    }

    private func isNear(_ one: Place, _ other: Place) -> Bool {
        guard one.area == nil, other.area == nil, let floor = one.floor, let otherFloor = other.floor else {
            return true
        }
        return (block.distance(between: floor, and: otherFloor) ?? .max) <= 1
    }
}

extension Instant {
    static let max = Instant(milliseconds: .max)
}
