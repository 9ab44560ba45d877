import FoundationEssentials
public import Registry
public import Rules

/// One line of the alert log, as it is read back.
///
/// It is for reading only: encoding it again does not give the line's bytes, of which its ``hash`` was made.
public struct LogLine: Hashable, Sendable, Codable {
    /// From 1, without gaps, across all files.
    public var sequence: Int64
    @RFC3339 public var at: Instant
    public var event: LogRecord.Event
    public var level: Level
    public var estate: String
    /// `*` for the whole estate; `nil` for what belongs to no block.
    public var block: String?
    public var floor: String?
    public var flat: String?
    public var device: Device.ID?
    public var incident: String?
    public var stage: Stage?
    /// The drill's id if this is an exercise.
    public var exercise: String?
    public var text: LogRecord.Text
    /// The record's own, `source`, and `area` where the place is a common area.
    public var details: [String: String]
    /// The hash of the line before; 64 zeros in the first.
    public var previous: String
    public var hash: String

    enum CodingKeys: String, CodingKey {
        case sequence = "seq"
        case at, event, level, estate, block, floor, flat, device, incident, stage, exercise, text, details
        case previous = "prev"
        case hash
    }

    /// Reads a line without its newline; `nil` if it is not a line of this log. Its hash is not checked.
    public init?(_ bytes: some Collection<UInt8>) {
        do {
            self = try JSONDecoder().decode(LogLine.self, from: Data(bytes))
        } catch {
            return nil
        }
        guard (1...Self.sequenceMax).contains(sequence) else { return nil }
    }

    /// Far beyond any real log, and exact in every language's numbers: 2^53.
    static let sequenceMax: Int64 = 1 << 53

    public var place: Place? {
        block.map { Place(block: $0, floor: floor, flat: flat, area: details["area"]) }
    }

    /// The database row that the line was made from.
    public var source: LogSource? {
        details["source"].flatMap { LogSource($0) }
    }
}

/// A moment that is written as RFC 3339 text, not as a number.
@propertyWrapper
public struct RFC3339: Hashable, Sendable, Codable {
    public var wrappedValue: Instant

    public init(wrappedValue: Instant) { self.wrappedValue = wrappedValue }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let instant = Instant(rfc3339: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 moment")
        }
        wrappedValue = instant
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue.description)
    }
}
