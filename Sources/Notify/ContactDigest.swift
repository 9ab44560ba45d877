import Crypto
public import Registry

/// Recognises a person's contact by its address without keeping that: 96 bits of an HMAC-SHA-256 (RFC 2104), for a plain
/// hash of a telephone number is found by trying all.
public struct ContactDigest: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: at least 16 bytes that nobody knows.
    public init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    func callAsFunction(_ contact: Contact, of resident: Resident.ID) -> String {
        let text = "contact\n\(resident)\n\(contact.channel)\n\(contact.address)"
        return Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key).prefix(12))
    }
}
