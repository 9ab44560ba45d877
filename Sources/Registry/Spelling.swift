/// Finds the name that was probably meant, for the second half of an error message.
public enum Spelling {
    /// What to write instead of `written`: `write 'North', or another of South, East`.
    ///
    /// - Parameter known: the names that are right here, in the order to show them.
    public static func mend(_ written: String, known: [String]) -> String {
        if let nearest = nearest(to: written, in: known) {
            let others = known.filter { $0 != nearest }
            guard !others.isEmpty, others.count <= listedMax else { return "write '\(nearest)'" }
            return "write '\(nearest)', or another of \(others.joined(separator: ", "))"
        }
        return oneOf(known)
    }

    /// `write one of a, b, c`; a long list is cut in its middle.
    public static func oneOf(_ known: [String]) -> String {
        guard let first = known.first, let last = known.last else { return "remove it" }
        if known.count == 1 { return "write '\(first)'" }
        guard known.count > listedMax else { return "write one of \(known.joined(separator: ", "))" }
        return "write one of \(known.prefix(3).joined(separator: ", ")), … \(last)"
    }

    /// The one name that a slip or two lead to, whatever its case; `nil` if none is that near.
    public static func nearest(to written: String, in known: [String]) -> String? {
        let typed = Array(written.lowercased().unicodeScalars)
        // Names of one or two characters, such as flats, are all near each other: there a guess would mislead.
        guard typed.count > 2 else { return known.first { $0.lowercased() == written.lowercased() } }
        let slipsMax = max(1, typed.count / 3)
        var best: (name: String, slips: Int)?
        for name in known {
            let meant = Array(name.lowercased().unicodeScalars)
            guard abs(meant.count - typed.count) <= slipsMax else { continue }
            let slips = distance(typed, meant)
            if slips <= min(slipsMax, (best?.slips ?? .max) - 1) { best = (name, slips) }
        }
        return best?.name
    }

    /// More than this in one line, and nobody reads it.
    private static let listedMax = 16

    /// How many characters to add, drop, change or swap with their neighbour (optimal string alignment).
    private static func distance(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for (row, scalar) in one.enumerated() {
            var current = [row + 1]
            for (column, candidate) in other.enumerated() {
                var slips = min(last[column + 1] + 1, current[column] + 1, last[column] + (scalar == candidate ? 0 : 1))
                if row > 0, column > 0, scalar == other[column - 1], one[row - 1] == candidate {
                    slips = min(slips, beforeLast[column - 1] + 1)
                }
                current.append(slips)
            }
            (beforeLast, last) = (last, current)
        }
        return last[other.count]
    }
}
