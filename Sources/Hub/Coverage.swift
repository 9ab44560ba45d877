public import Devices
public import Registry
import Rules

/// Which places would be heard if it burnt there, now: of an estate, block by block.
///
/// A detector counts if it works and nothing keeps its alarms back. What nobody would notice being dead, such as a radio
/// device that only ever sends alarms, makes its place partly watched at the best: unknown is never normal.
public struct Coverage: Hashable, Sendable {
    public var blocks: [Block]

    public enum Verdict: String, Hashable, Sendable, Codable {
        case watched, partly, unwatched
    }

    public struct Block: Hashable, Sendable {
        public var block: String
        public var verdict: Verdict
        /// From the bottom up.
        public var floors: [Floor]
    }

    public struct Floor: Hashable, Sendable {
        public var floor: String
        public var verdict: Verdict
        /// The flats that are not watched, and whether partly; in the order of the block's flats.
        public var flats: [Flat]
        public var detectors: Int
        public var working: Int
    }

    public struct Flat: Hashable, Sendable {
        public var flat: String
        public var verdict: Verdict
    }

    /// - Parameters:
    ///   - standings: of the registry's devices, in its order.
    ///   - isDisabled: whether a device's alarms are kept back.
    init(
        _ registry: EstateRegistry, _ standings: ContiguousArray<Supervisor.Standing>,
        isDisabled: (Device) -> Bool
    ) {
        var found: [Place: [Supervisor.Standing]] = [:]
        for (device, standing) in zip(registry.devices, standings) where device.kind.detectsFire {
            found[device.place, default: []].append(isDisabled(device) ? .down : standing)
        }
        blocks = registry.estate.blocks.map { block in
            let floors = block.floors.map { Floor(floor: $0, of: block, found) }
            return Block(block: block.id, verdict: Verdict(of: floors.map(\.verdict)), floors: floors)
        }
    }
}

extension Coverage.Floor {
    fileprivate init(floor: String, of block: Block, _ found: [Place: [Supervisor.Standing]]) {
        let flats = block.flats.map { flat in
            let there = found[Place(block: block.id, floor: floor, flat: flat)] ?? []
            return Coverage.Flat(flat: flat, verdict: Coverage.Verdict(there))
        }
        let inFlats = block.flats.flatMap { found[Place(block: block.id, floor: floor, flat: $0)] ?? [] }
        let inAreas = block.areas.flatMap { found[Place(block: block.id, floor: floor, area: $0)] ?? [] }
        let all = inFlats + inAreas + (found[Place(block: block.id, floor: floor)] ?? [])
        self.init(
            floor: floor,
            // A floor without flats is watched by the detectors of its areas.
            verdict: Coverage.Verdict(of: flats.map(\.verdict) + [Coverage.Verdict(all)]),
            flats: flats.filter { $0.verdict != .watched }, detectors: all.count,
            working: all.count { $0 == .works })
    }
}

extension Coverage.Verdict {
    fileprivate init(_ standings: [Supervisor.Standing]) {
        self =
            standings.allSatisfy { $0 == .down }
            ? .unwatched : standings.allSatisfy { $0 == .works } ? .watched : .partly
    }

    fileprivate init(of parts: [Coverage.Verdict]) {
        self =
            parts.allSatisfy { $0 == .unwatched }
            ? .unwatched : parts.allSatisfy { $0 == .watched } ? .watched : .partly
    }
}

extension HubService {
    /// What is watched now.
    public var coverage: Coverage {
        let tally = board.now
        return Coverage(configuration.registry, tally.standings) { device in
            tally.disablements.contains { !$0.isTest && $0.scope.covers(device) }
        }
    }
}
