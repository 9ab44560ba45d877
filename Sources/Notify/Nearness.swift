import Registry
import Rules

/// Where somebody is, as seen from the danger; it decides the order of telling and the words.
///
/// Smoke and fire go up, so what lies above comes before what lies as far below.
enum Nearness: Hashable, Sendable {
    /// In the flat or common area that alarms.
    case inside
    case sameFloor
    /// So many floors above or below, from 1.
    case above(Int)
    case below(Int)
    /// In the same block, on no floor that can be compared: a lobby, a guard of the whole block.
    case sameBlock
    case otherBlock
    /// Nowhere in particular: somebody who looks after the whole estate.
    case anywhere

    /// The order of telling; smaller is nearer.
    var rank: Int {
        switch self {
        case .inside: 0
        case .sameFloor: 1
        case .above(let floors): 2 * floors
        case .below(let floors): 2 * floors + 1
        case .sameBlock: 1000
        case .otherBlock: 2000
        case .anywhere: 3000
        }
    }

    init(of place: Place?, to dangers: [Place], in estate: Estate) {
        guard let place else {
            self = .anywhere
            return
        }
        let all = dangers.map { Nearness(of: place, to: $0, in: estate) }
        self = all.min { $0.rank < $1.rank } ?? .sameBlock
    }

    private init(of place: Place, to danger: Place, in estate: Estate) {
        guard place.block == danger.block else {
            self = .otherBlock
            return
        }
        if place.unit != nil, place.unit == danger.unit {
            self = .inside
            return
        }
        guard let floors = estate.block(place.block)?.floors,
            let here = place.floor.flatMap({ floors.firstIndex(of: $0) }),
            let there = danger.floor.flatMap({ floors.firstIndex(of: $0) })
        else {
            self = .sameBlock
            return
        }
        self = here == there ? .sameFloor : here > there ? .above(here - there) : .below(there - here)
    }
}
