public import Registry

/// What a simulated device says, in words that every ecosystem can translate.
public enum Utterance: String, Hashable, Sendable, CaseIterable {
    case alarm, clear, test, fault
    /// The fault is gone, or there never was one.
    case ok
    /// A sign of life: what the device said last, once more.
    case heartbeat
}

/// One message of a scenario, at its moment. A repeated step is several of them.
public struct PlannedMessage: Hashable, Sendable {
    /// Virtual time since the drill began.
    public var at: Duration
    public var device: Device.ID
    public var says: Utterance
    /// What is detected, where it is not the device's own kind.
    public var type: Device.Kind?
    /// The measurement that comes with it, in the unit of ``DeviceVoice/unit(of:)``.
    public var value: Double?
    /// Published where the device itself publishes, so the hub takes it for real.
    public var isReal: Bool
    public var isRetained: Bool

    public init(
        at: Duration, device: Device.ID, says: Utterance, type: Device.Kind? = nil, value: Double? = nil,
        isReal: Bool = false, isRetained: Bool = false
    ) {
        self.at = at
        self.device = device
        self.says = says
        self.type = type
        self.value = value
        self.isReal = isReal
        self.isRetained = isRetained
    }
}
