import Foundation

/// A contact's address, where it is one on the web.
enum WebAddress {
    /// The host and port of an `http` or `https` URL; `nil` for any other text.
    static func host(of address: String) -> String? {
        guard address.hasPrefix("http://") || address.hasPrefix("https://"),
            let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty
        else { return nil }
        return "\(host):\(parts.port ?? (parts.scheme == "https" ? 443 : 80))"
    }
}
