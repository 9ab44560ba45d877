/// The shape of a set of measured times.
public struct LatencySummary: Hashable, Sendable {
    public var count: Int
    public var minimum: Duration
    /// The middle one, or half-way between the middle two.
    public var median: Duration
    /// The nearest rank: at least 99 of 100 are not above it.
    public var p99: Duration

    /// `nil` if nothing was measured.
    public init?(_ times: [Duration]) {
        let sorted = times.sorted()
        guard let minimum = sorted.first else { return nil }
        count = sorted.count
        self.minimum = minimum
        median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
        p99 = sorted[(count * 99 + 99) / 100 - 1]
    }
}

extension Duration {
    /// `2.4 ms`, `-0.3 ms`
    var inMilliseconds: String {
        let tenths = Int64((self / .milliseconds(1) * 10).rounded())
        let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
        return "\(tenths < 0 ? "-" : "")\(whole).\(rest) ms"
    }

    /// `00:12.5`, `1:30:00.0`
    var asClock: String {
        let tenths = wholeTenths
        let (hours, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths / 10 % 60)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return (hours > 0 ? "\(hours):" : "") + "\(two(minutes)):\(two(seconds)).\(tenths % 10)"
    }

    private var wholeTenths: Int64 { max(0, Int64((self / .milliseconds(100)).rounded())) }
}
