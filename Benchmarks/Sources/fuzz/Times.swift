/// How long messages took: counts in steps of 50 ns, the slowest by itself.
struct Times {
    private static let step = 50
    private static let stepsMax = 20_000
    private var counts = [Int](repeating: 0, count: Times.stepsMax + 1)
    private var count = 0
    private(set) var slowest = (nanoseconds: 0, message: 0)

    mutating func add(_ nanoseconds: Int, message: Int) {
        counts[min(nanoseconds / Self.step, Self.stepsMax)] += 1
        count += 1
        if nanoseconds > slowest.nanoseconds { slowest = (nanoseconds, message) }
    }

    /// In µs, the upper end of its step; the slowest for what is beyond 1 ms.
    func percentile(_ percent: Double) -> Double {
        let rank = Int((Double(count) * percent / 100).rounded(.up))
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if seen >= rank, index < Self.stepsMax { return Double((index + 1) * Self.step) / 1000 }
        }
        return Double(slowest.nanoseconds) / 1000
    }
}
