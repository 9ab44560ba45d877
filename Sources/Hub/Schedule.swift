public import Registry

/// When something is done again and again.
public enum Schedule: Hashable, Sendable {
    /// Once a day, so long after midnight by the estate's clocks.
    case daily(at: Duration)
    case every(Duration)

    /// - Parameter utcOffset: how far the estate's clocks are ahead of UTC.
    public func next(after moment: Instant, utcOffset: Duration) -> Instant {
        switch self {
        case .every(let interval): return moment + interval
        case .daily(let time):
            let day: Int64 = 86_400_000
            let local = (moment + utcOffset).milliseconds
            let midnight = local - ((local % day) + day) % day
            let today = Instant(milliseconds: midnight) + time - utcOffset
            return today > moment ? today : today + .seconds(86_400)
        }
    }

    /// Returns when the next time has come. It looks once a second, for the clock may be set.
    ///
    /// - Throws: `CancellationError`.
    func sleep(utcOffset: Duration, now: @Sendable () -> Instant) async throws {
        let due = next(after: now(), utcOffset: utcOffset)
        while case let left = due - now(), left > .zero { try await Task.sleep(for: min(left, .seconds(1))) }
    }
}
