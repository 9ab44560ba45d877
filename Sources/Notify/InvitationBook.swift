public import Registry
import Rules
public import Store
import Synchronization

/// The links that were sent, by their codes, so that whoever follows one costs a look-up however many were asked.
public final class InvitationBook: Sendable {
    private let invitations: Invitations
    private let expires: Duration
    private let contents: Mutex<Contents>

    private struct Contents: Sendable {
        var byCode: [String: Asked] = [:]
        var codes: [Told.Key: String] = [:]
        /// When there are so many, those that have expired are forgotten.
        var roomMax = InvitationBook.roomMin
    }

    private static let roomMin = 20_000

    /// - Parameters:
    ///   - expires: how long after somebody was last told their link works.
    ///   - asked: those who were told before this process began.
    public init(_ invitations: Invitations, expires: Duration, asked: [Asked] = []) {
        self.invitations = invitations
        self.expires = expires
        var contents = Contents()
        for one in asked {
            let code = invitations.code(of: one.incident, for: one.resident)
            contents.byCode[code] = one
            contents.codes[Told.Key(incident: one.incident, target: one.resident)] = code
        }
        self.contents = Mutex(contents)
    }

    /// The code that goes to somebody who is told now.
    public func invite(_ resident: Resident.ID, to incident: String, at moment: Instant) -> String {
        contents.withLock { contents in
            let key = Told.Key(incident: incident, target: resident)
            let code = contents.codes[key] ?? invitations.code(of: incident, for: resident)
            contents.codes[key] = code
            contents.byCode[code] = Asked(incident: incident, resident: resident, at: moment)
            if contents.byCode.count > contents.roomMax { forgetExpired(&contents, at: moment) }
            return code
        }
    }

    /// Whose a code is; `nil` if it is nobody's, or has expired.
    public func find(_ code: String, at moment: Instant) -> Asked? {
        guard code.utf8.count == Invitations.codeLength else { return nil }
        return contents.withLock { $0.byCode[code] }.flatMap { isOpen($0, at: moment) ? $0 : nil }
    }

    private func isOpen(_ asked: Asked, at moment: Instant) -> Bool { asked.at >= moment - expires }

    private func forgetExpired(_ contents: inout Contents, at moment: Instant) {
        contents.byCode = contents.byCode.filter { isOpen($0.value, at: moment) }
        contents.codes = contents.codes.filter { contents.byCode[$0.value] != nil }
        contents.roomMax = max(Self.roomMin, 2 * contents.byCode.count)
    }
}
