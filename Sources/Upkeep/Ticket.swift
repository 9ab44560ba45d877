public import Registry
public import Rules

/// Something that has to be mended: opened by a trouble, closed when it is put right.
public struct Ticket: Hashable, Sendable, Codable, Identifiable {
    /// Counted from 1 for each hub, and never used again.
    public var number: Int
    public var kind: Kind
    /// `nil` where many devices of a block share one ticket.
    public var device: Device.ID?
    public var place: Place
    public var isOpen = true
    /// When it was first opened.
    public var openedAt: Instant
    /// When it was opened last.
    public var since: Instant
    public var due: Instant
    public var closedAt: Instant?
    /// Who has closed it by hand; `nil` where a reading did.
    public var closedBy: String?
    public var closedWhy: String?
    /// How often the trouble has shown itself.
    public var seen = 1
    public var seenAt: Instant
    public var reopened = 0
    /// What says that the trouble is there.
    public var sources: Sources
    /// Since when nothing says so any more; it is closed when that has lasted.
    public var clearSince: Instant?
    public var evidence: Evidence
    /// Of a ticket that many devices share: the first of them.
    public var devices: [Device.ID] = []
    public var deviceCount = 1

    /// `T-104`
    public var id: String { "T-\(number)" }

    public var state: State { isOpen ? (reopened > 0 ? .reopened : .open) : .closed }

    public func isOverdue(at moment: Instant) -> Bool { isOpen && due < moment }

    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        case open, closed, reopened
    }

    /// Where a trouble shows: a ticket stays open while any of them does.
    public struct Sources: OptionSet, Hashable, Sendable, Codable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// A state of the device: it says so itself, or is silent.
        public static let condition = Sources(rawValue: 1)
        /// A single reading that is out of bounds.
        public static let level = Sources(rawValue: 2)
        /// The figures of many days.
        public static let trend = Sources(rawValue: 4)
    }

    /// What has to be mended.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case battery
        /// The background of the smoke density rises: the chamber is dirty.
        case contamination
        case signal
        case endOfLife = "end-of-life"
        case nuisance
        case temperature, humidity
        case leak, tilt, vibration
        case fault, tamper
        case mainsLost = "mains-lost"
        case silent, offline, stuck
        /// Nothing was ever heard of it since it is in the registry.
        case neverHeard = "never-heard"

        /// Whether one cause has it at many devices at a time, so that above a number they share the block's ticket.
        var isShared: Bool {
            switch self {
            case .silent, .offline, .mainsLost, .endOfLife, .neverHeard: true
            case .battery, .contamination, .signal, .nuisance, .temperature, .humidity, .leak, .tilt, .vibration,
                .fault, .tamper, .stuck:
                false
            }
        }
    }
}

/// What shows that something has to be mended.
public struct Evidence: Hashable, Sendable, Codable {
    public var text: LogRecord.Text
    public var numbers: [Number]

    /// One number of it: `slope -0.9 %/day`.
    public struct Number: Hashable, Sendable, Codable, CustomStringConvertible {
        public var name: String
        public var value: Double
        public var unit: String?

        public init(_ name: String, _ value: Double, _ unit: String? = nil) {
            self.name = name
            self.value = value
            self.unit = unit
        }

        public var description: String { "\(name) \(value.written)\(unit.map { " " + $0 } ?? "")" }
    }

    public init(_ english: String, _ traditionalChinese: String, _ numbers: [Number] = []) {
        text = LogRecord.Text(english, traditionalChinese)
        self.numbers = numbers
    }
}

extension Double {
    /// With as many decimals as people read: `0.052`, `9.4`, `120`.
    package var written: String {
        guard isFinite, magnitude < 1e15 else { return "\(self)" }
        let decimals = magnitude >= 100 ? 0 : magnitude >= 1 ? 1 : 3
        let scale = [1.0, 10, 100, 1000][decimals]
        let scaled = Int64((magnitude * scale).rounded())
        let whole = scaled / Int64(scale)
        var fraction = String(scaled % Int64(scale))
        fraction = String(repeating: "0", count: max(0, decimals - fraction.count)) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        let sign = self < 0 && scaled != 0 ? "-" : ""
        return sign + "\(whole)" + (decimals == 0 || fraction.isEmpty ? "" : ".\(fraction)")
    }
}
