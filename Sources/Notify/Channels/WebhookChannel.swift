import Foundation
public import Registry
import Rules
import Store

/// Posts each notice as JSON to the contact's URL.
///
///     POST /alerts HTTP/1.1
///     Content-Type: application/json
///     Idempotency-Key: a-fire-7/3/r-a-12c/1
///     X-SmokeHub-Signature: t=1763826337,v1=5257a8…
///
///     {"alert":"a-fire-7/3","at":"2026-11-22T15:45:37.123Z","block":"a","contradiction":false,"drill":null,
///      "exercise":false,"hazard":"fire","id":"a-fire-7/3/r-a-12c/1","incident":"a-fire-7","language":"en",
///      "late":false,"place":"flat 12C","places":["a/12/C"],
///      "question":{"url":"https://safe.example/a/k3VbQ9xT2m","words":{"safe":"safe","need-help":"need help"}},
///      "recipient":"r-a-12c/1","repetition":0,"short":"FIRE …","stage":"confirmed",
///      "text":"SmokeHub alarm: FIRE …","title":"FIRE: Block A, flat 12C"}
///
/// The key stays the same at every attempt, so a receiver that has seen it answers 200 and does nothing. The signature
/// is described at ``WebhookSignature``. Any 2xx is accepted; 4xx is refused for good, but for 408, 425 and 429;
/// everything else, redirects included, is tried again, after `Retry-After` if the answer has one.
public struct WebhookChannel: Channel {
    private let client: HTTPClient
    private let settings: Settings
    private let now: @Sendable () -> Instant

    public struct Settings: Hashable, Sendable {
        /// For contacts that are a URL of their own.
        public var request = Request()
        /// Addresses by name: a contact may be `desk`, or `desk/more/path`.
        public var endpoints: [String: Endpoint] = [:]

        public init() {}
    }

    /// How one webhook is posted.
    public struct Request: Hashable, Sendable {
        /// What signs the bodies, from the environment or a file; `nil` sends them unsigned.
        public var secret: [UInt8]?
        public var connectTimeout = Duration.seconds(3)
        /// For the whole exchange. Shorter than the notifier's `sendTimeout`.
        public var timeout = Duration.seconds(10)

        public init() {}
    }

    /// A named address.
    public struct Endpoint: Hashable, Sendable {
        public var url: String
        public var request: Request

        public init(url: String, request: Request) {
            self.url = url
            self.request = request
        }
    }

    public init(_ settings: Settings, now: @escaping @Sendable () -> Instant) throws(LibcurlUnavailable) {
        client = try HTTPClient()
        self.settings = settings
        self.now = now
    }

    public func farEnd(of contact: Contact) -> String {
        resolve(contact.address).flatMap { WebAddress.host(of: $0.url) } ?? ""
    }

    /// Only of a far end that takes nothing: see ``HTTPClient/probe(_:timeout:)``.
    public func probe(_ contact: Contact?) async -> Outcome? {
        guard let endpoint = contact.flatMap({ resolve($0.address) }) else { return nil }
        return await client.probe(endpoint.url, timeout: endpoint.request.timeout)
    }

    private func resolve(_ address: String) -> Endpoint? {
        if WebAddress.host(of: address) != nil { return Endpoint(url: address, request: settings.request) }
        let parts = address.split(separator: "/", maxSplits: 1).map(String.init)
        guard let name = parts.first, var endpoint = settings.endpoints[name] else { return nil }
        if parts.count > 1 { endpoint.url += endpoint.url.hasSuffix("/") ? parts[1] : "/" + parts[1] }
        return endpoint
    }

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard let endpoint = resolve(contact.address) else {
            return .refused("the address is no http(s) URL, and hub.yaml has no endpoint of this name")
        }
        let request = endpoint.request
        let body: [UInt8]
        do {
            body = try WebhookBody(notice).json()
        } catch {
            return .refused("the message cannot be written as JSON")
        }
        var headers = [("Content-Type", "application/json"), ("Idempotency-Key", notice.id)]
        if let secret = request.secret {
            headers.append((WebhookSignature.header, WebhookSignature.sign(body, secret: secret, at: now())))
        }
        let response = await client.send(
            HTTPClient.Request(
                url: endpoint.url, headers: headers, body: body, connectTimeout: request.connectTimeout,
                timeout: request.timeout))
        return Outcome(response)
    }
}

/// What a webhook receives; documented at ``WebhookChannel``.
private struct WebhookBody: Encodable {
    let notice: Notice

    init(_ notice: Notice) { self.notice = notice }

    enum CodingKeys: String, CodingKey {
        case alert, at, block, contradiction, drill, exercise, hazard, id, incident, language, late, place, places
        case question, recipient, repetition, short, stage, text, title
    }

    func encode(to encoder: any Encoder) throws {
        let alert = notice.alert
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(notice.id, forKey: .id)
        try container.encode(alert.id, forKey: .alert)
        try container.encode(alert.at.description, forKey: .at)
        try container.encode(alert.block, forKey: .block)
        try container.encode(alert.contradiction, forKey: .contradiction)
        try container.encode(alert.exercise, forKey: .drill)
        try container.encode(alert.exercise != nil, forKey: .exercise)
        try container.encodeIfPresent(alert.hazard, forKey: .hazard)
        try container.encode(alert.incident, forKey: .incident)
        try container.encode(notice.language, forKey: .language)
        try container.encode(alert.late, forKey: .late)
        try container.encode(notice.place, forKey: .place)
        try container.encode(alert.places.map(\.description), forKey: .places)
        try container.encodeIfPresent(notice.question.map(Question.init), forKey: .question)
        try container.encode(notice.recipient, forKey: .recipient)
        try container.encode(alert.repetition, forKey: .repetition)
        try container.encodeIfPresent(alert.stage, forKey: .stage)
        try container.encode(notice.short, forKey: .short)
        try container.encode(notice.text, forKey: .text)
        try container.encode(notice.title, forKey: .title)
    }

    /// Where the person answers, and what: `{"url":"https://…","words":{"safe":"安全",…}}`.
    private struct Question: Encodable {
        var url: String
        var words: [String: String]

        init(_ question: Notice.Question) {
            url = question.url
            words = Dictionary(
                question.words.map { ($0.answer.rawValue, $0.text) }, uniquingKeysWith: { first, _ in first })
        }
    }

    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
