/// What is kept of one device's measurements: for each ``Series`` a line of days, oldest first, and what it began with.
///
/// As bytes: a version, then for each series its number, how many days, the baseline, and 20 bytes a day; all numbers
/// little-endian, the baseline a NaN where there is none yet. 90 days of one series are 1.8 KB.
public struct DeviceTrends: Hashable, Sendable {
    public internal(set) var lines: [Line] = []

    /// The days of one series.
    public struct Line: Hashable, Sendable {
        public let series: Series
        public internal(set) var days: [DailyAggregate] = []
        /// What the device showed in its first weeks; `nil` while they last.
        public internal(set) var baseline: Float?
    }

    public init() {}

    public subscript(series: Series) -> Line? { lines.first { $0.series == series } }

    /// Takes in what was measured on a day that is not before the last.
    mutating func add(_ figures: DailyAggregate, to series: Series, daysMax: Int) {
        let index = lines.firstIndex { $0.series == series } ?? lines.count
        if index == lines.count { lines.append(Line(series: series)) }
        if let last = lines[index].days.indices.last, lines[index].days[last].day >= figures.day {
            lines[index].days[last].merge(figures)
        } else {
            lines[index].days.append(figures)
        }
        // By the calendar, so that a device that speaks rarely does not remember years.
        lines[index].days.removeAll { $0.day <= figures.day - daysMax }
    }

    /// Begins a series anew.
    mutating func forget(_ series: [Series]) { lines.removeAll { series.contains($0.series) } }

    private static let version: UInt8 = 1
    static let daysMax = 400

    public var bytes: [UInt8] {
        var bytes = [Self.version]
        for line in lines {
            bytes.append(line.series.rawValue)
            bytes.append(number: UInt16(line.days.count))
            bytes.append(number: (line.baseline ?? .nan).bitPattern)
            for day in line.days {
                bytes.append(number: UInt16(clamping: day.day))
                bytes.append(number: UInt16(clamping: day.count))
                for value in [day.min, day.max, day.mean, day.last] { bytes.append(number: value.bitPattern) }
            }
        }
        return bytes
    }

    /// - Returns: `nil` if these are not the bytes of any.
    public init?(bytes: [UInt8]) {
        var rest = bytes[...]
        guard rest.popFirst() == Self.version else { return nil }
        while let number = rest.popFirst() {
            guard let series = Series(rawValue: number), self[series] == nil, let count = rest.number(UInt16.self),
                count <= Self.daysMax, let baseline = rest.number(UInt32.self).map(Float.init(bitPattern:))
            else { return nil }
            var line = Line(series: series)
            line.baseline = baseline.isFinite ? baseline : nil
            for _ in 0..<count {
                guard let day = DailyAggregate(&rest), day.day > line.days.last?.day ?? -1 else { return nil }
                line.days.append(day)
            }
            lines.append(line)
        }
    }
}

extension DailyAggregate {
    fileprivate init?(_ rest: inout ArraySlice<UInt8>) {
        guard let day = rest.number(UInt16.self), let count = rest.number(UInt16.self) else { return nil }
        var values: [Float] = []
        for _ in 0..<4 {
            guard let bits = rest.number(UInt32.self), Float(bitPattern: bits).isFinite else { return nil }
            values.append(Float(bitPattern: bits))
        }
        self.init(
            day: Int(day), count: Int(count), min: values[0], max: values[1], mean: values[2], last: values[3])
    }
}

extension [UInt8] {
    fileprivate mutating func append(number: some FixedWidthInteger) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        let size = Number.bitWidth / 8
        guard count >= size else { return nil }
        var number: Number = 0
        for (position, byte) in prefix(size).enumerated() {
            number |= Number(truncatingIfNeeded: byte) << Number(position * 8)
        }
        removeFirst(size)
        return number
    }
}
