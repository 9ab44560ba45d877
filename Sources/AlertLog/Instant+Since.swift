public import Registry

extension Instant {
    /// Reads what a person writes for "since": an RFC 3339 moment, or how long ago: `90s`, `10m`, `2h`, `3d`.
    ///
    /// Returns `nil` for anything else.
    public init?(since text: String, now: Instant) {
        if let instant = Instant(rfc3339: text) {
            self = instant
            return
        }
        let seconds: Int64
        switch text.last {
        case "s": seconds = 1
        case "m": seconds = 60
        case "h": seconds = 3600
        case "d": seconds = 86_400
        default: return nil
        }
        // Ten digits of days cannot overflow; nobody asks for more.
        guard (2...11).contains(text.utf8.count), text.utf8.dropLast().allSatisfy({ (48...57).contains($0) }),
            let count = Int64(text.dropLast())
        else { return nil }
        self = Instant(milliseconds: now.milliseconds - count * seconds * 1000)
    }
}
