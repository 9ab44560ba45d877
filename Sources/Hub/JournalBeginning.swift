public import Registry
public import Rules
public import Store

/// The first line of an incident that was cut out of a journal: what led to it before the piece begins, and what has been
/// left out.
public struct JournalBeginning: Hashable, Sendable, Codable {
    /// The format's number.
    public var version = 1
    public var incident: Incident.ID
    public var block: String
    /// When the incident's first alarm was heard, and when it was closed; `nil` while it is open.
    public var begins: Instant
    public var closed: Instant?
    /// What is not in here, for those who read the file.
    public var leftOut: [String]
    /// How far time had come.
    public var time: Instant
    /// The hub heard nobody.
    public var hearsNobody: Bool
    public var devices: [Known]
    public var blocks: [BlockState]
    /// What the decoders had been taught; `nil` for nothing.
    public var lessons: [KeptLesson]?

    public struct Known: Hashable, Sendable, Codable {
        public var id: Device.ID
        public var state: DeviceState
    }
}

/// A line of such a file: the beginning, or an entry.
struct JournalPieceLine: Codable {
    var beginning: JournalBeginning?
    var entry: JournalEntry?
}
