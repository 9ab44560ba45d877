import Hub
public import Hummingbird

/// Which places of a block would be heard if it burnt there.
public struct CoverageAnswer: ResponseCodable, Sendable {
    public var block: String
    /// `watched`, `partly` or `unwatched`, as are those of floors and flats.
    public var verdict: String
    /// How many floors are watched in every flat.
    public var floorsWatched: Int
    /// The others, from the bottom up.
    public var floors: [Floor]

    public struct Floor: ResponseCodable, Sendable {
        public var floor: String
        public var verdict: String
        public var detectors: Int
        public var working: Int
        /// The flats that nobody watches, and those that are watched in part.
        public var unwatched: [String]
        public var partly: [String]
    }

    init(_ block: Coverage.Block) {
        self.block = block.block
        verdict = block.verdict.rawValue
        floorsWatched = block.floors.count { $0.verdict == .watched }
        floors = block.floors.filter { $0.verdict != .watched }.map { floor in
            Floor(
                floor: floor.floor, verdict: floor.verdict.rawValue, detectors: floor.detectors,
                working: floor.working, unwatched: floor.flats.filter { $0.verdict == .unwatched }.map(\.flat),
                partly: floor.flats.filter { $0.verdict == .partly }.map(\.flat))
        }
    }
}
