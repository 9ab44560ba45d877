import Notify
import Registry

/// What `hub.yaml` puts in a place of the estate, to be told what the people there are told: a display, a player.
protocol PlacedStation {
    var name: String { get }
    /// A path: `a`, `a/12`, `a/lobby`.
    var place: String { get }
    var node: YAMLNode { get }
}

extension Sequence where Element: PlacedStation {
    /// Those whose place there is; of the others ``misplaced(in:)`` tells.
    func stations(in estate: Estate, _ channel: String, hearsDrills: Bool, seesEveryEnd: Bool = false) -> [Station] {
        compactMap { station in
            (try? estate.place(station.place)).map {
                Station(
                    channel: channel, name: station.name, place: $0, hearsDrills: hearsDrills,
                    seesEveryEnd: seesEveryEnd)
            }
        }
    }

    /// Where a place is written that the estate does not have.
    func misplaced(in estate: Estate) -> [ConfigError] {
        var errors: [ConfigError] = []
        for station in self {
            do {
                _ = try estate.place(station.place)
            } catch {
                errors.append(station.node.mistake(error.problem, mend: error.mend))
            }
        }
        return errors
    }
}
