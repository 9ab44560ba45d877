extension Estate {
    /// The place of a path as people write it: `a/12/C`, `a/12/stair-1`, `a/lobby`, `a/12`, `a`.
    ///
    /// - Throws: the first part from the block inwards that this estate does not have.
    public func place(_ path: String) throws(PlaceMistake) -> Place {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var place = Place(block: parts.first ?? "")
        let block = block(place.block)
        guard parts.count <= 3 else {
            throw PlaceMistake(
                part: .area, problem: "'\(path)' has more than block, floor and flat",
                mend: "write it as \(place.block)/12/C, \(place.block)/12/corridor or \(place.block)/lobby")
        }
        if parts.count == 2, let block, !block.floors.contains(parts[1]), block.areas.contains(parts[1]) {
            place.area = parts[1]
        } else if parts.count > 1 {
            place.floor = parts[1]
        }
        if parts.count == 3 {
            let isArea = block.map { $0.areas.contains(parts[2]) && !$0.flats.contains(parts[2]) } ?? false
            if isArea { place.area = parts[2] } else { place.flat = parts[2] }
        }
        try check(place)
        return place
    }
}
