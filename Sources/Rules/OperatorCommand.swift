public import Registry

/// What a person at the controls asks for. Who asks, and why, goes into the record.
public struct OperatorCommand: Hashable, Sendable, Codable {
    public var verb: Verb
    /// The incident that is meant; empty where a ``scope`` is.
    public var incident: Incident.ID
    /// Who asks, as they call themselves.
    public var by: String
    /// Why, in their words; may be empty.
    public var why: String
    /// When what is asked for ends by itself, in real time.
    public var until: Instant?
    /// What is to be disabled, enabled or tested.
    public var scope: Disablement.Scope?
    /// A second person, who agrees.
    public var second: String?
    public var cause: Cause?
    /// Areas and floors that an isolation of the building's own alarm is about; `nil` for all of the block.
    public var areas: [String]?
    /// The drill's id, where the incident is of an exercise; of those that have closed nothing else says so.
    public var exercise: String?
    /// Set to reset an incident although detectors of it still alarm.
    public var force: Bool?

    public enum Verb: String, Hashable, Sendable, Codable, CaseIterable {
        /// Somebody has seen it: reminders stop, and what waits for an answer waits no longer.
        case acknowledge
        /// Somebody has seen that it is real.
        case confirm
        /// Its sounders stop for a stated time; it stays open.
        case silence
        /// Its sounders may sound again before that time.
        case resound
        /// The incident closes for good.
        case reset
        /// What it was, said before or after it closed.
        case cause
        /// Somebody who was asked whether they are safe needs help, at the ``OperatorCommand/scope``'s place.
        case needHelp = "need-help"
        /// Somebody in a flat that alarms says that nothing burns there. It changes nothing but that the guards hear it.
        case falseAlarm = "false-alarm"
        /// Somebody who was told has written back what nobody understands: the guards have to ask them.
        case unclear
        /// What a device, place or rule says is recorded for a stated time, and not acted upon; that the building's own
        /// alarm is off for a stated time is registered.
        case disable
        /// Test presses of devices are not worth a line each for a stated time.
        case test
        /// Ends a disablement before its time.
        case enable
        /// Ends a test before its time.
        case endTest = "end-test"

        /// Whether it is about a ``OperatorCommand/scope`` and not about an incident.
        public var isOfScope: Bool {
            switch self {
            case .disable, .test, .enable, .endTest: true
            case .acknowledge, .confirm, .silence, .resound, .reset, .cause, .needHelp, .falseAlarm, .unclear: false
            }
        }

        /// Whether residents say it when they are asked, and nobody at the controls.
        public var isOfResidents: Bool { [.needHelp, .falseAlarm, .unclear].contains(self) }
    }

    public init(
        _ verb: Verb, incident: Incident.ID = "", by: String, why: String = "", until: Instant? = nil,
        scope: Disablement.Scope? = nil, second: String? = nil, cause: Cause? = nil, force: Bool? = nil,
        areas: [String]? = nil, exercise: String? = nil
    ) {
        self.verb = verb
        self.incident = incident
        self.by = by
        self.why = why
        self.until = until
        self.scope = scope
        self.second = second
        self.cause = cause
        self.force = force
        self.areas = areas
        self.exercise = exercise
    }
}

/// What becomes of an operator's command.
public enum OperatorAnswer: Hashable, Sendable {
    case done
    /// There is no such incident, device, place or rule; the sentence says which.
    case unknown(String)
    /// It is not to be had so; the sentence says why, and what to ask for instead.
    case refused(String)
}
