public import Registry

/// What is known of a device that speaks and is not in the registry. All of its texts together are at most 560 bytes.
public struct QuarantinedDevice: Hashable, Sendable, Codable {
    public let ecosystem: Device.Ecosystem
    /// As in a report; one that is longer than ``addressBytesMax`` cannot be adopted and ends in `…`.
    public let address: String
    public let firstHeardAt: Instant
    public internal(set) var heardAt: Instant
    public internal(set) var messages = 0
    /// Of these messages, how many could not be understood.
    public internal(set) var malformed = 0
    /// How many spans of ten minutes it was heard in: one that comes back is more than a made-up name.
    public internal(set) var spans = 1
    private var spanBeganAt: Instant
    /// In the order of ``Reading/Kind``.
    public internal(set) var kinds: [Reading.Kind] = []
    /// A field that may be an alarm and that no table explains.
    public internal(set) var unmapped: String?
    /// When it last said a hazard; `nil` if it never has.
    public internal(set) var alarmedAt: Instant?
    /// That alarm was the state at connect, of unknown age.
    public internal(set) var alarmWasRetained = false
    /// Where its topic says that it is, if the estate has that place.
    public internal(set) var place: Place?
    /// What its topic names before it or beside it: the gateway, server or bridge that it came by.
    public internal(set) var route: String?
    /// The gateway that it speaks through, by its address in the same ecosystem, where its messages tell that.
    public internal(set) var gateway: String?
    public internal(set) var model: String?
    /// Of the last message.
    public internal(set) var topic: String
    /// The beginning of the last message's payload, control characters left out.
    public internal(set) var excerpt: String

    public static let addressBytesMax = 128
    static let topicBytesMax = 160
    static let excerptBytesMax = 80
    static let routeBytesMax = 48
    static let gatewayBytesMax = 48
    static let modelBytesMax = 40
    static let unmappedBytesMax = 56

    init(_ key: Key, at moment: Instant) {
        ecosystem = key.ecosystem
        address = key.address
        firstHeardAt = moment
        heardAt = moment
        spanBeganAt = moment
        topic = ""
        excerpt = ""
    }

    /// What tells one from every other.
    public struct Key: Hashable, Sendable, Comparable {
        public let ecosystem: Device.Ecosystem
        public let address: String

        /// - Parameter address: cut after ``QuarantinedDevice/addressBytesMax``.
        public init(_ ecosystem: Device.Ecosystem, _ address: String) {
            self.ecosystem = ecosystem
            self.address = address.cut(toBytes: addressBytesMax)
        }

        public static func < (one: Key, other: Key) -> Bool {
            (one.ecosystem.rawValue, one.address) < (other.ecosystem.rawValue, other.address)
        }
    }

    public var key: Key { Key(ecosystem, address) }

    static let span = Duration.seconds(600)

    /// Takes one message into account. It may be older than the last one that was taken.
    mutating func hear(_ message: Message, at moment: Instant) {
        messages += 1
        if moment >= spanBeganAt + Self.span, spans < Self.spansMax {
            spans += 1
            spanBeganAt = moment
        }
        heardAt = max(heardAt, moment)
        topic = message.topic.cut(toBytes: Self.topicBytesMax)
        excerpt = Self.excerpt(of: message.payload)
        if ecosystem != .native, route == nil { route = Self.route(message.topic, address) }
    }

    private static let spansMax = 1000

    private static func excerpt(of payload: [UInt8]) -> String {
        let text = String(decoding: payload.prefix(4 * excerptBytesMax), as: UTF8.self)
        return String(
            String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control })
        )
        .cut(toBytes: excerptBytesMax)
    }

    /// What stands before the address in the topic; where the address is not in it, the topic without its last level.
    private static func route(_ topic: String, _ address: String) -> String? {
        let end = topic.firstRange(of: address)?.lowerBound ?? topic.lastIndex(of: "/")
        let route = topic[..<(end ?? topic.startIndex)].drop { $0 == "/" }
        let text = route.hasSuffix("/") ? route.dropLast() : route
        return text.isEmpty ? nil : String(text).cut(toBytes: routeBytesMax)
    }
}

extension String {
    /// At most so many bytes of UTF-8, with `…` in the place of what is cut off. Strangers choose the texts, and one
    /// character can have any number of bytes.
    func cut(toBytes bytesMax: Int) -> String {
        guard utf8.count > bytesMax else { return self }
        var end = 0
        var kept = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            end += UTF8.width(scalar)
            if end > bytesMax - 3 { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }
}
