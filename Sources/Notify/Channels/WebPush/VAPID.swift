import Crypto
import Foundation
public import Registry

/// How a push service knows who sends: a signed token in each request (RFC 8292).
///
///     Authorization: vapid t=<token>, k=<public key>
public struct VAPID: Sendable, CustomReflectable {
    private let key: P256.Signing.PrivateKey
    private let subject: String

    /// A token is valid this long; the RFC allows 24 hours, and clocks differ.
    static let validity = Duration.seconds(12 * 3600)

    /// The key is none of a kind that this needs.
    public struct BadKey: Error, CustomStringConvertible {
        public var description: String { "it is no private key of the curve P-256, in PEM or as 32 bytes in base64url" }
    }

    /// - Parameters:
    ///   - key: a private key of the curve P-256: PEM, or its 32 bytes in base64url as many libraries write it.
    ///   - subject: whom a push service may ask, `mailto:` or `https:`.
    public init(key: String, subject: String) throws(BadKey) {
        let text = key.trimmingCharacters(in: .whitespacesAndNewlines)
        do {
            if text.hasPrefix("-----BEGIN") {
                self.key = try P256.Signing.PrivateKey(pemRepresentation: text)
            } else {
                self.key = try P256.Signing.PrivateKey(rawRepresentation: Base64URL.decode(text) ?? [])
            }
        } catch {
            throw BadKey()
        }
        self.subject = subject
    }

    /// Without the key.
    public var customMirror: Mirror { Mirror(self, children: ["subject": subject]) }

    /// What a browser subscribes with: `applicationServerKey`.
    public var publicKey: String { Base64URL.encode(key.publicKey.x963Representation) }

    /// - Parameter endpoint: the subscription's; the token is for its origin alone.
    /// - Returns: `nil` if that is no web address.
    func authorization(for endpoint: String, at moment: Instant) throws -> String? {
        guard let origin = Self.origin(of: endpoint) else { return nil }
        let expires = (moment + Self.validity).milliseconds / 1000
        let header = Base64URL.encode(Array(#"{"typ":"JWT","alg":"ES256"}"#.utf8))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let claims = Base64URL.encode(try encoder.encode(Claims(aud: origin, exp: expires, sub: subject)))
        let signature = try key.signature(for: Array("\(header).\(claims)".utf8))
        return "vapid t=\(header).\(claims).\(Base64URL.encode(signature.rawRepresentation)), k=\(publicKey)"
    }

    private struct Claims: Encodable {
        var aud: String
        var exp: Int64
        var sub: String
    }

    /// Scheme, host and, if it is not the usual one, port (RFC 6454).
    static func origin(of endpoint: String) -> String? {
        guard let parts = URLComponents(string: endpoint), let scheme = parts.scheme?.lowercased(),
            ["https", "http"].contains(scheme), let host = parts.host?.lowercased(), !host.isEmpty
        else { return nil }
        let usual = scheme == "https" ? 443 : 80
        let port = parts.port.flatMap { $0 == usual ? nil : ":\($0)" } ?? ""
        return "\(scheme)://\(host)\(port)"
    }
}
