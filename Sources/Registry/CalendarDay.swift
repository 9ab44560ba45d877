/// A day, as clocks and calendars in the estate have it: `2027-03-31`.
public struct CalendarDay: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Its first moment by UTC.
    private let start: Instant

    /// - Returns: `nil` unless it is `YYYY-MM-DD` and such a day exists.
    public init?(_ text: String) {
        guard text.utf8.count == 10, let start = Instant(rfc3339: text + "T00:00:00Z"), start.isWritable,
            start.description.hasPrefix(text)
        else { return nil }
        self.start = start
    }

    /// Its first moment where clocks are ahead of UTC by an offset.
    public func start(utcOffset: Duration) -> Instant { start - utcOffset }

    public static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.start < right.start }

    public var description: String { String(start.description.prefix(10)) }
}
