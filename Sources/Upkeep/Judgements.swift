import Registry

/// What a device's figures say of one thing.
enum Verdict: Hashable, Sendable {
    /// - days: in how many it should be mended, where the figures tell.
    case trouble(Evidence, days: Int? = nil)
    case mended
    /// Neither: a ticket that is open stays so, and none is opened.
    case unsure
}

/// The judgements that rest on the figures of many days, each of one line of them. Only whole days are looked at.
enum Judgement {
    /// How many days a device's first weeks are, and the least that a median of the latest needs.
    static let firstDays = 14
    static let recentDays = 7
    static let recentDaysMin = 5
    /// How many days a battery's rate is taken from. Fewer, and a warm week is a rate; more, and the steep end of its life
    /// is seen late.
    static let batteryDays = 30

    /// Low in so many days at this rate?
    static func battery(_ line: DeviceTrends.Line, _ settings: UpkeepSettings.Battery) -> Verdict {
        switch Descent(line, jump: 10, low: settings.low, good: settings.good, settings) {
        case .unsure: .unsure
        case .level: .mended
        case .low(let fit, let left, let seen):
            .trouble(
                Evidence(
                    "battery at \(fit.level.written) %, falling \((-fit.slope).written) % a day over \(seen) days: "
                        + "low in \(left) days at this rate",
                    "電量 \(fit.level.written)%，\(seen) 天來每日下降 \((-fit.slope).written)%：按此速度 \(left) 天後電量不足",
                    [
                        .init("level", fit.level, "%"), .init("slope", fit.slope, "%/day"),
                        .init("days_left", Double(left), "days"), .init("days_seen", Double(seen), "days"),
                    ]), days: left)
        }
    }

    /// The same of a battery's volts, and whether they have been low for two days. Told in millivolts: what matters is in
    /// the second decimal of a volt.
    ///
    /// - Parameter low: in volts.
    static func voltage(_ line: DeviceTrends.Line, low: Double, _ settings: UpkeepSettings.Battery) -> Verdict {
        let good = low * settings.goodVolts
        let bound = Evidence.Number("low", low * 1000, "mV")
        let latest = line.latest(2)
        if latest.count == 2, let highest = latest.max(), highest <= low {
            let now = (highest * 1000).written
            return .trouble(
                Evidence(
                    "battery at \(now) mV; \(bound.value.written) mV is low",
                    "電池電壓 \(now) mV；\(bound.value.written) mV 即為不足", [.init("level", highest * 1000, "mV"), bound]),
                days: 0)
        }
        switch Descent(line, jump: good - low, low: low, good: good, settings) {
        case .unsure: return .unsure
        case .level: return latest.last ?? 0 >= good ? .mended : .unsure
        case .low(let fit, let left, let seen):
            let (level, fall) = ((fit.level * 1000).written, (-fit.slope * 1000).written)
            return .trouble(
                Evidence(
                    "battery at \(level) mV, falling \(fall) mV a day over \(seen) days: "
                        + "\(bound.value.written) mV, which is low, in \(left) days at this rate",
                    "電池電壓 \(level) mV，\(seen) 天來每日下降 \(fall) mV：按此速度 \(left) 天後降至 "
                        + "\(bound.value.written) mV，即為不足",
                    [
                        .init("level", fit.level * 1000, "mV"), .init("slope", fit.slope * 1000, "mV/day"), bound,
                        .init("days_left", Double(left), "days"), .init("days_seen", Double(seen), "days"),
                    ]), days: left)
        }
    }

    /// How a battery goes down.
    private enum Descent {
        /// At the end of the line that it follows, low in `left` days.
        case low(RobustFit, left: Int, seen: Int)
        /// Not for long, or a new battery.
        case level
        case unsure

        /// - Parameter jump: what a new battery adds, and a changing temperature does not.
        init(
            _ line: DeviceTrends.Line, jump: Double, low: Double, good: Double, _ settings: UpkeepSettings.Battery
        ) {
            var start = line.days.startIndex
            for index in line.days.indices.dropFirst()
            where Double(line.days[index].last - line.days[index - 1].last) > jump {
                start = index
            }
            let days = line.days[start...].suffix(max(batteryDays, settings.daysMin))
            self = .unsure
            guard let first = days.first, let last = days.last else { return }
            let isNew = first.day > line.days[0].day && days.count < batteryDays && Double(last.last) >= good
            guard days.count >= settings.daysMin, last.day - first.day >= settings.daysMin - 1,
                let fit = RobustFit(days.map { ($0.day, Double($0.last)) })
            else {
                if isNew { self = .level }
                return
            }
            let remaining = fit.slope < 0 ? (fit.level - low) / -fit.slope : .infinity
            if remaining <= Double(settings.horizonDays) {
                self = .low(fit, left: Int(max(0, remaining).rounded(.down)), seen: days.count)
            } else if remaining > Double(settings.horizonDays) * 1.5 {
                self = .level
            }
        }
    }

    /// Does the chamber show more in clean air than it used to?
    static func contamination(_ line: DeviceTrends.Line, _ settings: UpkeepSettings.Contamination) -> Verdict {
        let recent = line.latest(recentDays)
        guard recent.count >= recentDaysMin, let level = recent.median, let latest = Array(recent.suffix(3)).median
        else { return .unsure }
        let isDecibels = line.series == .smokeDecibels
        let baseline = line.baseline.map(Double.init)
        // Of a unit that nobody knows, twice nothing is nothing.
        let bound = baseline.flatMap { baseline in
            isDecibels
                ? max(baseline * settings.rise, baseline + settings.riseMin)
                : baseline > 0 ? baseline * settings.rise : nil
        }
        let limit = [bound, isDecibels ? settings.high : nil].compactMap { $0 }.min()
        guard let limit else { return .unsure }
        guard level >= limit else {
            let start = baseline ?? 0
            return latest <= start + (limit - start) / 2 ? .mended : .unsure
        }
        // Cleaned yesterday: the median of the week does not know yet.
        if let baseline, latest <= baseline + (limit - baseline) / 2 { return .mended }
        let unit = line.series.unit.map { " " + $0 } ?? ""
        let before = baseline.map { $0.written + unit }
        return .trouble(
            Evidence(
                "smoke density in clean air \(level.written)\(unit)"
                    + (before.map { ", \($0) in its first weeks" } ?? "") + ": the chamber is dirty",
                "潔淨空氣中的煙霧濃度為 \(level.written)\(unit)" + (before.map { "，初期為 \($0)" } ?? "") + "：感煙室積塵",
                [.init("background", level, line.series.unit)]
                    + (baseline.map { [.init("first", $0, line.series.unit)] } ?? []) + slope(line)))
    }

    /// Is it heard more weakly than it used to be?
    static func signal(_ line: DeviceTrends.Line, _ settings: UpkeepSettings.Signal) -> Verdict {
        let recent = line.latest(recentDays)
        guard let baseline = line.baseline.map(Double.init), recent.count >= recentDaysMin, let level = recent.median,
            let unit = line.series.unit
        else { return .unsure }
        let drop = line.series == .signalDBm ? settings.dropDBm : settings.dropLQI
        guard level <= baseline - drop else { return level >= baseline - drop / 2 ? .mended : .unsure }
        return .trouble(
            Evidence(
                "signal \(level.written) \(unit), \(baseline.written) \(unit) in its first weeks",
                "訊號 \(level.written) \(unit)，初期為 \(baseline.written) \(unit)",
                [.init("level", level, unit), .init("first", baseline, unit)] + slope(line)))
    }

    /// Has it been too hot or too cold on two of the last three days?
    static func temperature(_ line: DeviceTrends.Line, _ range: ClosedRange<Double>) -> Verdict {
        let days = line.days.suffix(3)
        guard days.count == 3, let low = days.map(\.min).min().map(Double.init),
            let high = days.map(\.max).max().map(Double.init)
        else { return .unsure }
        let outside = days.count { Double($0.min) < range.lowerBound || Double($0.max) > range.upperBound }
        guard outside >= 2 else {
            return low >= range.lowerBound + 2 && high <= range.upperBound - 2 ? .mended : .unsure
        }
        let span = "\(range.lowerBound.written)…\(range.upperBound.written) °C"
        return .trouble(
            Evidence(
                "\(low.written)…\(high.written) °C in three days; it stands \(span)",
                "三天內 \(low.written)…\(high.written) °C；適用範圍 \(span)",
                [.init("lowest", low, "°C"), .init("highest", high, "°C")]))
    }

    /// Has it been too damp on two of the last three days?
    static func humidity(_ line: DeviceTrends.Line, max limit: Double) -> Verdict {
        let days = line.latest(3)
        guard days.count == 3, let highest = days.max() else { return .unsure }
        guard days.count(where: { $0 > limit }) >= 2 else { return highest <= limit - 3 ? .mended : .unsure }
        return .trouble(
            Evidence(
                "humidity up to \(highest.written) % as a day's mean; it stands \(limit.written) %",
                "日均濕度達 \(highest.written)%；適用上限為 \(limit.written)%", [.init("highest", highest, "%")]))
    }

    /// Has a part of the building vibrated too often on two of the last three days?
    ///
    /// - Parameter today: the day that is not over yet; a day of which there are no figures had no vibration.
    static func vibration(_ line: DeviceTrends.Line, timesMax: Int, today: Int) -> Verdict {
        let counts = (1...3).map { back in line.days.last { $0.day == today - back }?.count ?? 0 }
        guard let most = counts.max() else { return .unsure }
        guard counts.count(where: { $0 > timesMax }) >= 2 else { return most <= timesMax / 2 ? .mended : .unsure }
        return .trouble(
            Evidence(
                "it began to vibrate up to \(most) times a day; \(timesMax) are usual",
                "每日震動達 \(most) 次；一般上限為 \(timesMax) 次", [.init("most", Double(most), "times/day")]))
    }

    /// Is its life over, or soon?
    static func endOfLife(_ device: Device, at moment: Instant, _ settings: UpkeepSettings.Life) -> Verdict {
        guard let made = device.made, let years = settings.years(of: device) else { return .mended }
        let end = made.adding(years: years)
        guard end.start - settings.notice <= moment else { return .mended }
        let days = Int(max(0, (end.start - moment).components.seconds + 86_399) / 86_400)
        return .trouble(
            Evidence(
                "made \(made); its life of \(years) years \(end.start <= moment ? "was over" : "ends") \(end)",
                "\(made) 製造，使用年限 \(years) 年，於 \(end) 屆滿", [.init("years", Double(years), "years")]), days: days)
    }

    private static func slope(_ line: DeviceTrends.Line) -> [Evidence.Number] {
        guard let fit = RobustFit(line.days.map { ($0.day, $0.value(of: line.series)) }) else { return [] }
        return [.init("slope", fit.slope * 7, "\(line.series.unit ?? "")/week")]
    }
}

extension DeviceTrends.Line {
    /// Remembers what a device began with, when its first weeks are over.
    ///
    /// A smoke chamber is cleanest when it is clean: what is lower than it began with is what it is compared with from
    /// then on.
    mutating func noteBaseline() {
        let isSmoke = Series.smokes.contains(series)
        guard isSmoke || Series.signals.contains(series), days.count >= Judgement.firstDays else { return }
        if baseline == nil {
            baseline = Array(latest(days.count).prefix(Judgement.firstDays)).median.map { Float($0) }
        } else if isSmoke, let latest = latest(Judgement.firstDays).median {
            baseline = Swift.min(baseline ?? .infinity, Float(latest))
        }
    }

    /// Whether there are figures of the weeks before a day.
    func isAlive(on day: Int) -> Bool { days.last.map { $0.day > day - Judgement.firstDays } ?? false }

    /// Without the day that is not over yet.
    func whole(before day: Int) -> Self {
        var line = self
        while let last = line.days.last, last.day >= day { line.days.removeLast() }
        return line
    }
}
