public import Registry

/// Whom an alarm in each block would reach by some of the contacts and sirens.
public struct Reach: Hashable, Sendable, Codable {
    public var blocks: [Block]

    public struct Block: Hashable, Sendable, Codable {
        public var block: String
        /// Those who are there: residents, and who keeps watch in the block.
        public var people: Int
        public var peopleReached: Int
        public var flats: Int
        public var flatsReached: Int
        /// How many people each channel reaches, and `siren` flats.
        public var ways: [Way]
        /// The flats that nothing reaches, from the bottom up.
        public var left: [Flat]
        /// From the bottom up.
        public var floors: [String]
    }

    public struct Way: Hashable, Sendable, Codable {
        public var channel: String
        public var count: Int
    }

    public struct Flat: Hashable, Sendable, Codable {
        public var place: String
        public var floor: String
        public var flat: String
        /// How many live there; 0 where nobody is registered.
        public var people: Int
    }

    /// - Parameters:
    ///   - works: whether something that is sent to a person's contact arrives; asked once for each.
    ///   - sounds: whether a siren that stands somewhere would sound.
    init(
        _ registry: EstateRegistry, contact works: (Resident, Contact) -> Bool, siren sounds: (Device) -> Bool
    ) {
        let sirens = Set(registry.devices.filter { $0.kind == .siren && sounds($0) }.map(\.place))
        let people = Dictionary(grouping: registry.residents.filter(\.role.isThere)) { $0.place?.block ?? "" }
        blocks = registry.estate.blocks.map { block in
            let there = people[block.id] ?? []
            let ways = there.map { resident in (resident, resident.contacts.filter { works(resident, $0) }) }
            let reached = Set(ways.filter { !$0.1.isEmpty }.compactMap(\.0.place)).union(sirens)
            let living = Dictionary(grouping: there) { $0.place.map { Place(home: $0) } }
            var left: [Flat] = []
            for floor in block.floors {
                for flat in block.flats {
                    let home = Place(block: block.id, floor: floor, flat: flat)
                    guard !reached.contains(home) else { continue }
                    left.append(
                        Flat(place: home.description, floor: floor, flat: flat, people: living[home]?.count ?? 0))
                }
            }
            let flats = block.floors.count * block.flats.count
            var counts: [Way] = []
            let sounding = sirens.count { $0.block == block.id && $0.flat != nil }
            if sounding > 0 { counts.append(Way(channel: "siren", count: sounding)) }
            let channels = Set(ways.flatMap { $0.1.map(\.channel) }).subtracting(["siren"]).sorted()
            for channel in channels {
                counts.append(Way(channel: channel, count: ways.count { $0.1.contains { $0.channel == channel } }))
            }
            return Block(
                block: block.id, people: there.count, peopleReached: ways.count { !$0.1.isEmpty }, flats: flats,
                flatsReached: flats - left.count, ways: counts, left: left, floors: block.floors)
        }
    }
}

extension Reach.Block {
    /// `12 of 600 people and 250 of 250 flats are reached (siren 250, sms 12)`
    public var sentence: String {
        let by = ways.map { "\($0.channel) \($0.count)" }.joined(separator: ", ")
        return "\(peopleReached) of \(people) people and \(flatsReached) of \(flats) flats are reached"
            + (by.isEmpty ? "" : " (\(by))")
    }

    /// The flats that nothing reaches, floor by floor; floors alike in a row are one line: `floors 3-9: A B D`.
    public var leftByFloor: [String] {
        let flats = Dictionary(grouping: left, by: \.floor).mapValues { $0.map(\.flat).joined(separator: " ") }
        var runs: [(first: String, last: String, flats: String?)] = []
        for floor in floors {
            if let run = runs.last, run.flats == flats[floor] {
                runs[runs.count - 1].last = floor
            } else {
                runs.append((floor, floor, flats[floor]))
            }
        }
        return runs.compactMap { run in
            let name = run.first == run.last ? "floor \(run.first)" : "floors \(run.first)-\(run.last)"
            return run.flats.map { "\(name): \($0)" }
        }
    }
}

extension Place {
    /// The flat that a place is in, without what is more than that.
    fileprivate init(home place: Place) {
        self.init(block: place.block)
        floor = place.floor
        flat = place.flat
    }
}
