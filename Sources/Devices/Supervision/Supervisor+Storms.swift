import Registry

// Devices that speak too much.
extension Supervisor {
    /// How long a device is quiet before its storm is over, in milliseconds.
    private static let calm: Int64 = 60_000

    /// - Returns: whether its message is to be heeded. Within a storm one a second is, and each that raises a hazard
    ///   which the last one that was heeded did not.
    mutating func takeToken(_ index: Int, _ hazards: UInt32, last: Int64, now: Int64) -> Bool {
        let rest = last == .min ? 0 : Float(max(0, now - last)) / 1000 * Float(stormLimits.rate)
        watched[index].tokens = min(Float(stormLimits.burst), watched[index].tokens + rest)
        let isCalm = watched[index].tokens >= 1
        if isCalm { watched[index].tokens -= 1 }
        guard var storm = storms.isEmpty ? nil : storms[index] else {
            guard !isCalm else { return true }
            storms[index] = Storm(hazards: hazards, passedAt: now, heardAt: now)
            findings.append(.storms(index))
            return true
        }
        storm.heardAt = now
        let passes = hazards & ~storm.hazards != 0 || now - storm.passedAt >= 1000
        if passes {
            storm.hazards = hazards
            storm.passedAt = now
        } else {
            storm.suppressed += 1
        }
        storms[index] = storm
        return passes
    }

    /// Whether the last message of a device that was not heeded is heeded now, at the end of its second: it may be the
    /// one that ends the alarm.
    public mutating func heedsLast(_ sign: Sign, of index: Int, at moment: Instant) -> Bool {
        guard var storm = storms[index] else { return true }
        guard moment.milliseconds - storm.passedAt >= 1000 else { return false }
        storm.hazards = sign.hazards
        storm.passedAt = moment.milliseconds
        storm.suppressed = max(0, storm.suppressed - 1)
        storms[index] = storm
        return true
    }

    mutating func endStorms(at now: Int64) {
        guard !storms.isEmpty else { return }
        for index in storms.keys.sorted() {
            guard let storm = storms[index],
                storm.heardAt + Self.calm <= now || watched[index].tokens > Float(stormLimits.burst) / 2
            else { continue }
            storms[index] = nil
            findings.append(.stormsNoMore(index, suppressed: storm.suppressed))
        }
    }
}
