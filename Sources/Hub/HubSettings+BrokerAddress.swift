/// Why a text is no address.
public struct AddressMistake: Error, Hashable, Sendable, CustomStringConvertible {
    /// Quotes what was written, passwords left out.
    public var problem: String
    public var mend: String

    public var description: String { "\(problem); \(mend)" }
}

/// Where a broker is: `mqtt://[user@]host[:port]`, or `mqtts://…` for TLS.
public struct BrokerAddress: Hashable, Sendable, CustomStringConvertible {
    public var isEncrypted: Bool
    public var user: String?
    /// A name or an IP address; IPv6 without its brackets.
    public var host: String
    /// Without one in the text, 1883, or 8883 for TLS.
    public var port: Int

    public init(isEncrypted: Bool = false, user: String? = nil, host: String, port: Int) {
        self.isEncrypted = isEncrypted
        self.user = user
        self.host = host
        self.port = port
    }

    /// - Throws: if the text is no such address, or carries a password.
    public init(_ text: String) throws(AddressMistake) {
        let mend = "write mqtt://host:1883, or mqtts://host:8883 for TLS"
        guard let scheme = text.firstRange(of: "://"), ["mqtt", "mqtts"].contains(text[..<scheme.lowerBound]) else {
            // The text is not quoted: it may carry a password.
            throw AddressMistake(problem: "this is no broker's address", mend: mend)
        }
        isEncrypted = text.hasPrefix("mqtts")
        var rest = text[scheme.upperBound...]
        if let at = rest.lastIndex(of: "@") {
            let name = rest[..<at]
            guard !name.contains(":") else {
                throw AddressMistake(
                    problem: "a password stands in the address",
                    mend: "write mqtt://user@host:port here, and broker.password: {env: NAME} or {file: path}")
            }
            guard !name.isEmpty else { throw AddressMistake(problem: "the user before '@' is empty", mend: mend) }
            user = String(name)
            rest = rest[rest.index(after: at)...]
        }
        guard !rest.contains(where: { "/?#".contains($0) }) else {
            throw AddressMistake(problem: "'\(rest)' goes on after host and port", mend: mend)
        }
        (host, port) = try Self.hostAndPort(rest, defaultPort: isEncrypted ? 8883 : 1883, mend: mend)
    }

    public var description: String {
        let scheme = isEncrypted ? "mqtts" : "mqtt"
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(scheme)://\(user.map { $0 + "@" } ?? "")\(name):\(port)"
    }

    /// `host`, `host:port`, `[::1]:port`.
    ///
    /// - Parameter defaultPort: `nil` if the text has to name one.
    static func hostAndPort(
        _ text: Substring, defaultPort: Int?, mend: String
    ) throws(AddressMistake) -> (host: String, port: Int) {
        var host = text
        var port = Substring()
        if text.first == "[", let close = text.firstIndex(of: "]") {
            host = text[text.index(after: text.startIndex)..<close]
            port = text[text.index(after: close)...]
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[colon...]
        }
        guard !host.isEmpty, !host.contains(where: \.isWhitespace) else {
            throw AddressMistake(problem: "the host is missing in '\(text)'", mend: mend)
        }
        if port.isEmpty {
            guard let defaultPort else { throw AddressMistake(problem: "the port is missing in '\(text)'", mend: mend) }
            return (String(host), defaultPort)
        }
        guard port.first == ":", let number = UInt16(port.dropFirst()) else {
            throw AddressMistake(problem: "'\(port.drop { $0 == ":" })' is no port", mend: mend)
        }
        return (String(host), Int(number))
    }
}

/// Where the console listens: `address:port`, or nowhere.
public enum ConsoleAddress: Hashable, Sendable, CustomStringConvertible {
    case off
    /// Port 0 lets the system choose one.
    case listen(host: String, port: Int)

    /// - Throws: if the text is neither `off` nor `address:port`.
    public init(_ text: String) throws(AddressMistake) {
        guard text != "off" else {
            self = .off
            return
        }
        let (host, port) = try BrokerAddress.hostAndPort(
            text[...], defaultPort: nil, mend: "write address:port, such as 127.0.0.1:8080, or off")
        self = .listen(host: host, port: port)
    }

    public var description: String {
        switch self {
        case .off: "off"
        case .listen(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
