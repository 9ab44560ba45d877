public import Registry

/// What an incident turned out to be. Asked at its closing; unknown until somebody says.
public enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
    case fire, cooking, steam, dust, fault, test, malicious, unknown

    /// Whether the alarm was one about nothing; what nobody knows is not counted as one.
    public var isFalseAlarm: Bool {
        switch self {
        case .cooking, .steam, .dust, .fault, .test, .malicious: true
        case .fire, .unknown: false
        }
    }
}

/// What is kept of an incident when it has closed for good.
public struct ClosedIncident: Hashable, Sendable, Codable, Identifiable {
    public var id: Incident.ID
    public var hazard: Hazard
    /// `*` for the whole estate.
    public var block: String
    public var openedAt: Instant
    public var closedAt: Instant
    public var cause: Cause
    /// Who said the cause; `nil` while it is unknown.
    public var by: String?
    /// The drill's id if it was an exercise.
    public var exercise: String?

    public init(
        id: Incident.ID, hazard: Hazard, block: String, openedAt: Instant, closedAt: Instant, cause: Cause,
        by: String?, exercise: String?
    ) {
        self.id = id
        self.hazard = hazard
        self.block = block
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.cause = cause
        self.by = by
        self.exercise = exercise
    }
}

/// Somebody has said the cause of an incident after it had closed.
public struct GivenCause: Hashable, Sendable, Codable {
    public var incident: Incident.ID
    public var cause: Cause
    public var by: String

    public init(incident: Incident.ID, cause: Cause, by: String) {
        self.incident = incident
        self.cause = cause
        self.by = by
    }
}

/// How often detectors alarm about nothing: the number by which an estate judges its own.
public struct FalseAlarms: Hashable, Sendable, Codable {
    /// Real incidents of blocks that closed in the span with a cause that is none.
    public var count: Int
    /// How many of those that closed have no known cause yet: the rate may be higher than it seems.
    public var unexplained: Int
    /// When the first of the incidents on record opened; `nil` before any has closed.
    public var firstAt: Instant?
    public var detectors: Int

    public init(count: Int, unexplained: Int, firstAt: Instant?, detectors: Int) {
        self.count = count
        self.unexplained = unexplained
        self.firstAt = firstAt
        self.detectors = detectors
    }

    /// The longest span that is looked at.
    public static let spanMax = Duration.seconds(365 * 86_400)

    /// The span that the rate speaks of: since the first record, a day at the least, a year at the most; `nil` before
    /// any incident has closed.
    public func span(at moment: Instant) -> Duration? {
        firstAt.map { min(max(moment - $0, .seconds(86_400)), Self.spanMax) }
    }

    /// False alarms for each 100 detectors in a year; `nil` before any incident has closed, or without a detector.
    public func rate(at moment: Instant) -> Double? {
        guard let span = span(at: moment), detectors > 0 else { return nil }
        let years = Double(span.components.seconds) / Double(Self.spanMax.components.seconds)
        return Double(count) * 100 / Double(detectors) / years
    }
}
