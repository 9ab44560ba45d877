import Foundation

/// A contact's address, where it is one on the web.
enum WebAddress {
    /// The host and port of an `http` or `https` URL; `nil` for any other text.
    static func host(of address: String) -> String? {
        guard address.hasPrefix("http://") || address.hasPrefix("https://") else { return nil }
        if let host = plainHost(of: address) { return host }
        guard let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty
        else { return nil }
        return "\(host):\(parts.port ?? (parts.scheme == "https" ? 443 : 80))"
    }

    /// The same of nearly every address that is in use, in a small part of the time: a name or an IPv4 address, a port or
    /// none, and a path of plain characters.
    private static func plainHost(of address: String) -> String? {
        let isSecure = address.hasPrefix("https")
        let rest = address.utf8.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") }
        let host = authority.prefix { isOfName($0) }
        let port = authority[host.endIndex...].dropFirst()
        let path = rest[authority.endIndex...]
        guard !host.isEmpty, authority.count == host.count || (1...5).contains(port.count),
            authority.count == host.count || authority[host.endIndex] == UInt8(ascii: ":"),
            port.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            path.allSatisfy({ isOfName($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "_") })
        else { return nil }
        guard port.isEmpty else { return String(Substring(authority)) }
        return "\(Substring(host)):\(isSecure ? 443 : 80)"
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
