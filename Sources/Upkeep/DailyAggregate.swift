public import Registry

/// What one device said of one ``Series`` on one day, in six numbers.
public struct DailyAggregate: Hashable, Sendable {
    /// The estate's local day, in days since 1970-01-01.
    public var day: Int
    /// How many readings there were; more than 65,535 are kept as so many.
    public var count: Int
    public var min: Float
    public var max: Float
    public var mean: Float
    public var last: Float

    public init(day: Int, count: Int, min: Float, max: Float, mean: Float, last: Float) {
        self.day = day
        self.count = count
        self.min = min
        self.max = max
        self.mean = mean
        self.last = last
    }

    /// Takes in a later part of the same day.
    mutating func merge(_ later: DailyAggregate) {
        let total = Float(count + later.count)
        if total > 0 { mean = (mean * Float(count) + later.mean * Float(later.count)) / total }
        count = Swift.min(count + later.count, Int(UInt16.max))
        min = Swift.min(min, later.min)
        max = Swift.max(max, later.max)
        last = later.last
    }

    /// The value that stands for the day.
    ///
    /// The lowest of a smoke density, for cooking and steam only ever add to what a dirty chamber shows all day; the
    /// latest of a battery, for it may have been replaced at noon; how often for what is counted; the mean of all else.
    public func value(of series: Series) -> Double {
        switch series {
        case .smokeDecibels, .smokePPM, .smokeOther: Double(min)
        case .battery, .batteryVolts: Double(last)
        case .vibration: Double(count)
        case .temperature, .humidity, .signalDBm, .signalLQI: Double(mean)
        }
    }
}

extension Instant {
    /// The estate's local day, in days since 1970-01-01.
    public func day(utcOffset: Duration) -> Int {
        let local = (self + utcOffset).milliseconds
        let day = 86_400_000 as Int64
        return Int((local >= 0 ? local : local - (day - 1)) / day)
    }

    /// `2026-11-22`, by the estate's clocks.
    public func date(utcOffset: Duration) -> String { String((self + utcOffset).description.prefix(10)) }
}
