import Registry

/// What one reading rule knows of one device: kept, so that a restart forgets no window.
public struct Trend: Hashable, Sendable, Codable {
    /// The rule's name.
    let rule: String
    private(set) var isAlarming = false
    /// The measurement has stayed away too long, and that has been told.
    var isMissing = false
    private(set) var heardAt: Instant?
    /// For each level, since when it is exceeded without a break.
    private var exceededSince: [Instant?] = []
    /// Within the window of a rate of rise, oldest first.
    private var samples: [Sample] = []

    private struct Sample: Hashable, Sendable, Codable {
        var at: Instant
        var value: Double
    }

    init(_ rule: ReadingRule) {
        self.rule = rule.name
        if case .above(let levels, _) = rule.pattern { exceededSince = levels.levels.map { _ in nil } }
    }

    /// Takes a measurement into account. One that is older than the last says nothing about now.
    ///
    /// - Returns: whether that changed anything that a crash must not forget.
    mutating func take(_ value: Double, at moment: Instant, _ rule: ReadingRule) -> Bool {
        guard value.isFinite, moment >= heardAt ?? moment else { return false }
        let before = self
        heardAt = moment
        switch rule.pattern {
        case .above(let levels, _): take(value, at: moment, levels)
        case .rises(let rise, _): take(value, at: moment, rise)
        case .missing:
            isMissing = false
            return before.isMissing
        }
        var quiet = before
        quiet.heardAt = moment
        return self != quiet
    }

    private mutating func take(_ value: Double, at moment: Instant, _ levels: ReadingRule.Levels) {
        for (index, level) in levels.levels.enumerated() where exceededSince.indices.contains(index) {
            exceededSince[index] = value >= level.value ? exceededSince[index] ?? moment : nil
        }
        if value < levels.clearsBelow { isAlarming = false }
        settle(at: moment, levels)
    }

    private mutating func settle(at moment: Instant, _ levels: ReadingRule.Levels) {
        if let since = earliest(levels), since <= moment { isAlarming = true }
    }

    private func earliest(_ levels: ReadingRule.Levels) -> Instant? {
        zip(levels.levels, exceededSince).compactMap { level, since in since.map { $0 + level.duration } }.min()
    }

    private mutating func take(_ value: Double, at moment: Instant, _ rise: ReadingRule.Rise) {
        samples.removeAll { $0.at + rise.within < moment }
        samples.append(Sample(at: moment, value: value))
        if samples.count > Self.samplesMax { samples.remove(at: 1) }
        // What cannot be told neither raises nor clears.
        guard let slope, let first = samples.first, first.at + rise.within / 2 <= moment else { return }
        let risen = slope * Double(rise.within.wholeMilliseconds)
        if risen >= rise.by {
            isAlarming = true
        } else if risen < rise.by / 2 {
            isAlarming = false
        }
    }

    private static let samplesMax = 32
    /// With fewer, one wrong value would make a slope.
    private static let samplesMin = 4

    /// The rise in a millisecond: the median of the slopes between all pairs (Theil and Sen), which one wrong value in
    /// four does not move; the lower of two middle ones. `nil` while there are too few to tell.
    private var slope: Double? {
        guard samples.count >= Self.samplesMin else { return nil }
        var slopes: [Double] = []
        for (index, first) in samples.enumerated() {
            for second in samples[(index + 1)...] where second.at > first.at {
                slopes.append((second.value - first.value) / Double((second.at - first.at).wholeMilliseconds))
            }
        }
        slopes.sort()
        return slopes.isEmpty ? nil : slopes[(slopes.count - 1) / 2]
    }

    /// Lets time act.
    ///
    /// - Returns: whether anything changed.
    mutating func settle(at moment: Instant, _ rule: ReadingRule) -> Bool {
        let before = self
        switch rule.pattern {
        case .above(let levels, _): settle(at: moment, levels)
        case .rises: break
        case .missing: if let due = due(rule), due <= moment { isMissing = true }
        }
        return self != before
    }

    /// When time alone will change it next.
    func due(_ rule: ReadingRule) -> Instant? {
        switch rule.pattern {
        case .above(let levels, _): isAlarming ? nil : earliest(levels)
        case .rises: nil
        case .missing(let duration): isMissing ? nil : heardAt.map { $0 + duration }
        }
    }

    mutating func clamp(to present: Instant) {
        heardAt = heardAt.map { min($0, present) }
        exceededSince = exceededSince.map { since in since.map { min($0, present) } }
        samples.removeAll { $0.at > present }
    }
}
