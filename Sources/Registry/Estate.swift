/// A housing estate: the blocks, and how they are named. Loaded from `estate.yaml`.
public struct Estate: Hashable, Sendable {
    public var id: String
    public var name: LocalizedText
    /// In the order of the file.
    public var blocks: [Block] {
        didSet { positions = Self.positions(blocks) }
    }
    /// A block is asked for with every signal, and an estate may have thousands.
    private var positions: [String: Int]
    /// Pairs of blocks between which fire may spread: a façade, a scaffold, a shared podium.
    public var adjacency: [[String]]
    /// How the blocks' own fire alarms are supervised.
    public var buildingAlarms = BuildingAlarmPolicy()

    public init(id: String, name: LocalizedText, blocks: [Block], adjacency: [[String]] = []) {
        self.id = id
        self.name = name
        self.blocks = blocks
        self.adjacency = adjacency
        positions = Self.positions(blocks)
    }

    /// The blocks next to one, in the order of the map.
    public func blocks(nextTo block: String) -> [String] {
        adjacency.filter { $0.contains(block) }.flatMap { $0.filter { $0 != block } }
    }

    /// The first of a name.
    public func block(_ id: String) -> Block? { position(ofBlock: id).map { blocks[$0] } }

    public func position(ofBlock id: String) -> Int? { positions[id] }

    private static func positions(_ blocks: [Block]) -> [String: Int] {
        Dictionary(blocks.enumerated().map { ($0.element.id, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }
}

/// One building of an estate.
public struct Block: Hashable, Sendable {
    public var id: String
    public var name: LocalizedText
    /// From the bottom up, as people call them: `["G", "1", "2"]`.
    public var floors: [String]
    /// The flats of each floor: `["A", "B"]`.
    public var flats: [String]
    /// The common areas that each floor or the block as a whole has: `["lobby", "corridor", "stair-1"]`.
    public var areas: [String]
    /// Who in it is told to act once a fire is confirmed.
    public var policy: Policy

    /// How a block is evacuated: its one stair, its walls and its people decide, and so the estate's fire engineer does.
    /// The guards and wardens are told in all cases, and so is whoever is told by floor or flat.
    public enum Policy: String, Hashable, Sendable, CaseIterable {
        /// Everybody at once.
        case simultaneous
        /// The floors that burn and the one above each when it is confirmed, everybody when it spreads: all at once may
        /// jam a single stair.
        case phased
        /// The floors that burn and the one above each, also when it spreads; the others stay, where walls and doors are
        /// built for that.
        case stayPut = "stay-put"
    }

    public init(
        id: String, name: LocalizedText, floors: [String], flats: [String], areas: [String],
        policy: Policy = .simultaneous
    ) {
        self.policy = policy
        self.id = id
        self.name = name
        self.floors = floors
        self.flats = flats
        self.areas = areas
    }

    /// How many floors lie between two floors; `nil` if one of them is not a floor of this block.
    public func distance(between one: String, and other: String) -> Int? {
        guard let first = floors.firstIndex(of: one), let second = floors.firstIndex(of: other) else { return nil }
        return abs(first - second)
    }
}
