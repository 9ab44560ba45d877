/// One message to publish.
public struct OutgoingMessage: Sendable, Equatable {
    public var topic: String
    public var payload: [UInt8]
    public var quality: Quality
    /// Whether the broker keeps it for those who subscribe later: for states, not for events.
    public var retain: Bool

    public init(topic: String, payload: [UInt8], quality: Quality = .atLeastOnce, retain: Bool = false) {
        self.topic = topic
        self.payload = payload
        self.quality = quality
        self.retain = retain
    }
}
