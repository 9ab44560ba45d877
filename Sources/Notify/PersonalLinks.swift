import Crypto
public import Registry
import Store
import Synchronization

/// The links to each person's own page, where they choose how they are told. They hold until the person ends them.
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
    }

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

    public func owner(of code: String) -> Owner? { owners.withLock { $0[code] } }
}
