public import Registry

/// Sends notices through one ``MessageService``.
public struct ServiceChannel: Channel {
    private let client: HTTPClient
    private let service: any MessageService
    private let timeout: Duration

    /// A channel for each service. They share their connections.
    ///
    /// - Parameter services: by the names that contacts use, with the time that one exchange may take, which is to be
    ///   shorter than the notifier's `sendTimeout`.
    public static func channels(
        _ services: [String: (service: any MessageService, timeout: Duration)]
    ) throws(LibcurlUnavailable) -> [String: any Channel] {
        guard !services.isEmpty else { return [:] }
        let client = try HTTPClient()
        return services.mapValues { ServiceChannel(client: client, service: $0.service, timeout: $0.timeout) }
    }

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard type(of: service).isAddress(contact.address) else { return .refused("the service has no such addresses") }
        let request: ServiceRequest
        do {
            request = try service.request(notice, to: contact.address)
        } catch {
            return .refused("the message cannot be written as JSON")
        }
        return await outcome(of: request, service.outcome)
    }

    public func probe(_ contact: Contact?) async -> Outcome? {
        guard let request = service.selfTest else { return nil }
        return await outcome(of: request, service.isWell)
    }

    private func outcome(of request: ServiceRequest, _ meaning: (ServiceAnswer) -> Outcome) async -> Outcome {
        let response = await client.send(
            HTTPClient.Request(
                method: request.body == nil ? .get : .post, url: request.url, headers: request.headers,
                body: request.body ?? [], connectTimeout: min(.seconds(3), timeout), timeout: timeout))
        guard case .status(let status, let retryAfter, let body) = response else { return Outcome(response) }
        return meaning(ServiceAnswer(status: status, retryAfter: retryAfter, body: body))
    }
}
