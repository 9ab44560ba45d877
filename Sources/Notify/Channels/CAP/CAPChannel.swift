public import Registry
public import Rules

/// Posts each alert as a CAP message to the endpoints, which get every alert by themselves; see ``Station``.
///
/// A repetition has the same `identifier`, and as `Idempotency-Key` the delivery's id.
public struct CAPChannel: Channel {
    public static let name = "cap"

    private let client: HTTPClient
    private let writer: CAPWriter
    private let endpoints: [String: Endpoint]
    private let alerts: @Sendable (Incident.ID) throws -> [Alert]

    public struct Endpoint: Hashable, Sendable {
        public var url: String
        /// Sent as `Authorization: Bearer`.
        public var token: String?
        public var connectTimeout = Duration.seconds(3)
        /// For the whole exchange. Shorter than the notifier's `sendTimeout`.
        public var timeout: Duration

        public init(url: String, token: String? = nil, timeout: Duration = .seconds(5)) {
            self.url = url
            self.token = token
            self.timeout = timeout
        }
    }

    /// - Parameters:
    ///   - endpoints: by their names, which are the addresses of contacts.
    ///   - alerts: those of an incident that are known, the one to be sent and later ones included or not.
    public init(
        _ writer: CAPWriter, endpoints: [String: Endpoint],
        alerts: @escaping @Sendable (Incident.ID) throws -> [Alert]
    ) throws(LibcurlUnavailable) {
        client = try HTTPClient()
        self.writer = writer
        self.endpoints = endpoints
        self.alerts = alerts
    }

    public func farEnd(of contact: Contact) -> String {
        endpoints[contact.address].flatMap { WebAddress.host(of: $0.url) } ?? ""
    }

    /// Only of a far end that takes nothing: see ``HTTPClient/probe(_:timeout:)``.
    public func probe(_ contact: Contact?) async -> Outcome? {
        guard let endpoint = contact.flatMap({ endpoints[$0.address] }) else { return nil }
        return await client.probe(endpoint.url, timeout: endpoint.timeout)
    }

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard let endpoint = endpoints[contact.address] else {
            return .refused("hub.yaml has no CAP endpoint of this name")
        }
        let others: [Alert]
        do {
            others = try alerts(notice.alert.incident)
        } catch {
            return .failed("the incident's earlier alerts cannot be read")
        }
        guard let message = writer.message(notice.alert, among: others) else {
            return .refused("it is no danger that CAP could tell of")
        }
        var headers = [("Content-Type", CAPMessage.mediaType), ("Idempotency-Key", notice.id)]
        if let token = endpoint.token { headers.append(("Authorization", "Bearer \(token)")) }
        let response = await client.send(
            HTTPClient.Request(
                url: endpoint.url, headers: headers, body: Array(message.xml.utf8),
                connectTimeout: endpoint.connectTimeout, timeout: endpoint.timeout))
        return Outcome(response)
    }
}
