import CMosquitto

/// One message as the broker delivered it.
///
/// MQTT's duplicate flag is not here: libmosquitto keeps it to itself, and it proves nothing either way.
public struct Publication: Sendable, Equatable {
    /// Bytes that are not UTF-8 appear as U+FFFD.
    public var topic: String
    public var payload: [UInt8]
    public var quality: Quality
    /// Kept by the broker and sent because we subscribed: a state, of unknown age, and not something that happens now.
    public var retained: Bool

    public init(topic: String, payload: [UInt8], quality: Quality, retained: Bool) {
        self.topic = topic
        self.payload = payload
        self.quality = quality
        self.retained = retained
    }
}

/// MQTT's quality of service. Its level 2 is left out: its first acknowledgement leaves before the message is handed
/// over, so it could be lost between them.
public enum Quality: Int, Sendable {
    case atMostOnce = 0
    case atLeastOnce = 1
}

/// Which messages a session asks for.
public struct Subscription: Sendable, Hashable {
    /// With `+` for one level and `#` for all that follow: `estate/demo/#`.
    public var filter: String
    public var quality: Quality

    public init(_ filter: String, quality: Quality = .atLeastOnce) {
        self.filter = filter
        self.quality = quality
    }

    var isValid: Bool { mosquitto_sub_topic_check(filter) == MOSQ_ERR_SUCCESS.rawValue && !filter.isEmpty }
}

/// What one call of ``Session/nextBatch(waitingAtMost:wakeup:)`` brought.
public struct Batch: Sendable {
    /// In the order of arrival.
    public var messages: [Publication]
    /// `false`: the batch was full and more is waiting; call again without delay.
    public var dry: Bool
    /// What happened to the connection, in order, and before or between the messages.
    public var events: [Event]

    /// All that a session tells about its connection.
    public enum Event: Sendable, Equatable {
        /// `sessionPresent` is `false` when the broker has kept nothing for us: messages since the last time are lost.
        case connected(sessionPresent: Bool)
        /// An attempt failed; the next follows by itself.
        case refused(MQTTError)
        /// The connection ended; what was not acknowledged comes again after the next `connected`.
        case disconnected(MQTTError)
        case subscribed(filter: String)
        case subscriptionRefused(filter: String, reason: String)
        /// A payload over the bound, not copied; it is acknowledged with the batch.
        case dropped(topic: String, payloadBytes: Int)
    }
}
