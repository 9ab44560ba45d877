import AlertLog
import Registry
import Rules

/// On which nights the flats of an estate would have been woken: told between 23:00 and 07:00, local time, by an alert
/// to residents. A flat counts once a night; drills do not count.
struct WokenNights {
    private let estate: Estate
    private let clock: LocalClock
    /// The first flat of each block, when all are counted through.
    private let firstFlats: [Int]
    /// Each night's flats; a night has the date of its evening, in days since 1970.
    private var flats: [Int: Set<Int>] = [:]
    /// For the audience of that name.
    private var told: [Incident.ID: Set<Int>] = [:]

    init(_ estate: Estate, _ clock: LocalClock) {
        self.estate = estate
        self.clock = clock
        firstFlats = estate.blocks.reduce(into: [0]) { starts, block in
            starts.append((starts.last ?? 0) + block.floors.count * block.flats.count)
        }
    }

    var nights: Int { flats.count }

    /// Flats that were woken, each once a night.
    var wakings: Int { flats.values.reduce(0) { $0 + $1.count } }

    mutating func note(_ alert: Alert) {
        guard alert.exercise == nil else { return }
        var woken: Set<Int> = []
        for audience in alert.audience { add(audience, of: alert, to: &woken) }
        guard !woken.isEmpty else { return }
        told[alert.incident, default: []].formUnion(woken)
        if let night = night(of: alert.at) { flats[night, default: []].formUnion(woken) }
    }

    /// `nil` by day.
    private func night(of moment: Instant) -> Int? {
        let hour = clock(moment).hour
        guard hour >= 23 || hour < 7 else { return nil }
        // Noon to noon is one night. The date is all that matters, so a time zone's odd minutes do not.
        let evening = clock(moment - .seconds(12 * 3600))
        return (evening.year * 12 + evening.month) * 31 + evening.day
    }

    private static func blocks(of alert: Alert) -> [String] {
        alert.block == "*" ? alert.places.map(\.block) : [alert.block]
    }

    private func add(_ block: String, asItsPolicySays alert: Alert, to woken: inout Set<Int>) {
        let policy = estate.block(block)?.policy ?? .simultaneous
        guard policy == .stayPut || (policy == .phased && alert.stage != .spreading) else {
            return add(block, to: &woken)
        }
        for place in alert.places where place.block == block {
            woken.formUnion(floor(of: place, above: 0))
            woken.formUnion(floor(of: place, above: 1))
        }
    }

    private func add(_ block: String, to woken: inout Set<Int>) {
        guard let position = estate.position(ofBlock: block) else { return }
        woken.formUnion(firstFlats[position]..<firstFlats[position + 1])
    }

    private func add(_ audience: Audience, of alert: Alert, to woken: inout Set<Int>) {
        switch audience {
        case .guards, .wardens, .office, .maintenance, .owners, .nextOfKin: break
        case .told: woken.formUnion(told[alert.incident] ?? [])
        case .estate: woken.formUnion(0..<(firstFlats.last ?? 0))
        case .block: for block in Self.blocks(of: alert) { add(block, asItsPolicySays: alert, to: &woken) }
        case .adjacent:
            for block in Self.blocks(of: alert).flatMap(estate.blocks(nextTo:)) { add(block, to: &woken) }
        case .flat: for place in alert.places { woken.formUnion(flat(place)) }
        case .neighbours:
            let inside = Set(alert.places.flatMap { flat($0) })
            for place in alert.places { woken.formUnion(Set(floor(of: place, above: 0)).subtracting(inside)) }
        case .floor: for place in alert.places { woken.formUnion(floor(of: place, above: 0)) }
        case .floorBelow: for place in alert.places { woken.formUnion(floor(of: place, above: -1)) }
        case .floorAbove: for place in alert.places { woken.formUnion(floor(of: place, above: 1)) }
        }
    }

    private func floor(of place: Place, above: Int) -> Range<Int> {
        guard let position = estate.position(ofBlock: place.block), let name = place.floor,
            let own = estate.blocks[position].floors.firstIndex(of: name),
            estate.blocks[position].floors.indices.contains(own + above)
        else { return 0..<0 }
        let flats = estate.blocks[position].flats.count
        let start = firstFlats[position] + (own + above) * flats
        return start..<start + flats
    }

    private func flat(_ place: Place) -> Range<Int> {
        let floor = floor(of: place, above: 0)
        guard let name = place.flat, let own = estate.block(place.block)?.flats.firstIndex(of: name), !floor.isEmpty
        else { return 0..<0 }
        return floor.lowerBound + own..<floor.lowerBound + own + 1
    }
}
