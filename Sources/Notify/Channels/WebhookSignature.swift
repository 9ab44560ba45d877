import Crypto
import Foundation
public import Registry

/// How a receiver knows that a webhook comes from this hub, and is not an old one played again.
///
/// `X-SmokeHub-Signature: t=<seconds since 1970>,v1=<hex>`, where the hexadecimal digits are the HMAC-SHA-256 of
/// `<t>.<body>` with the shared secret. The receiver computes the same over the bytes it got, compares, and refuses a
/// `t` that lies more than a few minutes back. Every attempt is signed anew.
public enum WebhookSignature {
    public static let header = "X-SmokeHub-Signature"

    public static func sign(_ body: [UInt8], secret: [UInt8], at moment: Instant) -> String {
        let seconds = moment.milliseconds / 1000
        var authentication = HMAC<SHA256>(key: SymmetricKey(data: secret))
        authentication.update(data: Array("\(seconds).".utf8))
        authentication.update(data: body)
        let digits = authentication.finalize().map { byte in
            let hex = String(byte, radix: 16)
            return hex.count == 1 ? "0\(hex)" : hex
        }
        return "t=\(seconds),v1=\(digits.joined())"
    }
}
