import Hub
public import Hummingbird
import Registry
import Rules

/// How a block's own fire alarm is.
public struct BuildingAlarmAnswer: ResponseCodable, Sendable {
    public var block: String
    public var state: State
    /// It has not been heard sounding for longer than the estate's test interval, or was never heard at all.
    public var amber: Bool
    public var sounding: Bool
    /// RFC 3339, as are all times; absent while it has never been heard sounding.
    public var lastSoundedAt: String?
    /// Whole days in which nobody has heard it; absent while it sounds, or is not watched.
    public var daysUnheard: Int64?
    /// What is out of service, a device each: `a-bell: fault`.
    public var faults: [String]
    /// Since when anything is; absent while nothing is.
    public var faultsSince: String?
    public var isolation: Isolation?
    /// The fire in which it stayed silent, until it is heard again.
    public var contradicted: String?

    public enum State: String, Codable, Sendable {
        /// No device of it is in the registry.
        case notWatched = "not watched"
        /// One is, and nothing was ever heard of it.
        case neverHeard = "never heard"
        case inService = "in service"
        /// Registered, for a stated time.
        case isolated
        /// Registered, and its time is over.
        case notBack = "not back"
        /// Out of service, and nobody has registered that.
        case unregistered
    }

    /// What the shutdown register holds.
    public struct Isolation: Codable, Sendable {
        public var since: String
        public var until: String
        public var by: String
        public var why: String
        /// Areas and floors; empty for all of the block.
        public var areas: [String]
    }

    init(_ known: RuleEngine.BlockAlarm, at moment: Instant) {
        let alarm = known.alarm
        block = known.block
        state =
            switch (alarm.isolation, alarm.faults.isEmpty) {
            case (let isolation?, _): isolation.isOverdue ? .notBack : .isolated
            case (nil, false): .unregistered
            case (nil, true):
                alarm.watchedSince != nil ? .inService : known.isRegistered ? .neverHeard : .notWatched
            }
        amber = alarm.isUntested || alarm.isNeverHeard == true
        sounding = alarm.isSounding
        lastSoundedAt = alarm.lastSounded?.at.description
        daysUnheard =
            alarm.isSounding ? nil : alarm.unheardSince.map { max(0, (moment - $0).components.seconds / 86_400) }
        faults = alarm.faults.map { "\($0.device): \($0.reasons.joined(separator: ", "))" }
        faultsSince = alarm.faults.map(\.since).min()?.description
        isolation = alarm.isolation.map { isolation in
            Isolation(
                since: isolation.since.description, until: isolation.until.description, by: isolation.by,
                why: isolation.why, areas: isolation.areas)
        }
        contradicted = alarm.contradicted
    }
}
