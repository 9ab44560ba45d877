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
        /// It has sent no clear, and its time is over.
        var isTimedOut = false

        var mayAlarm: Bool { alarms || isTimedOut }
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
        let detectors = proven.filter { $0.kind != .button }.sorted { $0.raisedAt < $1.raisedAt }
        for (rank, last) in detectors.enumerated() {
            for first in detectors[..<rank] where first.isLive || last.isLive {
                confirmations(by: first, last).forEach(take)
            }
            let companions = detectors[..<rank].filter {
                last.raisedAt - $0.raisedAt <= Self.apart && isNear($0.place, last.place)
            }
            if companions.count >= 2, last.isLive || companions.contains(where: \.isLive) { take(last.raisedAt) }
        }
        return earliest
    }

    /// The moments at which two detectors confirm each other, if they still alarm then.
    private func confirmations(by first: Member, _ last: Member) -> [Instant] {
        var moments: [Instant] = []
        let begun = last.raisedAt
        let apart = begun - first.raisedAt
        let hold = first.mayAlarm && last.mayAlarm
        let dwellings = [first, last].filter { $0.place.flat != nil }.count
        let isNear = isNear(first.place, last.place)
        if first.place == last.place {
            if hold, isNight(begun + Self.hold) { moments.append(begun + Self.hold) }
            if hold { moments.append(begun + Self.longHold) }
            let kinds = [first.kind, last.kind]
            if hold, kinds.contains(.heat), kinds.contains(.smoke) { moments.append(begun) }
            return moments
        }
        if apart <= .seconds(60), isNear, dwellings != 1 || isNight(begun) { moments.append(begun) }
        guard hold else { return moments }
        if apart <= Self.apart, (dwellings == 2 && isNear) || isNight(begun + Self.hold) {
            moments.append(begun + Self.hold)
        }
        if apart <= (isNear ? Self.apart * 2 : Self.apart) { moments.append(begun + Self.longHold) }
        return moments
    }

    private static let hold = Duration.seconds(60)
    private static let longHold = Duration.seconds(600)
    private static let apart = Duration.seconds(900)

    /// Before six in the morning or after eleven at night, in Hong Kong.
    private func isNight(_ moment: Instant) -> Bool {
        let hour = (moment.milliseconds / 3_600_000 + 8) % 24
        return hour < 6 || hour >= 23
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
