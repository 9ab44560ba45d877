import Crypto
import Foundation

/// Where a gateway reaches the hub, and how its calls prove that they are its own.
///
/// A report carries the delivery's id and a proof: the first 16 octets of HMAC-SHA-256 over `<route>\n<id>`, in
/// hexadecimal, so that nobody who has not seen it can report on that delivery. What cannot carry an id of ours, such as
/// a text that somebody sends, carries the secret itself as `key`.
public struct GatewayCallback: Hashable, Sendable {
    /// `https://hub.example/gateway/sms`, as the gateway would call it.
    public var url: String
    public var secret: [UInt8]

    public init(url: String, secret: [UInt8]) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.secret = secret
    }

    /// `<url>/<route>?id=…&proof=…`; without an id where the gateway has no room for one.
    public func reportAddress(route: String, id: String) -> String {
        let named = id.isEmpty ? "" : "id=\(GatewayTemplate.percentEncoded(id))&"
        return "\(url)/\(route)?\(named)proof=\(proof(route: route, id: id))"
    }

    func proof(route: String, id: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("\(route)\n\(id)".utf8), using: SymmetricKey(data: secret))
        return code.prefix(16).map { byte in
            let hex = String(byte, radix: 16)
            return hex.count == 1 ? "0\(hex)" : hex
        }.joined()
    }

    /// - Throws: if the call carries neither the key nor the proof of its id.
    func check(report fields: [String: String], route: String) throws(GatewayMistake) {
        if hasKey(fields) { return }
        let proof = proof(route: route, id: fields["id"] ?? "")
        guard let given = fields["proof"], Self.isSame(Array(given.utf8), Array(proof.utf8)) else {
            throw GatewayMistake("a report for the route '\(route)' without its proof")
        }
    }

    /// - Throws: if the call does not carry the key: a proof is good for its delivery only.
    func check(text fields: [String: String], route: String) throws(GatewayMistake) {
        guard hasKey(fields) else { throw GatewayMistake("a text for the route '\(route)' without its key") }
    }

    private func hasKey(_ fields: [String: String]) -> Bool {
        fields["key"].map { Self.isSame(Array($0.utf8), secret) } ?? false
    }

    /// Takes as long whatever differs.
    static func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
