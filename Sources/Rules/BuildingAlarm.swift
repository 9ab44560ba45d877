public import Devices
public import Registry

/// What the hub knows of a block's own fire alarm, a device in its own right: last heard sounding, in service, isolated.
///
/// It goes by what was *observed*, not by the panel's opinion of itself: in November 2025 seven of eight systems that had
/// passed their inspection made no sound. A bell raises no incident and confirms none: whoever hears it knows already,
/// a panel may have been set off by the very hub that would then count it, and one zone of it may be a whole block.
/// Its silence is what matters, and whether it is in service (``Pattern/buildingAlarm(isolated:)``).
///
/// What devices of kind `building_alarm` say, over any ecosystem (a relay contact, a current loop that its decoder maps to
/// one of these, an acoustic listener):
///
/// | reading | what it means here |
/// | --- | --- |
/// | `smoke` `heat` `flame` `co` `gas` `water_leak` `button` true | it sounds: a panel's zones come as these |
/// | `vibration` true | it sounds: a listener on the bell itself |
/// | `contact` true (closed) | it sounds: the bell's relay; so a native `contact` with state `clear` is closed |
/// | one of these false | that one no longer says so; it is quiet when none does |
/// | `fault` `tamper` `power` true, `offline`, silence | it is out of service, until that is put right |
/// | `motion` `tilt` `test` `battery_low`, numbers | nothing: who passes a bell does not ring it |
///
/// A weekly test in which it sounds with `test` set counts as sounding, for that is what the test is for. A retained
/// message, of unknown age, never does.
public struct BuildingAlarm: Hashable, Sendable, Codable {
    /// When one of its devices was first heard; `nil` while none has been: nobody can say then whether it sounds.
    public internal(set) var watchedSince: Instant?
    /// The devices that say that it sounds, in the order in which they began.
    public internal(set) var voices: [Voice] = []
    public internal(set) var lastSounded: Sounding?
    /// The devices that are out of service, in the order in which that was noticed.
    public internal(set) var faults: [Fault] = []
    /// What the shutdown register holds; `nil` if nobody has registered anything.
    public internal(set) var isolation: Isolation?
    /// One of its devices is registered, and none has been heard since the hub hears: amber. `nil` for no.
    public internal(set) var isNeverHeard: Bool?
    /// It has not been heard sounding for longer than the estate's test interval: amber.
    public internal(set) var isUntested = false
    /// The fire in which it stayed silent, until it is heard again.
    public internal(set) var contradicted: Incident.ID?
    /// When those concerned are told again that it is not back, or that nobody has registered it.
    var reminder: Reminder?
    /// When it was last announced that it is out of service and nobody registered that.
    var announcedFaultAt: Instant?

    public struct Voice: Hashable, Sendable, Codable {
        public let device: Device.ID
        public internal(set) var kinds: [Reading.Kind]
        /// When it last began with one of them, in event time; `nil` for ``BuildingAlarm/lastSounded``'s.
        var since: Instant?
    }

    /// In event time.
    public struct Sounding: Hashable, Sendable, Codable {
        public internal(set) var at: Instant
        /// `nil` while it lasts.
        public internal(set) var until: Instant?
    }

    public struct Fault: Hashable, Sendable, Codable {
        public let device: Device.ID
        public let since: Instant
        /// The conditions' names, `silent` among them.
        public internal(set) var reasons: [String]
    }

    /// An isolation that somebody has registered, for a stated time.
    public struct Isolation: Hashable, Sendable, Codable {
        /// When it was first registered; one that is prolonged keeps this.
        public let since: Instant
        /// When it was last registered.
        let askedAt: Instant
        /// When it is to be over, in real time.
        public let until: Instant
        public let by: String
        public let why: String
        /// Areas and floors of the block; empty for all of it.
        public let areas: [String]
        /// Whether the residents were told.
        public let toldResidents: Bool
        var isReminded = false
        /// A device has been out of service meanwhile: that it is normal again is then a sign.
        var wasOutOfService = false
        /// Its time is over, and it is not back.
        public internal(set) var isOverdue = false
    }

    struct Reminder: Hashable, Sendable, Codable {
        var next: Instant
        var count = 0
    }

    init() {}

    public var isSounding: Bool { !voices.isEmpty }

    /// A bell that has sounded for longer than this answers no new fire: its relay is stuck, or wired the other way
    /// round. Chosen here; no fire alarm rings for an hour before a fire is confirmed.
    static let soundingMax = Duration.seconds(3600)
    /// A bell that fell silent so shortly before a fire was confirmed has sounded for it.
    static let soundedBefore = Duration.seconds(60)

    /// Whether it sounds for a fire that is confirmed now, or did just before.
    func hasSounded(for moment: Instant) -> Bool {
        guard let lastSounded else { return false }
        if let until = lastSounded.until { return until + Self.soundedBefore >= moment }
        return voices.contains { ($0.since ?? lastSounded.at) + Self.soundingMax >= moment }
    }

    /// Since when nobody has heard it; `nil` while it sounds, or if nobody watches it.
    public var unheardSince: Instant? {
        guard let lastSounded else { return watchedSince }
        return lastSounded.until ?? lastSounded.at
    }

    /// When time alone changes it next.
    func due(_ policy: BuildingAlarmPolicy) -> Instant {
        var due = reminder?.next ?? .distantFuture
        if let isolation, !isolation.isOverdue {
            due = min(due, isolation.until, isolation.remindAt(policy) ?? .distantFuture)
        }
        if let untestedAt = untestedAt(policy) { due = min(due, untestedAt) }
        return due
    }

    func untestedAt(_ policy: BuildingAlarmPolicy) -> Instant? {
        guard watchedSince != nil, !isUntested else { return nil }
        return unheardSince.map { $0 + policy.testInterval }
    }

    /// Takes in what one live message says of the sound.
    mutating func hear(_ device: Device.ID, _ readings: [Reading], endsNothing: Bool, at moment: Instant) {
        let wasSounding = isSounding
        for reading in readings {
            guard let sounds = reading.saysThatABellSounds, sounds || !endsNothing else { continue }
            note(device, reading.kind, sounds: sounds, at: moment)
        }
        switch (wasSounding, isSounding) {
        case (false, true): lastSounded = Sounding(at: moment)
        case (true, false): lastSounded = lastSounded.map { Sounding(at: $0.at, until: max(moment, $0.at)) }
        case (true, true), (false, false): break
        }
    }

    /// Whether one of its devices began to sound, perhaps beside another that has sounded for long.
    func hasNewVoice(since before: BuildingAlarm) -> Bool {
        voices.contains { voice in
            !before.voices.contains { $0.device == voice.device && $0.since == voice.since }
        }
    }

    private mutating func note(_ device: Device.ID, _ kind: Reading.Kind, sounds: Bool, at moment: Instant) {
        guard let known = voices.firstIndex(where: { $0.device == device }) else {
            if sounds { voices.append(Voice(device: device, kinds: [kind], since: moment)) }
            return
        }
        if sounds, !voices[known].kinds.contains(kind) {
            voices[known].kinds.append(kind)
            voices[known].since = moment
        }
        if !sounds { voices[known].kinds.removeAll { $0 == kind } }
        if voices[known].kinds.isEmpty { voices.remove(at: known) }
    }

    /// Notes what keeps a device out of service; nothing if it is well.
    mutating func note(_ reasons: [String], of device: Device.ID, at moment: Instant) {
        let known = faults.firstIndex { $0.device == device }
        switch (known, reasons.isEmpty) {
        case (let known?, true): faults.remove(at: known)
        case (let known?, false): faults[known].reasons = reasons
        case (nil, false): faults.append(Fault(device: device, since: moment, reasons: reasons))
        case (nil, true): break
        }
    }

    /// Moments that the clock has not come to count as now, and devices that have left the registry say nothing.
    mutating func settle(with devices: [Device.ID], notAfter present: Instant) {
        watchedSince = devices.isEmpty ? nil : watchedSince.map { min($0, present) }
        if devices.isEmpty { (isNeverHeard, isUntested, contradicted) = (nil, false, nil) }
        voices.removeAll { !devices.contains($0.device) }
        faults.removeAll { !devices.contains($0.device) }
        for index in voices.indices { voices[index].since = voices[index].since.map { min($0, present) } }
        lastSounded = lastSounded.map { sounding in
            let at = min(sounding.at, present)
            return Sounding(at: at, until: isSounding ? nil : min(sounding.until ?? at, present))
        }
        announcedFaultAt = announcedFaultAt.map { min($0, present) }
        // One reminder is owed, and not each that was missed.
        if let next = reminder?.next {
            let isOver = isolation == nil && faults.isEmpty
            reminder?.next = isOver ? present : min(max(next, present), present + RuleEngine.isolationReminderMax)
        }
        if let isolation, isolation.until <= present { self.isolation?.isReminded = true }
    }
}

extension BuildingAlarm.Isolation {
    /// Without what says who it was.
    func nameless(calling name: (String) -> String) -> Self {
        Self(
            since: since, askedAt: askedAt, until: until, by: name(by), why: "", areas: areas,
            toldResidents: toldResidents, isReminded: isReminded, wasOutOfService: wasOutOfService,
            isOverdue: isOverdue)
    }

    /// When those responsible are reminded; `nil` once they are, or where it is too short for that.
    func remindAt(_ policy: BuildingAlarmPolicy) -> Instant? {
        guard !isReminded, policy.remindBefore > .zero, until - askedAt > policy.remindBefore else { return nil }
        return until - policy.remindBefore
    }
}

extension Reading {
    /// Whether it says that a building's alarm sounds, or that it does not; `nil` if it speaks of something else. The
    /// table: ``BuildingAlarm``.
    var saysThatABellSounds: Bool? {
        guard case .flag(let flag) = value else { return nil }
        switch kind {
        case .smoke, .heat, .flame, .co, .gas, .waterLeak, .button, .vibration, .contact: return flag
        case .tamper, .fault, .test, .batteryLow, .power, .battery, .batteryVoltage, .temperature, .humidity,
            .smokeDensity, .coPPM, .motion, .tilt, .availability, .signal:
            return nil
        }
    }
}

extension DeviceState {
    /// What takes a building's alarm out of service.
    var reasonsOutOfService: [String] {
        let conditions: [(Condition, String)] = [
            (.fault, "fault"), (.powerLost, "power lost"), (.offline, "offline"), (.tamper, "tamper"),
        ]
        return conditions.filter { has($0.0) }.map(\.1) + (silent ? ["silent"] : [])
    }
}
