public import Registry
public import Rules

/// One detector's part in an incident that has closed.
public struct Nuisance: Hashable, Sendable, Codable {
    public var incident: Incident.ID
    public var device: Device.ID
    public var at: Instant
    public var cause: Cause
    /// Whether the incident was ever confirmed.
    public var wasConfirmed: Bool

    public init(incident: Incident.ID, device: Device.ID, at: Instant, cause: Cause, wasConfirmed: Bool) {
        self.incident = incident
        self.device = device
        self.at = at
        self.cause = cause
        self.wasConfirmed = wasConfirmed
    }

    /// Whether it speaks against the detector or where it hangs: an alarm about nothing, or one that nobody explained
    /// and nothing ever confirmed. A test or a malicious alarm says nothing of either.
    var counts: Bool {
        switch cause {
        case .cooking, .steam, .dust, .fault: true
        case .unknown: !wasConfirmed
        case .fire, .test, .malicious: false
        }
    }
}

/// The latest alarms about nothing, by detector. Bounded: at most ``entriesMax`` altogether, the oldest go first.
struct NuisanceMemory: Sendable {
    /// Oldest first.
    private var entries: [Nuisance] = []
    private var byDevice: [Device.ID: [Nuisance]] = [:]

    static let entriesMax = 5000
    /// Of one incident: the detectors that spoke first. A fire that thousands of them saw is no nuisance.
    static let devicesMax = 20

    mutating func add(_ nuisance: Nuisance) {
        entries.append(nuisance)
        byDevice[nuisance.device, default: []].append(nuisance)
        if entries.count > Self.entriesMax { removeFirst(entries.count - Self.entriesMax) }
    }

    /// - Returns: what has changed.
    mutating func note(_ given: GivenCause) -> [Nuisance] {
        var changed: [Nuisance] = []
        for index in entries.indices where entries[index].incident == given.incident {
            entries[index].cause = given.cause
            let entry = entries[index]
            let place = byDevice[entry.device]?.firstIndex { $0.incident == entry.incident }
            if let place { byDevice[entry.device]?[place] = entry }
            changed.append(entry)
        }
        return changed
    }

    mutating func forget(before moment: Instant) {
        removeFirst(entries.prefix { $0.at < moment }.count)
    }

    mutating func forget(_ device: Device.ID) {
        byDevice[device] = nil
        entries.removeAll { $0.device == device }
    }

    private mutating func removeFirst(_ count: Int) {
        for entry in entries.prefix(count) {
            byDevice[entry.device]?.removeAll { $0.incident == entry.incident }
            if byDevice[entry.device]?.isEmpty == true { byDevice[entry.device] = nil }
        }
        entries.removeFirst(count)
    }

    func judge(_ device: Device.ID, at moment: Instant, _ settings: UpkeepSettings.Nuisance) -> Verdict {
        let since = moment - settings.within
        let counting = (byDevice[device] ?? []).filter { $0.counts && $0.at >= since }
        guard counting.count >= settings.count else { return counting.count * 2 <= settings.count ? .mended : .unsure }
        let days = settings.within.components.seconds / 86_400
        let latest = counting.suffix(5).map { "\($0.incident) (\($0.cause.rawValue))" }.joined(separator: ", ")
        return .trouble(
            Evidence(
                "\(counting.count) alarms about nothing in \(days) days: \(latest)",
                "\(days) 天內誤報 \(counting.count) 次：\(latest)",
                [.init("alarms", Double(counting.count)), .init("days", Double(days), "days")]))
    }
}
