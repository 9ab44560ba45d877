package import Registry

/// An isolation of a building's own alarm in the words of its notice, in both languages.
package struct IsolationWords {
    package let estate: LogRecord.Text
    package let block: LogRecord.Text
    /// Empty for all of the block.
    package let areas: LogRecord.Text
    /// By the estate's clocks, with the year: a notice may hang for weeks.
    package let from: LogRecord.Text
    package let until: LogRecord.Text

    package init(_ isolation: BuildingAlarm.Isolation, block: String, _ estate: Estate, utcOffset: Duration) {
        let names = PlaceNames(estate)
        self.estate = names.estate
        self.block = names.text(Place(block: block))
        areas = Narration.areas(isolation.areas, of: block, estate)
        from = Self.clock(isolation.since, utcOffset)
        until = Self.clock(isolation.until, utcOffset)
    }

    /// `18:00 on 23 Nov 2026` and `2026年11月23日18:00`.
    private static func clock(_ moment: Instant, _ utcOffset: Duration) -> LogRecord.Text {
        let year = (moment + utcOffset).description.prefix { $0 != "-" }
        let clock = Narration.clock(moment, utcOffset)
        return LogRecord.Text("\(clock.english) \(year)", "\(year)年\(clock.traditionalChinese)")
    }
}
