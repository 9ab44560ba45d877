/// A month of a year, as it is stamped on a device: `2019-04`.
public struct YearMonth: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Months since January of the year 0.
    private let months: Int32

    /// - Returns: `nil` unless it is `YYYY-MM` with a year from 1970 to 2199.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (48...57).contains($0) }),
            let year = Int32(parts[0]), let month = Int32(parts[1]), (1970...2199).contains(year),
            (1...12).contains(month)
        else { return nil }
        months = year * 12 + month - 1
    }

    private init(months: Int32) { self.months = months }

    public func adding(years: Int) -> YearMonth { YearMonth(months: months + Int32(clamping: years) * 12) }

    /// Its first moment, in UTC.
    public var start: Instant { Instant(rfc3339: "\(self)-01T00:00:00Z") ?? Instant(milliseconds: .max) }

    public static func < (left: YearMonth, right: YearMonth) -> Bool { left.months < right.months }

    public var description: String {
        let month = months % 12 + 1
        return "\(months / 12)-\(month < 10 ? "0" : "")\(month)"
    }
}
