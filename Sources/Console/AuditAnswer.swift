import Hub
import Hummingbird

/// Whom an alarm would reach.
public struct AuditAnswer: ResponseCodable, Sendable {
    public var audit: ReachAudit

    public init(_ audit: ReachAudit) { self.audit = audit }
}
