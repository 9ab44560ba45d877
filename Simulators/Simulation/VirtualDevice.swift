import Registry
import Rules

/// A device's clock, which nobody watches.
enum Clockwork {
    /// Ahead by so much, and so many parts of a million faster.
    case runs(aheadBy: Duration, drift: Double)
    /// It has forgotten the time, and counts from 1970 since then.
    case unset(since: Instant)
    /// It has none.
    case none

    var isSteady: Bool {
        if case .runs(_, drift: 0) = self { true } else { false }
    }

    func reading(at moment: Instant, from start: Instant) -> Instant? {
        switch self {
        case .runs(let ahead, let drift):
            moment + ahead + .milliseconds(Int64(Double((moment - start).wholeMilliseconds) * drift / 1_000_000))
        case .unset(let since): Instant(milliseconds: max(0, (moment - since).wholeMilliseconds))
        case .none: nil
        }
    }
}

/// A detector or button of the simulated estate, as it really is.
struct VirtualDevice {
    let device: Device
    let kind: Signal.Kind?
    var clock: Clockwork
    /// `nil` for one that counts nothing.
    var sequence: UInt64?
    /// How often it says again that it alarms; `nil` for never.
    var repeatsEvery: Duration?
    /// Its battery is empty or it is broken: it says nothing.
    var isDead = false
    var batteryIsLow = false
    /// It goes on saying alarm whatever the air is.
    var isStuck = false
    /// It never says that the air is clear.
    var losesClears = false

    /// The air is what it alarms at.
    var senses = false
    /// Counts its alarms.
    var episode = 0
    /// The real alarm that it has sent last and not taken back.
    var alarms = false

    /// The stamp and the counter of its next message.
    mutating func stamped(at moment: Instant, from start: Instant) -> (sequence: UInt64?, stamp: Instant?) {
        if let last = sequence { sequence = last + 1 }
        return (sequence, clock.reading(at: moment, from: start))
    }
}
