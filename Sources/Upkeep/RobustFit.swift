/// A straight line through daily values that a few wild days do not turn: the Theil–Sen estimator, the median of the
/// slopes between all pairs (P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968). Up to
/// 29 % of the days may be wrong.
struct RobustFit: Hashable, Sendable {
    /// Per day.
    var slope: Double
    /// On the last day.
    var level: Double

    /// At most so many of the latest days are looked at: 60 make 1,770 pairs.
    static let daysMax = 60

    /// - Parameter points: by rising day.
    /// - Returns: `nil` for fewer than two.
    init?(_ points: [(day: Int, value: Double)]) {
        let points = points.suffix(Self.daysMax)
        guard let end = points.last else { return nil }
        var slopes: [Double] = []
        slopes.reserveCapacity(points.count * (points.count - 1) / 2)
        for (position, later) in points.enumerated() {
            for earlier in points.prefix(position) where later.day > earlier.day {
                slopes.append((later.value - earlier.value) / Double(later.day - earlier.day))
            }
        }
        guard let slope = slopes.median else { return nil }
        self.slope = slope
        level = points.map { $0.value + slope * Double(end.day - $0.day) }.median ?? end.value
    }
}

extension [Double] {
    /// `nil` of nothing.
    var median: Double? {
        guard !isEmpty else { return nil }
        let sorted = sorted()
        let middle = count / 2
        return count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}

extension DeviceTrends.Line {
    /// The value of each of the latest days.
    func latest(_ count: Int) -> [Double] { days.suffix(count).map { $0.value(of: series) } }
}
