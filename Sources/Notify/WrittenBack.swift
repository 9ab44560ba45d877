public import Registry
public import Store

/// What somebody has written back to what they were told, and others have to hear of.
public enum WrittenBack: Hashable, Sendable {
    case answer(GivenAnswer)
    /// Words that nobody understands; they are not kept.
    case unclear(Unclear)

    public struct Unclear: Hashable, Sendable {
        public var resident: Resident.ID
        /// What they were told last.
        public var incident: String
        /// Over which channel it came: `sms`.
        public var channel: String
        /// The drill's id if it was an exercise.
        public var exercise: String?
    }
}
