public import Devices
public import Registry

/// What one message says of one registered device, placed in time: what the engine is fed with.
public struct Observation: Hashable, Sendable {
    public var device: Device
    /// The device's position in the registry.
    public var index: Int
    public var readings: [Reading]
    public var stamp: Instant?
    public var sequence: UInt64?
    public var receivedAt: Instant
    public var retained: Bool
    /// The message waited at the broker while the hub did not hear.
    public var backlog: Bool
    /// Where it was placed in time when it was first heard; set when a journal is played again, for the device's clock
    /// has been learned from messages that no journal keeps.
    public var placement: DeviceClock.Placement?
    /// The drill's id if it travelled under the drill topics.
    public var exercise: String?

    public init(
        device: Device, index: Int, readings: [Reading], stamp: Instant? = nil, sequence: UInt64? = nil,
        receivedAt: Instant, retained: Bool = false, backlog: Bool = false, placement: DeviceClock.Placement? = nil,
        exercise: String? = nil
    ) {
        self.device = device
        self.index = index
        self.readings = readings
        self.stamp = stamp
        self.sequence = sequence
        self.receivedAt = receivedAt
        self.retained = retained
        self.backlog = backlog
        self.placement = placement
        self.exercise = exercise
    }

    /// Whether the device itself spoke: not a broker that remembers, nor one that says that it is gone.
    var isSignOfLife: Bool {
        !retained && !readings.contains { $0.kind == .availability && $0.value == .text("offline") }
    }

    /// Heard as it was sent: its stamp shows how the device's clock goes.
    var live: Bool { !retained && !backlog }
}
