import Crypto
import Foundation

/// Keeps what is personal unreadable where it rests, for whoever has not the key.
///
///     let seal = try PersonalSeal(key: text)                            // of `openssl rand -base64 32`
///     let kept = try seal.seal("sms:+85291234567", of: "r-a-12c", as: "contacts")    // sealed:3v8R…
///     let number = try seal.open(kept, of: "r-a-12c", as: "contacts")
///
/// AES-256 in Galois/Counter Mode with random nonces of 96 bits (NIST SP 800-38D). Whose it is and what it is are
/// authenticated with it, so nobody can move a value to another person; texts are filled up to whole 32 bytes
/// (ISO/IEC 7816-4: 80, then zeros), so that none says by its length whether it is empty.
public struct PersonalSeal: Sendable, CustomReflectable {
    private let key: SymmetricKey
    /// Tried after the key, and only to open.
    private var former: [SymmetricKey] = []

    /// Without the key.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// What a sealed value begins with; the nonce, the ciphertext and the tag follow in Base64 for URLs (RFC 4648 clause
    /// 5), without `=`.
    public static let prefix = "sealed:"
    private static let keyBytes = 32
    private static let block = 32

    /// - Parameter key: 32 bytes in Base64.
    /// - Throws: ``Mistake/malformedKey`` if it is anything else.
    public init(key text: String) throws(Mistake) {
        guard let bytes = Data(base64Encoded: text), bytes.count == Self.keyBytes else { throw .malformedKey }
        key = SymmetricKey(data: bytes)
    }

    /// One that opens what another has sealed, too, while a change of keys is under way.
    public func opening(alsoOf other: PersonalSeal?) -> PersonalSeal {
        guard let other else { return self }
        var both = self
        both.former += [other.key] + other.former
        return both
    }

    public static func isSealed(_ text: some StringProtocol) -> Bool { text.hasPrefix(prefix) }

    /// - Parameters:
    ///   - owner: whose it is: a resident's id.
    ///   - field: what it is: `contacts`.
    /// - Throws: what the system's cryptography throws; nothing that a text could cause.
    public func seal(_ text: String, of owner: String, as field: String) throws -> String {
        var bytes = Array(text.utf8) + [0x80]
        bytes += Array(repeating: 0, count: (Self.block - bytes.count % Self.block) % Self.block)
        let box = try AES.GCM.seal(bytes, using: key, authenticating: Self.context(owner, field))
        let packed = Data(box.nonce) + box.ciphertext + box.tag
        return Self.prefix
            + packed.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// - Throws: ``Mistake/malformed`` if it is no sealed value, ``Mistake/notOurs`` if another key sealed it, if it is
    ///   another person's or another field's, or if it was changed.
    public func open(_ sealed: some StringProtocol, of owner: String, as field: String) throws(Mistake) -> String {
        guard Self.isSealed(sealed) else { throw .malformed }
        let text = String(sealed.dropFirst(Self.prefix.count)).replacing("-", with: "+").replacing("_", with: "/")
        let filling = String(repeating: "=", count: (4 - text.count % 4) % 4)
        guard let packed = Data(base64Encoded: text + filling) else { throw .malformed }
        for key in [key] + former {
            guard let box = try? AES.GCM.SealedBox(combined: packed),
                let opened = try? AES.GCM.open(box, using: key, authenticating: Self.context(owner, field))
            else { continue }
            guard let end = opened.lastIndex(where: { $0 != 0 }), opened[end] == 0x80,
                let text = String(bytes: opened[..<end], encoding: .utf8)
            else { throw .notOurs }
            return text
        }
        throw .notOurs
    }

    private static func context(_ owner: String, _ field: String) -> Data {
        // No id and no field has a line end in it.
        Data("\(field)\n\(owner)".utf8)
    }

    public enum Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        case malformedKey
        case malformed
        case notOurs

        public var description: String {
            switch self {
            case .malformedKey: "the key is not 32 bytes in Base64: make one with openssl rand -base64 32"
            case .malformed: "this is no sealed value"
            case .notOurs: "it was sealed with another key, for another person, or was changed since"
            }
        }
    }
}
