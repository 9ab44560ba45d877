public import Registry

/// Something that a person has put out of action, or under test, for a stated time.
///
/// A suppression that nobody ends is how alarms fail: so it always ends by itself, is announced at both ends, keeps in
/// mind what alarms under it, and gives way to an alarm from a second zone.
public struct Disablement: Hashable, Sendable, Codable {
    public let scope: Scope
    /// Only test presses are kept off; an alarm is an alarm.
    public let isTest: Bool
    /// When it first began; a disablement that is prolonged keeps this.
    public let since: Instant
    /// When it ends by itself, in real time.
    public let until: Instant
    public let by: String
    /// Who agreed, where one person alone may not decide.
    public let second: String?
    public let why: String
    /// What alarms under it, in the order in which it began.
    public internal(set) var withheld: [Withheld] = []
    /// The devices that were pressed under test, each once.
    public internal(set) var pressed: [Device.ID] = []

    /// What a person can put out of action.
    public enum Scope: Hashable, Sendable, Codable {
        case device(Device.ID)
        /// A block, floor, flat or common area.
        case place(Place)
        /// By its name in `rules.yaml`.
        case rule(String)
        /// The fire alarm that a block has itself: nothing of the hub is disabled, it is registered that this is off.
        case buildingAlarm(block: String)
    }

    /// An alarm that is recorded and not acted upon.
    public struct Withheld: Hashable, Sendable, Codable {
        public let device: Device.ID
        /// The device's position in the registry; `nil` if it has left it. Not stored, for positions change.
        var index: Int?
        public let place: Place
        public let kind: Signal.Kind
        public var raisedAt: Instant
        /// When it was last heard in alarm, in receipt time.
        public var heardAt: Instant
        public var live: Bool
        public let late: Bool

        init(_ signal: Signal, _ observation: Observation, late: Bool) {
            device = signal.device
            index = observation.index
            place = signal.place
            kind = signal.kind
            raisedAt = signal.at
            heardAt = observation.receivedAt
            live = !signal.retained
            self.late = late
        }

        enum CodingKeys: String, CodingKey { case device, place, kind, raisedAt, heardAt, live, late }
    }
}

extension Disablement.Scope: CustomStringConvertible {
    /// As a person writes it: `flat a/12/C`, `device a-12-C-smoke`, `rule unanswered`.
    public var description: String {
        switch self {
        case .device(let id): "device \(id)"
        case .rule(let name): "rule \(name)"
        case .buildingAlarm(let block): "building-alarm \(block)"
        case .place(let place):
            if place.area != nil {
                "area \(place)"
            } else if place.flat != nil {
                "flat \(place)"
            } else if place.floor != nil {
                "floor \(place)"
            } else {
                "block \(place)"
            }
        }
    }

    /// The words that begin a ``description``.
    public static let words = ["device", "flat", "area", "floor", "block", "rule", "building-alarm"]

    /// Reads a ``description`` in its two parts; `nil` if that is none: `flat` and `a/12/C`.
    public init?(_ what: String, _ which: String) {
        let path = which.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !which.isEmpty, !path.contains("") else { return nil }
        switch (what, path.count) {
        case ("device", _): self = .device(which)
        case ("rule", _): self = .rule(which)
        case ("building-alarm", 1): self = .buildingAlarm(block: which)
        case ("block", 1): self = .place(Place(block: path[0]))
        case ("floor", 2): self = .place(Place(block: path[0], floor: path[1]))
        case ("flat", 2): self = .place(Place(block: path[0], flat: path[1]))
        case ("flat", 3): self = .place(Place(block: path[0], floor: path[1], flat: path[2]))
        case ("area", 2): self = .place(Place(block: path[0], area: path[1]))
        case ("area", 3): self = .place(Place(block: path[0], floor: path[1], area: path[2]))
        default: return nil
        }
    }

    /// Whether a device is within it.
    public func covers(_ device: Device) -> Bool {
        switch self {
        case .device(let id): id == device.id
        case .place(let place): place.contains(device.place)
        case .rule, .buildingAlarm: false
        }
    }

    /// Whether an alarm of a device is kept back by it. A call point, and a call for help, are never kept back by
    /// anything wider than the device itself: a person has pressed them.
    func withholds(_ kind: Signal.Kind, of device: Device) -> Bool {
        guard covers(device) else { return false }
        if case .device = self { return true }
        return !Signal.Kinds.momentary.contains(kind)
    }
}

extension Place {
    /// Whether another place is this one or lies within it: a flat on one floor is no other floor's.
    func contains(_ other: Place) -> Bool {
        guard unit == nil else { return self == other }
        return block == other.block && (floor == nil || floor == other.floor)
    }
}
