/// What a drill needs of the broker.
public protocol DrillLink: Sendable {
    /// Returns when the broker has taken the message: for QoS 1 when it has acknowledged it.
    ///
    /// - Throws: if the connection is gone or the broker refuses.
    func publish(_ payload: [UInt8], to topic: String, qos: Int, retain: Bool) async throws

    /// What is published on topics that match one of the filters, from the moment this returns.
    ///
    /// - Throws: if the broker refuses the subscription.
    func messages(matching filters: [String]) async throws -> AsyncStream<DrillMessage>

    /// Ends the connection; a stream ends after what had come in before.
    func close() async
}

/// A PUBLISH as a drill received it.
public struct DrillMessage: Hashable, Sendable {
    public var topic: String
    public var payload: [UInt8]
    /// The state from before the subscription, of unknown age.
    public var retained: Bool
    /// By ``DrillClock/elapsed``, when it left the connection.
    public var receivedAt: Duration

    public init(topic: String, payload: [UInt8], retained: Bool, receivedAt: Duration) {
        self.topic = topic
        self.payload = payload
        self.retained = retained
        self.receivedAt = receivedAt
    }
}
