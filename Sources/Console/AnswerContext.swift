import Foundation
import Glibc
import HTTPTypes
import Hummingbird
import NIOCore

/// A request to the residents' page, and where it comes from.
struct AnswerContext: RequestContext, RemoteAddressRequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }

    /// Who asks: behind a reverse proxy on this machine what that has added last to `X-Forwarded-For`; of IPv6 the network
    /// (/64), for a household has billions of addresses in it.
    func client(_ request: Request) -> String {
        let address = Self.withoutMapping(remoteAddress?.ipAddress ?? "")
        let isProxy = address.hasPrefix("127.") || address == "::1"
        let forwarded = request.headers[values: .forwardedFor].last?.split(separator: ",").last
        let asked = forwarded.map { Self.withoutMapping($0.trimmingCharacters(in: .whitespaces)) }
        let client = isProxy ? asked ?? address : address
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, client, &bytes) == 1 else { return client }
        return bytes.prefix(8).description
    }

    /// `::ffff:192.0.2.7`, as a socket for both families names whoever comes by IPv4, without what stands before it: all of
    /// them have the same /64.
    private static func withoutMapping(_ address: String) -> String {
        address.lowercased().hasPrefix("::ffff:") && address.contains(".") ? String(address.dropFirst(7)) : address
    }
}

extension HTTPField.Name {
    fileprivate static let forwardedFor = HTTPField.Name("X-Forwarded-For") ?? .via
}
