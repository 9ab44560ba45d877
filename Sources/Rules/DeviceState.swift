public import Devices
public import Registry

/// What the hub knows of one device. Signals are the differences between this and what the device says next.
public struct DeviceState: Hashable, Sendable, Codable {
    /// The kinds of which the device has ever said something.
    public private(set) var known = Signal.Kinds()
    /// The kinds that it said last are in alarm.
    public private(set) var alarming = Signal.Kinds()
    /// The kinds that were still in alarm when their incident closed, and have not been clear since: such an alarm
    /// proves nothing until it shows an edge.
    public private(set) var unproven = Signal.Kinds()
    /// When that incident closed; the re-arm time runs from here.
    public private(set) var incidentClosedAt: Instant?
    /// When its repeats last opened an investigation.
    public internal(set) var stuckToldAt: Instant?
    /// Whether it is an open trouble that the device is stuck.
    public internal(set) var stuck = false
    private var conditionsKnown: UInt8 = 0
    private var conditionsSet: UInt8 = 0
    /// The kinds of which the device itself said last that they alarm, whatever its measurements say; `nil` for none.
    var reported: Signal.Kinds?
    /// What the reading rules know of it, in their order; `nil` while none has had anything to read.
    var trends: [Trend]?
    /// When its alarms came to nothing, oldest first; `nil` for never, or where no rule asks.
    var cries: [Instant]?
    public var clock = DeviceClock()
    public var heardAt: Instant?
    public internal(set) var silent = false

    public init() {}

    /// Takes an alarm or clear into account, and returns the edge or repeat that it is.
    ///
    /// - Parameter retained: the state at connect. One that repeats what is known is no news, and one that says clear
    ///   ends no alarm, for it may be older than the alarm is.
    mutating func note(_ kind: Signal.Kind, alarm: Bool, retained: Bool) -> Signal.Change? {
        let wasAlarming = alarming.contains(kind)
        if alarm {
            if wasAlarming { return retained ? nil : .repeated }
            known.formUnion(kind.bit)
            alarming.formUnion(kind.bit)
            return .raised
        }
        if wasAlarming {
            if retained { return nil }
            alarming.subtract(kind.bit)
            unproven.subtract(kind.bit)
            return .cleared
        }
        known.formUnion(kind.bit)
        return nil
    }

    /// Remembers that an incident closed while these kinds were still in alarm.
    ///
    /// - Parameter keptBack: kinds that have begun anew under a disablement: they prove as much as any.
    mutating func incidentClosed(at instant: Instant, keptBack: Signal.Kinds) {
        incidentClosedAt = instant
        // A button sends no clear: the next press is a new one.
        alarming.subtract(.momentary)
        unproven = alarming.subtracting(keptBack)
    }

    /// Moments that the clock has not come to count as now.
    mutating func clamp(to present: Instant) {
        incidentClosedAt = incidentClosedAt.map { min($0, present) }
        stuckToldAt = stuckToldAt.map { min($0, present) }
        heardAt = heardAt.map { min($0, present) }
        for index in (trends ?? []).indices { trends?[index].clamp(to: present) }
    }

    /// Remembers what the device itself says of a kind.
    mutating func noteReported(_ kind: Signal.Kind, alarm: Bool) {
        var kinds = reported ?? []
        if alarm { kinds.formUnion(kind.bit) } else { kinds.subtract(kind.bit) }
        reported = kinds.isEmpty ? nil : kinds
    }

    /// Believes an alarm again that nothing else would tell of.
    mutating func believe(_ kind: Signal.Kind) { unproven.subtract(kind.bit) }

    /// Takes a condition into account, and returns whether that changed it. Normal at first sight is no change.
    mutating func note(_ condition: Condition, _ value: Bool) -> Bool {
        let changed = value != (conditionsSet & condition.bit != 0)
        conditionsKnown |= condition.bit
        if value { conditionsSet |= condition.bit } else { conditionsSet &= ~condition.bit }
        return changed
    }

    public func has(_ condition: Condition) -> Bool { conditionsSet & condition.bit != 0 }

    /// What weakens a device's protection, each a trouble of its own while it lasts; and the test press.
    public enum Condition: UInt8, Hashable, Sendable, CaseIterable {
        case tamper, fault, batteryLow, powerLost, offline, test

        var bit: UInt8 { 1 << rawValue }

        /// The condition that a reading speaks of, and whether it is set.
        init?(_ reading: Reading) {
            switch (reading.kind, reading.value) {
            case (.tamper, .flag): self = .tamper
            case (.fault, .flag): self = .fault
            case (.batteryLow, .flag): self = .batteryLow
            case (.power, .flag): self = .powerLost
            case (.availability, .text): self = .offline
            case (.test, .flag): self = .test
            default: return nil
            }
        }
    }
}

extension Reading {
    /// Whether the condition that this reading speaks of is set.
    var sets: Bool {
        switch value {
        case .flag(let flag): flag
        case .text(let text): kind == .availability && text == "offline"
        case .number: false
        }
    }
}
