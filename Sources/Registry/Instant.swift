/// A moment, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Everything below `Hub` is handed its moments: nothing there asks a clock.
///
/// Arithmetic stops at the ends instead of trapping: a stamp may say anything.
public struct Instant: Hashable, Comparable, Sendable, Codable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    public static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
        return Instant(milliseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    public static func - (instant: Instant, duration: Duration) -> Instant {
        let (difference, overflow) = instant.milliseconds.subtractingReportingOverflow(duration.wholeMilliseconds)
        return Instant(milliseconds: overflow ? (duration < .zero ? .max : .min) : difference)
    }

    public static func - (later: Instant, earlier: Instant) -> Duration {
        let (difference, overflow) = later.milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return .milliseconds(overflow ? (later < earlier ? Int64.min : .max) : difference)
    }

    /// Whether RFC 3339 can write it with a year of four digits, from 1970 on. Anything else is no moment at which a
    /// device has been.
    public var isWritable: Bool { (0...253_402_300_799_999).contains(milliseconds) }
}

extension Duration {
    /// The duration in milliseconds, cut towards zero, and at what 64 bits hold.
    public var wholeMilliseconds: Int64 {
        let (product, overflow) = components.seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return components.seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(components.attoseconds / 1_000_000_000_000_000)
        return carry ? (product < 0 ? .min : .max) : sum
    }
}
