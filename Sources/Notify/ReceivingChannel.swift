public import Registry
public import Store

/// What a gateway brings of its own accord.
public enum Incoming: Hashable, Sendable {
    case receipt(Receipt)
    /// A report about what the gateway itself named: see ``Outcome/accepted(reference:)``.
    case report(Receipt.Kind, reference: String, reason: String?)
    /// A text that a person sent, and the address that it came from, as contacts of this channel write it.
    case text(String, from: String)
}

/// A call that a gateway makes over HTTP.
public struct GatewayCall: Hashable, Sendable {
    public var method: String
    /// What follows `/gateway/<channel>` in the path: empty, or beginning with `/`.
    public var path: String
    public var query: [String: String]
    /// By their names in small letters.
    public var headers: [String: String]
    public var body: [UInt8]

    public init(
        method: String = "GET", path: String = "", query: [String: String] = [:], headers: [String: String] = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// A call that is none of its gateway's: what is wrong with it, in words for the log.
public struct GatewayMistake: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}

/// A channel whose gateway speaks to the hub as well: it reports what became of messages, and brings answers.
public protocol ReceivingChannel: Channel {
    /// What a call to `/gateway/<channel>` says. The gateway is answered 200 only when all of it is on the disk.
    ///
    /// - Throws: if the call is not understood, or does not prove that it comes from the gateway.
    func incoming(from call: GatewayCall) throws(GatewayMistake) -> [Incoming]

    /// Brings what the channel finds out without being called, such as from a modem's inbox, until its task is
    /// cancelled. `take` returns when it is on the disk, and throws if it is not; then it is brought again.
    func listen(_ take: @escaping @Sendable ([Incoming]) async throws -> Void) async
}

extension ReceivingChannel {
    public func incoming(from call: GatewayCall) throws(GatewayMistake) -> [Incoming] {
        throw GatewayMistake("this channel takes no calls")
    }

    public func listen(_ take: @escaping @Sendable ([Incoming]) async throws -> Void) async {}
}
