import Hub
import Hummingbird
import Registry

/// How far a delivery canary came.
public struct CanaryAnswer: ResponseCodable, Sendable {
    /// RFC 3339.
    public var at: String
    public var channel: String
    /// `arrived`, `missing` or `skipped`.
    public var state: String
    /// Why it is missing, or was not sent.
    public var why: String?
    /// From the detector to the far end, in milliseconds; absent where it did not arrive.
    public var milliseconds: Int64?
    /// `0.41 s`
    public var took: String
    /// `broker 3 ms, commit 5 ms, gateway 400 ms`
    public var course: String

    init(_ course: CanaryCourse) {
        at = course.at.description
        channel = course.channel
        took = course.took
        self.course = course.steps
        switch course.ending {
        case .arrived?:
            state = "arrived"
            milliseconds = (course.deliveredAt ?? course.acceptedAt).map { ($0 - course.at).wholeMilliseconds }
        case .skipped(let reason)?:
            state = "skipped"
            why = reason
        case .missing(let reason)?:
            state = "missing"
            why = reason
        case nil: state = "missing"
        }
    }

    /// `arrived by webhook in 0.41 s: broker 3 ms, commit 5 ms, gateway 400 ms`
    public var sentence: String {
        switch state {
        case "arrived": "arrived by \(channel) in \(took): \(course)"
        case "skipped": "was not sent: \(why ?? "no reason given")"
        default: "did NOT arrive by \(channel): \(why ?? "no reason given") (\(course))"
        }
    }
}
