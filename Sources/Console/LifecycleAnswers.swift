public import Hummingbird
import Registry
import Rules

/// Something that is disabled or under test.
public struct DisablementAnswer: ResponseCodable, Sendable {
    /// `flat a/12/C`
    public var scope: String
    public var test: Bool
    /// RFC 3339, as is `until`.
    public var since: String
    public var until: String
    public var by: String
    public var second: String?
    public var why: String
    /// The devices that alarm under it, and whom nobody hears.
    public var withheld: [String]
    /// Under test: the devices that were pressed.
    public var pressed: [String]

    init(_ disablement: Disablement) {
        scope = disablement.scope.description
        test = disablement.isTest
        since = disablement.since.description
        until = disablement.until.description
        by = disablement.by
        second = disablement.second
        why = disablement.why
        withheld = disablement.withheld.map(\.device)
        pressed = disablement.pressed
    }
}

/// How often detectors alarm about nothing.
public struct FalseAlarmAnswer: ResponseCodable, Sendable {
    /// For each 100 detectors in a year; absent before any incident has closed.
    public var ratePer100DetectorsAndYear: Double?
    public var count: Int
    /// Closed without a known cause.
    public var unexplained: Int
    /// The span that is looked at, in days; absent before any incident has closed.
    public var days: Int64?
    public var detectors: Int

    init(_ alarms: FalseAlarms, at moment: Instant) {
        ratePer100DetectorsAndYear = alarms.rate(at: moment)
        count = alarms.count
        unexplained = alarms.unexplained
        days = alarms.span(at: moment).map { $0.components.seconds / 86_400 }
        detectors = alarms.detectors
    }
}
