public import Devices

/// A decoder as the hub uses it: one that learns is taught each message before it is asked what it says.
public struct Subject {
    public let decoder: any Decoder
    private var learner: (any LearningDecoder)?

    public init(_ decoder: any Decoder) {
        self.decoder = decoder
        learner = decoder as? any LearningDecoder
    }

    public mutating func report(_ message: Message) throws(Malformed) -> Report? {
        guard learner != nil else { return try decoder.report(message) }
        _ = try learner?.learn(message)
        return try learner?.report(message) ?? nil
    }
}
