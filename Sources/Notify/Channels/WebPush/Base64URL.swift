import Foundation

/// Base64 as it stands in URLs and JSON web tokens: without padding (RFC 4648, chapter 5).
enum Base64URL {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// - Returns: `nil` if it is none. Padding is let pass.
    static func decode(_ text: String) -> [UInt8]? {
        let plain = text.replacing("=", with: "")
        guard !plain.contains("+"), !plain.contains("/") else { return nil }
        let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        return Data(base64Encoded: plain.replacing("-", with: "+").replacing("_", with: "/") + padding).map(Array.init)
    }
}
