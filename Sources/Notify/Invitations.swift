import Crypto
public import Registry

/// The short links by which each person answers, for one incident each.
///
/// A link's code is ten characters that follow from a secret key, the incident and the person: 60 bits of an
/// HMAC-SHA-256 (RFC 2104), so it is the same in every repetition, needs no list, and tells nothing of another person's.
/// Guessing one of 5,000 that are open takes 10^14 tries on average, and the page is bounded to far fewer.
public struct Invitations: Sendable {
    private let key: SymmetricKey

    /// 64 characters that stand in a link as they are (RFC 3986 clause 2.3) and that GSM-7 has.
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    public static let codeLength = 10

    /// - Parameter key: at least 16 bytes that nobody knows.
    public init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    public func code(of incident: String, for resident: Resident.ID) -> String {
        // No id has a line end in it.
        let digest = HMAC<SHA256>.authenticationCode(for: Array("\(incident)\n\(resident)".utf8), using: key)
        return Self.text(digest, Self.codeLength)
    }

    static func text(_ digest: some Sequence<UInt8>, _ length: Int) -> String {
        String(digest.prefix(length).map { alphabet[Int($0 & 63)] })
    }
}
