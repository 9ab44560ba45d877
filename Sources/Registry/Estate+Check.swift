extension Estate {
    /// What is wrong with a place, and in which part of it.
    public struct PlaceMistake: Error, Hashable, Sendable {
        public var part: Part
        public var problem: String
        public var mend: String

        /// Named as the columns are in which it is written.
        public enum Part: String, Hashable, Sendable {
            case block, floor, flat, area
        }
    }

    /// - Throws: if the estate has no such place: the first part from the block inwards that is wrong.
    public func check(_ place: Place) throws(PlaceMistake) {
        guard let block = block(place.block) else {
            throw PlaceMistake(unknown: .block, place.block, in: "estate.yaml", known: blocks.map(\.id))
        }
        if let floor = place.floor, !block.floors.contains(floor) {
            throw PlaceMistake(unknown: .floor, floor, in: "block \(block.id)", known: block.floors)
        }
        if let flat = place.flat {
            if place.area != nil {
                throw PlaceMistake(
                    part: .area, problem: "a flat and an area are both given",
                    mend: "leave one of them empty: a device hangs in a flat or in a common area")
            }
            if place.floor == nil {
                throw PlaceMistake(
                    part: .floor, problem: "flat '\(flat)' stands without a floor",
                    mend: Spelling.oneOf(block.floors))
            }
            if !block.flats.contains(flat) {
                throw PlaceMistake(unknown: .flat, flat, in: "block \(block.id)", known: block.flats)
            }
        }
        if let area = place.area, !block.areas.contains(area) {
            throw PlaceMistake(unknown: .area, area, in: "block \(block.id)", known: block.areas)
        }
    }
}

extension Estate.PlaceMistake {
    fileprivate init(unknown part: Part, _ written: String, in whole: String, known: [String]) {
        self.init(
            part: part, problem: "no \(part.rawValue) '\(written)' in \(whole)",
            mend: Spelling.mend(written, known: known))
    }
}
