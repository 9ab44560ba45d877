import Registry
import Rules

/// What people have put out of action, under test or to silence, and what is held back by it: read from their commands,
/// the hub's announcements and the accepted messages, apart from the rule engine. A value, part of ``Belief``, so that a
/// crash goes back to what was durable.
struct Controls {
    private(set) var standing: [Standing] = []
    private(set) var silences: [Silence] = []
    /// The lines that announced a beginning or an end, by what they say, and how many there were of each.
    private(set) var announced: [String: Int] = [:]

    /// A disablement, or a test.
    struct Standing {
        let scope: Disablement.Scope
        let isTest: Bool
        let since: Instant
        var until: Instant
        /// What alarms under it.
        var withheld: [Withheld] = []
        /// The devices that were pressed under test.
        var pressed: Set<Device.ID> = []
    }

    struct Withheld {
        /// Its device's position in the registry.
        let device: Int
        let place: Place
        let kind: Signal.Kind
        var raisedAt: Instant
        var heardAt: Instant
        var isLive: Bool

        var hazard: Hazard? { Belief.hazard(of: kind) }
    }

    struct Silence {
        let incident: Incident.ID
        let until: Instant
        let stage: Stage
        /// What alarmed or had alarmed by then: an alarm from elsewhere breaks it.
        let places: Set<Place>
    }

    // MARK: What stands

    func standing(_ scope: Disablement.Scope, isTest: Bool) -> Standing? {
        standing.first { $0.scope == scope && $0.isTest == isTest }
    }

    /// Where an alarm of a device is kept back, by its position in ``standing``.
    func holder(of kind: Signal.Kind, _ device: Device) -> Int? {
        standing.firstIndex { !$0.isTest && $0.withholds(kind, of: device) }
    }

    func isUnderTest(_ device: Device) -> Bool { standing.contains { $0.isTest && $0.covers(device) } }

    func isWithheld(_ device: Int) -> Bool {
        standing.contains { standing in standing.withheld.contains { $0.device == device } }
    }

    var disabledRules: [String] {
        standing.compactMap { standing in
            if case .rule(let name) = standing.scope { name } else { nil }
        }
    }

    func silence(of incident: Incident.ID) -> Silence? { silences.first { $0.incident == incident } }

    // MARK: What changes

    mutating func announce(_ line: String) { announced[line, default: 0] += 1 }

    /// Begins one, or prolongs the one that stands.
    mutating func begin(_ scope: Disablement.Scope, isTest: Bool, until: Instant, at moment: Instant) {
        var new = end(scope, isTest: isTest) ?? Standing(scope: scope, isTest: isTest, since: moment, until: until)
        new.until = until
        standing.append(new)
    }

    mutating func end(_ scope: Disablement.Scope, isTest: Bool) -> Standing? {
        standing.firstIndex { $0.scope == scope && $0.isTest == isTest }.map { standing.remove(at: $0) }
    }

    mutating func keepBack(_ alarm: Withheld, under holder: Int) {
        let known = standing[holder].withheld.firstIndex { $0.device == alarm.device && $0.kind == alarm.kind }
        guard let known else { return standing[holder].withheld.append(alarm) }
        let heardAt = max(standing[holder].withheld[known].heardAt, alarm.heardAt)
        standing[holder].withheld[known].heardAt = heardAt
        standing[holder].withheld[known].isLive = standing[holder].withheld[known].isLive || alarm.isLive
    }

    mutating func forget(_ device: Int, _ kind: Signal.Kind) {
        for position in standing.indices {
            standing[position].withheld.removeAll { $0.device == device && $0.kind == kind }
        }
    }

    /// Of several tests the first counts it.
    mutating func notePress(of device: Device) {
        guard let test = standing.firstIndex(where: { $0.isTest && $0.covers(device) }) else { return }
        standing[test].pressed.insert(device.id)
    }

    mutating func begin(_ silence: Silence) {
        silences.removeAll { $0.incident == silence.incident }
        silences.append(silence)
    }

    mutating func end(silenceOf incident: Incident.ID) -> Silence? {
        silences.firstIndex { $0.incident == incident }.map { silences.remove(at: $0) }
    }
}

extension Controls.Standing {
    /// A flat or area is that one alone; a floor or block is all that lies in it.
    func covers(_ device: Device) -> Bool {
        switch scope {
        case .device(let id): return id == device.id
        case .place(let place):
            if place.flat != nil || place.area != nil { return place == device.place }
            return place.block == device.place.block && (place.floor == nil || place.floor == device.place.floor)
        case .rule, .buildingAlarm: return false
        }
    }

    /// What a person has pressed is kept back by its own device's disablement alone.
    func withholds(_ kind: Signal.Kind, of device: Device) -> Bool {
        if case .device = scope { return covers(device) }
        return kind != .button && kind != .help && covers(device)
    }
}
