public import Registry

/// What is to be told, to whom, at a stage. Its ``id`` is the same whenever the same events are played through the same
/// rules, so that telling it twice is recognised.
public struct Alert: Hashable, Sendable, Codable, Identifiable {
    /// The incident's id and a running number: `a-fire-7/3`. Short enough for a person to read out.
    public var id: String
    public var at: Instant
    public var block: String
    /// `nil` in an announcement.
    public var hazard: Hazard?
    public var incident: String
    /// `nil` in an announcement.
    public var stage: Stage?
    /// The rule that decided it, by its name in `rules.yaml`; or the verb of what is announced.
    public var rule: String
    /// The drill's id if this is an exercise; `nil` if it is real.
    public var exercise: String?
    public var audience: [Audience]
    /// Where it burns or leaks, the first place first.
    public var places: [Place]
    /// The detectors that it rests on, in the order in which they spoke.
    public var because: [Device.ID]
    /// 0 when first told, then counting the repeats to those who have not answered.
    public var repetition: Int
    /// The event time was long before the hub heard of it.
    public var late: Bool
    /// The building's own alarm is silent although a fire is confirmed, or it is registered as isolated.
    public var contradiction: Bool
    /// With a ``contradiction``: that alarm was never heard by the hub at all. `nil` for no.
    public var bellNeverHeard: Bool?
    /// What sirens are to do otherwise than the stage says; `nil` for nothing else.
    public var sounders: Sounders?
    /// No danger, but something that those who keep watch have to know, in these words; `nil` in all other alerts.
    public var announcement: LogRecord.Text?
    /// What an announcement says, for languages that have words of their own for it; `nil` if only ``announcement`` says it.
    public var news: News?

    public struct News: Hashable, Sendable, Codable {
        public var kind: Kind
        /// By the estate's clocks: `2026-11-23 18:00`; `nil` where no time matters.
        public var until: String?

        public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
            /// The building's own alarm is off until a time, was to be back at one and is not, and is back.
            case bellOff = "bell-off"
            case bellOverdue = "bell-overdue"
            case bellBack = "bell-back"
            /// What somebody has answered from a place.
            case needHelp = "need-help"
            case falseAlarm = "false-alarm"
            case unclear
        }

        package init(_ kind: Kind, until moment: Instant? = nil, utcOffset: Duration = .zero) {
            self.kind = kind
            until = moment.map { String(($0 + utcOffset).description.prefix(16)).replacing("T", with: " ") }
        }
    }

    public enum Sounders: String, Hashable, Sendable, Codable {
        /// They stop, and nobody else is told: somebody has silenced the incident.
        case stop
        /// The incident is silenced: people are told, sirens are not sounded.
        case quiet
        /// The silence is over, and something still alarms: those that were told sound again, and staff hear of it.
        case resume
    }

    public init(
        id: String, at: Instant, block: String, hazard: Hazard, incident: String, stage: Stage, rule: String,
        exercise: String?, audience: [Audience], places: [Place], because: [Device.ID], repetition: Int = 0,
        late: Bool = false, contradiction: Bool = false, sounders: Sounders? = nil
    ) {
        self.id = id
        self.at = at
        self.block = block
        self.hazard = hazard
        self.incident = incident
        self.stage = stage
        self.rule = rule
        self.exercise = exercise
        self.audience = audience
        self.places = places
        self.because = because
        self.repetition = repetition
        self.late = late
        self.contradiction = contradiction
        self.sounders = sounders
    }

    /// What is told as it stands, once, to people alone: no siren sounds for it.
    ///
    /// - Parameters:
    ///   - id: of its own, and of no incident.
    ///   - places: what it is about; for the estate as a whole each block.
    public init(
        announcing text: LogRecord.Text, id: String, at moment: Instant, block: String, places: [Place], verb: String,
        to audience: [Audience], news: News? = nil
    ) {
        self.id = id
        at = moment
        self.block = block
        incident = id
        rule = verb
        self.audience = audience
        self.places = places
        because = []
        repetition = 0
        late = false
        contradiction = false
        announcement = text
        self.news = news
    }
}

extension Alert {
    /// It is told to the delivery canary's contact, and to nobody else.
    public var isCanary: Bool { Exercise.isCanary(exercise) }
}

/// Who is told: a group of people or sounders, relative to the alert's places.
public enum Audience: String, Hashable, Sendable, Codable, CaseIterable {
    /// The flats in which something alarms.
    case flat
    /// The other flats of those floors.
    case neighbours
    /// Everybody on those floors, common areas included.
    case floor
    /// Everybody one floor above those floors.
    case floorAbove = "floor-above"
    /// Everybody one floor below those floors.
    case floorBelow = "floor-below"
    /// Everybody in the block, nearest to the danger first.
    case block
    /// Everybody in the blocks next to it, by `adjacent` in `estate.yaml`: fire climbs a façade faster than their own
    /// detectors notice.
    case adjacent
    /// Everybody in the estate.
    case estate
    case guards, wardens, office, maintenance
    /// Those who own a flat that alarms and live elsewhere.
    case owners
    /// The next of kin of those who live in a flat that alarms.
    case nextOfKin = "next-of-kin"
    /// Everybody who was told of this incident before.
    case told
}
