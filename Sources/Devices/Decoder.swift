public import Registry

/// Understands one ecosystem: a pure function from a message to what it says.
public protocol Decoder: Sendable {
    var ecosystem: Device.Ecosystem { get }

    /// The topic filters to subscribe to, in MQTT's notation: `estate/+/block/#`.
    var topicFilters: [String] { get }

    /// - Returns: what the message says; `nil` for commands, logs, housekeeping and other messages that speak of no
    ///   device. A report without readings still is a sign of life.
    /// - Throws: ``Malformed`` if the message is of this ecosystem but cannot be understood.
    func report(_ message: Message) throws(Malformed) -> Report?

    /// Whether a topic carries a list of devices, or another answer to somebody else, which the hub does not need: it may
    /// be larger than any message of a device.
    func isInventory(_ topic: String) -> Bool
}

extension Decoder {
    /// None.
    public func isInventory(_ topic: String) -> Bool { false }
}
