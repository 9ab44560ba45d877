import Registry

extension Narration {
    /// `lobby, floor 3`, `大堂、3樓`; three and more floors one above the other are `floors 3 to 9`, `3至9樓`, for nobody
    /// reads a list of thirty.
    static func areas(_ areas: [String], of block: String, _ estate: Estate) -> LogRecord.Text {
        let floors = estate.block(block)?.floors ?? []
        var names: [LogRecord.Text] = []
        var rest = areas[...]
        while let area = rest.first {
            let run = run(rest, in: floors)
            if run.count > 2, let last = run.last {
                names.append(LogRecord.Text("floors \(area) to \(last)", "\(area)至\(last)樓"))
                rest = rest[run.endIndex...]
            } else {
                names.append(name(area, isFloor: floors.contains(area), of: block, estate))
                rest = rest.dropFirst()
            }
        }
        return LogRecord.Text(
            names.map(\.english).joined(separator: ", "), names.map(\.traditionalChinese).joined(separator: "、"))
    }

    /// How many of the first are floors one above the other.
    private static func run(_ areas: ArraySlice<String>, in floors: [String]) -> ArraySlice<String> {
        guard let first = areas.first, let lowest = floors.firstIndex(of: first) else { return [] }
        return areas.prefix(zip(areas, floors[lowest...]).prefix { $0 == $1 }.count)
    }

    private static func name(_ area: String, isFloor: Bool, of block: String, _ estate: Estate) -> LogRecord.Text {
        let places = PlaceNames(estate)
        let place = Place(block: block, floor: isFloor ? area : nil, area: isFloor ? nil : area)
        let whole = places.text(place).traditionalChinese
        return LogRecord.Text(
            isFloor ? "floor \(area)" : area,
            whole.dropFirst(places.text(Place(block: block)).traditionalChinese.count)
                .trimmingPrefix(while: \.isWhitespace).description)
    }
}
