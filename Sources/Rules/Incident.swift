public import Registry

/// The course of one hazard in one block, from the first signal until it is closed for good.
public struct Incident: Hashable, Sendable, Codable, Identifiable {
    public typealias ID = String

    /// `a-fire-7`, or `a-fire-drill-7` in an exercise.
    public let id: ID
    public let block: String
    public let hazard: Hazard
    public let exercise: String?
    public let openedAt: Instant
    public internal(set) var rung: Rung
    public internal(set) var rungSince: Instant
    /// Where a new alarm leads back to while the incident is clearing.
    var rungBefore: Rung?
    /// In the order in which they first spoke.
    public internal(set) var members: [Member] = []
    /// Who has seen it at this stage; an escalation asks anew.
    public internal(set) var acknowledgement: Acknowledgement?
    /// Its sounders are to be quiet; `nil` when they may sound.
    public internal(set) var silence: Silence?
    /// What it was, if somebody has said so before it closed, and who.
    var cause: Cause?
    var causeBy: String?
    /// Disabled rules that would have fired, so that each is recorded once.
    var withheldRules: [String]?
    /// The devices of which a disabled rule would have told when they were heard, for it is not asked again later.
    var missed: [Device.ID]?
    var reminder: Reminder?
    /// The rule whose reminders belong to the present rung, or to that before clearing; they may have been answered.
    var remindingRule: String?
    var alertCount = 0
    /// When a person said that it is real.
    var confirmedByPersonAt: Instant?
    /// Whether it has been reported that its lone detector may be stuck.
    var suspected = false
    /// Whether it has ever been confirmed; `nil` for not yet.
    public internal(set) var wasConfirmed: Bool?
    /// Whether the building's own alarm has answered it; `nil` before it is confirmed, and where nobody watches a bell.
    public internal(set) var bell: Bell?
    /// When time alone will change it next.
    var due = Instant.distantFuture

    public var stage: Stage { rung.stage }

    /// A step of the ladder: a stage, and how far it has widened within it.
    public struct Rung: Hashable, Sendable, Codable {
        public var stage: Stage
        /// 1 for the stage itself, more as it widens; 0 for what a stuck detector opens, which any proven alarm climbs
        /// above.
        public var step: Int

        public init(_ stage: Stage, step: Int = 1) {
            self.stage = stage
            self.step = step
        }

        /// Whether this is further up the ladder than another; clearing and closed are not on it.
        func isAbove(_ other: Rung) -> Bool {
            (stage.height, step) > (other.stage.height, other.step)
        }
    }

    public struct Acknowledgement: Hashable, Sendable, Codable {
        public var at: Instant
        public var by: String
        /// In their words; `nil` in what an older hub has written.
        public var why: String?
    }

    /// Somebody has stopped the sounders for a time. Times are those of the incident's world.
    public struct Silence: Hashable, Sendable, Codable {
        public var at: Instant
        public var until: Instant
        public var by: String
        public var why: String
        /// The flats and areas that alarmed; a signal from any other breaks the silence.
        public var places: [Place]
    }

    /// What the building's own alarm does about a fire that is confirmed.
    public enum Bell: Hashable, Sendable, Codable {
        case awaited(until: Instant)
        /// It has not sounded in time: a contradiction.
        case silent(since: Instant)
        case heard
    }

    struct Reminder: Hashable, Sendable, Codable {
        var rule: String
        var next: Instant
        var count: Int
    }

    /// One detector's part in an incident.
    public struct Member: Hashable, Sendable, Codable {
        public let device: Device.ID
        /// The device's position in the registry; `nil` if it has left it. Not stored, for positions change.
        var index: Int?
        public let place: Place
        public var kinds: Signal.Kinds
        /// When its present or last alarm began, in event time: what windows and escalations count from.
        public var raisedAt: Instant
        /// When it was last heard in alarm, in receipt time: what stepping down counts from, so that an outage of the
        /// hub never closes an incident.
        public var heardAt: Instant
        /// Whether any report was live; a retained state alone confirms nothing.
        public var live: Bool
        /// It has shown no edge since its last incident closed, and confirms nobody else.
        public var stuck: Bool
        /// When it cleared, in receipt time; `nil` while it alarms.
        public var clearedAt: Instant?
        /// It sent no clear: time ran out.
        public var timedOut = false
        var late = false

        var alarms: Bool { clearedAt == nil }

        /// It alarms, or has not been heard to clear: that time ran out lets an incident step down, and says nothing of
        /// the air beside the alarm of another.
        var mayAlarm: Bool { alarms || timedOut }

        enum CodingKeys: String, CodingKey {
            case device, place, kinds, raisedAt, heardAt, live, stuck, clearedAt, timedOut, late
        }
    }

    init(id: ID, block: String, hazard: Hazard, exercise: String?, openedAt: Instant) {
        self.id = id
        self.block = block
        self.hazard = hazard
        self.exercise = exercise
        self.openedAt = openedAt
        rung = Rung(.closed, step: Self.unopened)
        rungSince = openedAt
    }

    /// Whether it stands at a stage or further up, or is clearing from there.
    func hasReached(_ stage: Stage) -> Bool { height >= stage.height }

    /// How far up the ladder it stands, or stood before it began to clear; -1 while no rule has opened it.
    var height: Int {
        let standing = stage == .clearing ? rungBefore ?? rung : rung
        return standing.step < 0 ? -1 : standing.stage.height
    }

    var isOpen: Bool { rung.stage != .closed }

    /// The detectors that still alarm. A call point sends no clear, so it is none of them; nor is a device that has left
    /// the registry.
    var stillAlarming: [Member] {
        members.filter { $0.alarms && $0.index != nil && !$0.kinds.isSubset(of: .momentary) }
    }

    /// Whether a rung has ever been reached: a signal that no rule answers opens nothing.
    var wasOpened: Bool { rung.step != Self.unopened }

    private static let unopened = -1

    /// The places of the detectors, each once, the first first.
    public var places: [Place] {
        var met = Set<Place>()
        return members.map(\.place).filter { met.insert($0).inserted }
    }
}
