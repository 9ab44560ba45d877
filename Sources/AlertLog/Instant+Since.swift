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
        guard let ago = Duration(written: text) else { return nil }
        self = now - ago
    }
}
