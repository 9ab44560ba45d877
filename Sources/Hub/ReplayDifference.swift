import Foundation
public import Registry
public import Rules

/// One thing that two sets of rules do not decide alike.
public struct ReplayDifference: Hashable, Sendable, Encodable {
    public var difference: Kind
    public var block: String
    public var hazard: Hazard
    /// The name of the incident with today's rules; with the others where it is only there.
    public var incident: String
    public var exercise: String?
    public var stage: Stage
    /// Where it is, if only in one.
    public var only: Side?
    /// When each decided it, in event time.
    public var today: String?
    public var other: String?
    /// By how much the others decide it later; less than 0 is sooner.
    public var laterBySeconds: Double?
    public var rule: String
    public var because: [String]
    public var tell: [String]
    var order: Order

    public enum Kind: String, Hashable, Sendable, Encodable { case incident, stage, decision }

    public enum Side: String, Hashable, Sendable, Encodable { case today, other }

    struct Order: Hashable, Sendable, Comparable {
        var at: Instant
        var incident: String
        var stage: String

        static func < (left: Order, right: Order) -> Bool {
            (left.at, left.incident, left.stage) < (right.at, right.incident, right.stage)
        }
    }

    enum CodingKeys: String, CodingKey {
        case difference, block, hazard, incident, exercise, stage, only, today, other, rule, because, tell
        case laterBySeconds = "later_by_s"
    }

    private init(_ kind: Kind, _ course: IncidentCourse, _ step: IncidentCourse.Step) {
        difference = kind
        block = course.key.block
        hazard = course.key.hazard
        exercise = course.key.exercise
        incident = course.id
        stage = step.stage
        rule = step.rule
        because = step.because
        tell = step.tell
        order = Order(at: step.at, incident: course.id, stage: step.stage.rawValue)
    }

    private mutating func place(_ step: IncidentCourse.Step, only side: Side) {
        only = side
        if side == .today { today = step.at.description } else { other = step.at.description }
    }

    static func incident(_ course: IncidentCourse, in side: Side) -> ReplayDifference {
        // The step that reached the furthest says what the incident came to.
        let top = course.steps.max { Self.height($0.stage) < Self.height($1.stage) }
        var difference = ReplayDifference(
            .incident, course,
            top ?? IncidentCourse.Step(at: course.opened, stage: .investigate, because: [], tell: [], rule: ""))
        if let first = course.steps.first { difference.place(first, only: side) }
        return difference
    }

    static func stage(
        _ course: IncidentCourse, today: IncidentCourse.Step, other: IncidentCourse.Step
    ) -> ReplayDifference {
        var difference = ReplayDifference(.stage, course, today)
        difference.today = today.at.description
        difference.other = other.at.description
        difference.laterBySeconds = Double((other.at - today.at).wholeMilliseconds) / 1000
        return difference
    }

    static func stage(_ course: IncidentCourse, _ step: IncidentCourse.Step, in side: Side) -> ReplayDifference {
        var difference = ReplayDifference(.stage, course, step)
        difference.place(step, only: side)
        return difference
    }

    static func decision(_ course: IncidentCourse, _ step: IncidentCourse.Step, in side: Side) -> ReplayDifference {
        var difference = ReplayDifference(.decision, course, step)
        difference.place(step, only: side)
        return difference
    }

    private static func height(_ stage: Stage) -> Int {
        switch stage {
        case .clearing, .closed: 0
        case .investigate: 1
        case .confirmed: 2
        case .spreading: 3
        }
    }

    /// `{"difference":"stage",…}`, its members in the alphabet's order.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension ReplayDifference: CustomStringConvertible {
    /// A line for people; `+` is only with the other rules, `-` only with today's.
    public var description: String {
        let drill = exercise.map { " (drill \($0))" } ?? ""
        let detectors = because.prefix(4).joined(separator: " ") + (because.count > 4 ? " …" : "")
        let told = tell.isEmpty ? "" : ", tells \(tell.joined(separator: " "))"
        let sign = only == nil ? "~" : only == .today ? "-" : "+"
        let at = today ?? other ?? ""
        switch difference {
        case .incident:
            return "\(sign) \(at) \(incident)\(drill): a \(hazard.rawValue) incident, up to \(stage.rawValue) "
                + "('\(rule)'), because of \(detectors)"
        case .stage:
            guard let laterBySeconds else {
                return "\(sign) \(at) \(incident)\(drill): reaches \(stage.rawValue) ('\(rule)'\(told))"
            }
            let much = "\(Self.written(abs(laterBySeconds))) \(laterBySeconds < 0 ? "sooner" : "later")"
            return "\(sign) \(at) \(incident)\(drill): reaches \(stage.rawValue) \(much)"
        case .decision:
            return "\(sign) \(at) \(incident)\(drill): decides \(stage.rawValue) ('\(rule)'\(told)), "
                + "because of \(detectors)"
        }
    }

    private static func written(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
    }
}
