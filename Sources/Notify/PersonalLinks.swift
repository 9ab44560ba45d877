import Crypto
public import Registry
import Store
import Synchronization

/// The links to each person's own page, where they choose how they are told. They hold until the person ends them; those on
/// an answer page, which people pass on, for a day or two.
///
/// A link's code is 14 characters that follow from a secret key, the person and how many links they have ended: 84 bits of
/// an HMAC-SHA-256 (RFC 2104), of another kind than those of ``Invitations``.
public final class PersonalLinks: Sendable {
    private let key: SymmetricKey
    private let owners: Mutex<[String: Owner]>

    /// Whose a code is. It is good only if they have ended no more links than that.
    public struct Owner: Hashable, Sendable {
        public var resident: Resident.ID
        public var endedLinks: Int
        /// `nil` for as long as they do not end it.
        var until: Instant?
    }

    /// More of those that pass are looked through for some that have.
    private static let passingMax = 20_000
    private static let day = Duration.seconds(86_400)

    public static let codeLength = 14

    /// - Parameter key: as of ``Invitations``.
    public init(key: [UInt8], _ directory: Directory) {
        self.key = SymmetricKey(data: key)
        owners = Mutex([:])
        for resident in directory.residents {
            _ = code(of: resident.id, endedLinks: directory.choices(of: resident.id).endedLinks)
        }
    }

    public func code(of resident: Resident.ID, endedLinks: Int) -> String {
        let digest = HMAC<SHA256>.authenticationCode(for: Array("me\n\(endedLinks)\n\(resident)".utf8), using: key)
        let code = Invitations.text(digest, Self.codeLength)
        owners.withLock { $0[code] = Owner(resident: resident, endedLinks: endedLinks) }
        return code
    }

    /// One that holds until the end of the next day, UTC, or until the hub ends.
    public func passingCode(of resident: Resident.ID, endedLinks: Int, at now: Instant) -> String {
        let day = now.milliseconds / Self.day.wholeMilliseconds
        let digest = HMAC<SHA256>.authenticationCode(
            for: Array("me\n\(endedLinks)\n\(resident)\n\(day)".utf8), using: key)
        let code = Invitations.text(digest, Self.codeLength)
        owners.withLock { owners in
            if owners.count > Self.passingMax {
                owners = owners.filter { $0.value.until.map { $0 > now } ?? true }
            }
            owners[code] = Owner(
                resident: resident, endedLinks: endedLinks,
                until: Instant(milliseconds: (day + 2) * Self.day.wholeMilliseconds))
        }
        return code
    }

    public func owner(of code: String, at now: Instant) -> Owner? {
        owners.withLock { owners in
            owners[code].flatMap { owner in owner.until.map { $0 > now } ?? true ? owner : nil }
        }
    }
}
