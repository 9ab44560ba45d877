import Devices
import Registry
import Rules

/// One message on its way, with what the simulator knows of it beside what the hub will see.
struct Packet {
    /// One for every time that a device spoke; a copy made by the radio or the broker has the same.
    var number: Int
    var topic: String
    var payload: [UInt8]
    var retained = false
    /// Its broker keeps it for a hub that is away; QoS 1.
    var isKept: Bool
    /// `nil` for the hub's own message and for controls of drills.
    var device: Int?
    var says: Truth
    var drill: String?
    var sentAt: Instant
    /// It carries a counter or a stamp, so that a second copy can be recognised.
    var isRecognisable: Bool
    /// Its counter, or the stamp of a clock that runs steadily, tells whether it was sent before another.
    var isOrdered = false

    enum Truth {
        case alarm(Signal.Kind)
        case clear(Signal.Kind)
        /// A test, a heartbeat of something else, a control.
        case other
        /// The hub's own message comes back: what waited before it is through.
        case canary
    }
}
