import Hummingbird
public import Registry
public import Rules

/// What an operator asks of an incident.
///
/// | verb | beside `by` and `why` |
/// | --- | --- |
/// | `acknowledge`, `confirm`, `resound` | |
/// | `silence` | `for` (`10m`) or `until` (RFC 3339) |
/// | `reset` | `cause`, and `force` where detectors still alarm |
/// | `cause` | `cause`, also after it has closed |
public struct IncidentRequest: Codable, Sendable {
    public var by: String
    public var why: String?
    public var until: String?
    public var `for`: String?
    /// One of ``Cause``'s names.
    public var cause: String?
    public var force: Bool?

    public init(by: String, why: String, time: EndTime? = nil, cause: Cause? = nil, force: Bool? = nil) {
        self.by = by
        self.why = why
        until = time?.until
        self.for = time?.span
        self.cause = cause?.rawValue
        self.force = force
    }

    func command(
        _ verb: OperatorCommand.Verb, incident: Incident.ID, at moment: Instant
    ) throws -> OperatorCommand {
        let known = cause.flatMap(Cause.init)
        if let cause, known == nil {
            let causes = Cause.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(.badRequest, message: "unknown cause '\(cause)'; write one of \(causes)")
        }
        return OperatorCommand(
            verb, incident: incident, by: String(by.prefix(100)), why: String((why ?? "").prefix(1000)),
            until: try EndTime.moment(until: until, for: self.for, after: moment), cause: known, force: force)
    }
}

/// What an operator asks of a device, place or rule: `disable`, `enable`, `test` or `end-test`.
///
/// `what` is device, flat, area, floor, block, rule or building-alarm; `which` is its id, path (`a/12/C`) or name, for
/// building-alarm the block. Disabling and testing take `for` or `until`, and `second`, a second person who agrees;
/// disabling a building-alarm takes `areas`, and needs `why`.
public struct DisablementRequest: Codable, Sendable {
    public var what: String
    public var which: String
    public var by: String
    public var why: String?
    public var second: String?
    /// Areas and floors of the block, at most 64; `nil` for all of it.
    public var areas: [String]?
    public var until: String?
    public var `for`: String?

    public init(
        what: String, which: String, by: String, why: String, second: String? = nil, areas: [String]? = nil,
        time: EndTime? = nil
    ) {
        self.what = what
        self.which = which
        self.by = by
        self.why = why
        self.second = second
        self.areas = areas
        until = time?.until
        self.for = time?.span
    }

    func command(_ verb: OperatorCommand.Verb, at moment: Instant) throws -> OperatorCommand {
        guard let scope = Disablement.Scope(what, which) else {
            let words = Disablement.Scope.words.joined(separator: ", ")
            throw HTTPError(
                .badRequest,
                message: "'\(what) \(which)' names nothing; write one of \(words), and its id, path (a/12/C) or name")
        }
        if case .buildingAlarm = scope, verb == .disable, (why ?? "").allSatisfy(\.isWhitespace) {
            throw HTTPError(.badRequest, message: "say why: the notice in the lobby has to tell it")
        }
        return OperatorCommand(
            verb, by: String(by.prefix(100)), why: String((why ?? "").prefix(1000)),
            until: try EndTime.moment(until: until, for: self.for, after: moment), scope: scope,
            second: second.map { String($0.prefix(100)) },
            areas: areas.map { $0.prefix(64).map { String($0.prefix(100)) } })
    }
}

/// When something ends: for so long from now, or until a moment.
public struct EndTime: Hashable, Sendable {
    var span: String?
    var until: String?

    /// - Returns: `nil` unless exactly one is given, and can be read.
    public init?(for span: String?, until: String?) {
        switch (span, until) {
        case (let span?, nil) where Duration(written: span) != nil: self.span = span
        case (nil, let until?) where Instant(rfc3339: until) != nil: self.until = until
        default: return nil
        }
    }

    public static let mend =
        "write how long, such as 90s, 10m, 2h or 3d, or until when, such as 2026-11-22T18:00:00+08:00"

    static func moment(until: String?, for span: String?, after moment: Instant) throws -> Instant? {
        guard until != nil || span != nil else { return nil }
        guard let time = EndTime(for: span, until: until) else { throw HTTPError(.badRequest, message: mend) }
        if let until = time.until { return Instant(rfc3339: until) }
        return time.span.flatMap { Duration(written: $0) }.map { moment + $0 }
    }
}
