import Registry
import Rules

/// Turns an alert's audiences into people, sirens and the stations of places, the nearest to the danger first, each once.
///
/// A danger in a common area without a floor, such as a lobby, belongs to no floor: `flat`, `neighbours`, `floor` and
/// `floor-above` are then empty, and those who hear of it before it is confirmed are the guards and wardens.
struct AudienceResolver: Sendable {
    var directory: Directory
    /// Who has moved out by then is nobody's audience.
    var moment: Instant

    /// One person, siren or station that is told.
    struct Recipient: Hashable, Sendable {
        /// As in ``Delivery/target``.
        var target: String
        var nearness: Nearness
        /// The order of telling; smaller goes first.
        var rank: Int
        var subject: Subject

        enum Subject: Hashable, Sendable {
            case person(Resident)
            case siren(Device.ID)
            case station(Station)
        }
    }

    /// - Parameter told: the targets that were told of this incident before, for the audience of that name.
    func recipients(of alert: Alert, told: Set<String>) -> [Recipient] {
        // In a storm there is an alert for every detector: nobody looks through the whole estate for each.
        let isLocal = !alert.audience.contains(.estate) && !alert.audience.contains(.told)
        let blocks = ([alert.block] + alert.places.map(\.block) + next(to: alert))
            .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let people = (isLocal ? directory.residents(in: blocks) : directory.residents)
            .compactMap { directory.hasLeft($0, at: moment) ? nil : person(in: alert, $0, told: told) }
        let sirens = (isLocal ? directory.sirens(in: blocks) : directory.sirens)
            .compactMap { device in
                sounder(in: alert, .siren(device.id), Directory.target(ofSiren: device.id), device.place, told: told)
            }
        let stations = directory.stations.compactMap { station in
            guard alert.exercise == nil || station.hearsDrills else { return nil as Recipient? }
            return station.place.flatMap { sounder(in: alert, .station(station), station.target, $0, told: told) }
        }
        return (people + sirens + stations).sorted { ($0.rank, $0.target) < ($1.rank, $1.target) }
    }

    private func person(in alert: Alert, _ resident: Resident, told: Set<String>) -> Recipient? {
        let nearness = Nearness(of: resident.place, to: alert.places, in: directory.estate)
        let reasons = alert.audience.filter { audience in
            switch audience {
            case .guards: resident.role == .guardian && watches(resident, alert)
            case .wardens: resident.role == .warden && watches(resident, alert)
            case .office: resident.role == .office && watches(resident, alert)
            case .maintenance: resident.role == .maintenance && watches(resident, alert)
            case .told: told.contains(resident.id)
            case .owners: resident.role == .owner && nearness == .inside
            case .nextOfKin: resident.role == .nextOfKin && nearness == .inside
            case .estate: resident.role.isThere
            case .flat, .neighbours, .floor, .floorAbove, .floorBelow, .block, .adjacent:
                resident.role.isThere && resident.place.map { takesIn($0, audience, nearness, alert) } ?? false
            }
        }
        guard !reasons.isEmpty else { return nil }
        let rank = rank(nearness, asStaff: reasons.contains(where: Self.staff.contains), alert)
        return Recipient(target: resident.id, nearness: nearness, rank: rank, subject: .person(resident))
    }

    /// A siren, and a station of a place, sounds for the people of the place where it stands.
    private func sounder(
        in alert: Alert, _ subject: Recipient.Subject, _ target: String, _ place: Place, told: Set<String>
    ) -> Recipient? {
        let nearness = Nearness(of: place, to: alert.places, in: directory.estate)
        let isTold = alert.audience.contains { audience in
            switch audience {
            case .guards, .wardens, .office, .maintenance, .owners, .nextOfKin: false
            case .told: told.contains(target)
            case .estate: true
            case .flat, .neighbours, .floor, .floorAbove, .floorBelow, .block, .adjacent:
                takesIn(place, audience, nearness, alert)
            }
        }
        guard isTold else { return nil }
        return Recipient(target: target, nearness: nearness, rank: nearness.rank, subject: subject)
    }

    private func takesIn(_ place: Place, _ audience: Audience, _ nearness: Nearness, _ alert: Alert) -> Bool {
        switch audience {
        case .flat: nearness == .inside
        case .neighbours: nearness == .sameFloor && place.flat != nil
        case .floor: nearness == .inside || nearness == .sameFloor
        // From each of the floors, so not by the nearest danger alone: above one fire may be below another.
        case .floorAbove: alert.places.contains { Nearness(of: place, to: [$0], in: directory.estate) == .above(1) }
        case .floorBelow: alert.places.contains { Nearness(of: place, to: [$0], in: directory.estate) == .below(1) }
        case .block: Self.blocks(of: alert).contains(place.block) && actsNow(place, nearness, alert)
        case .adjacent: next(to: alert).contains(place.block)
        case .estate: true
        case .guards, .wardens, .office, .maintenance, .owners, .nextOfKin, .told: false
        }
    }

    /// Whether a place in a block that burns is among those that its policy tells at this stage.
    private func actsNow(_ place: Place, _ nearness: Nearness, _ alert: Alert) -> Bool {
        // What is announced asks nobody to leave.
        guard alert.announcement == nil else { return true }
        var isClose: Bool {
            place.floor == nil || takesIn(place, .floor, nearness, alert)
                || takesIn(place, .floorAbove, nearness, alert)
        }
        switch directory.estate.block(place.block)?.policy ?? .simultaneous {
        case .simultaneous: return true
        case .phased: return isClose || alert.stage == .spreading
        case .stayPut: return isClose
        }
    }

    private func next(to alert: Alert) -> [String] {
        guard alert.audience.contains(.adjacent) else { return [] }
        return Self.blocks(of: alert).flatMap(directory.estate.blocks(nextTo:))
    }

    /// Whoever keeps watch over no block in particular watches over all.
    private func watches(_ resident: Resident, _ alert: Alert) -> Bool {
        guard let place = resident.place else { return true }
        return Self.blocks(of: alert).contains(place.block)
    }

    /// An estate-wide alert has the block `*`: then the blocks are those in which it burns.
    private static func blocks(of alert: Alert) -> [String] {
        alert.block == "*" ? alert.places.map(\.block) : [alert.block]
    }

    private static let staff: [Audience] = [.guards, .wardens, .office, .maintenance]

    /// Those who are sent to look go first while it is investigated, or where the alert names them first; later the
    /// people on the floor that burns come before them.
    private func rank(_ nearness: Nearness, asStaff: Bool, _ alert: Alert) -> Int {
        // What is only announced delays no alarm.
        guard alert.announcement == nil else { return .max }
        guard asStaff else { return nearness.rank }
        let namedFirst = alert.audience.first.map(Self.staff.contains) ?? false
        let staffRank = alert.stage == .investigate || namedFirst ? -1 : Nearness.sameFloor.rank
        return min(nearness.rank, staffRank)
    }
}
