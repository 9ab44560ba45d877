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
        let body = notice.webhookBody
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

extension Notice {
    /// What a webhook receives; documented at ``WebhookChannel``. Its members in the order of their names.
    fileprivate var webhookBody: [UInt8] {
        var body = JSONObject()
        body.add("alert", alert.id)
        body.add("at", alert.at.description)
        body.add("block", alert.block)
        body.add("contradiction", alert.contradiction)
        body.add("drill", orNull: alert.exercise)
        body.add("exercise", alert.exercise != nil)
        body.add("hazard", ifPresent: alert.hazard?.rawValue)
        body.add("id", id)
        body.add("incident", alert.incident)
        body.add("language", language.tag)
        body.add("late", alert.late)
        body.add("place", place)
        body.add("places", alert.places.map(\.description))
        if let question { body.add("question", question.webhookBody) }
        body.add("recipient", recipient)
        body.add("repetition", alert.repetition)
        body.add("short", short)
        body.add("stage", ifPresent: alert.stage?.rawValue)
        body.add("text", text)
        body.add("title", title)
        return body.bytes
    }
}

extension Notice.Question {
    /// Where the person answers, and what: `{"url":"https://…","words":{"safe":"安全",…}}`.
    fileprivate var webhookBody: JSONObject {
        var shown = JSONObject()
        for word in words.sorted(by: { $0.answer.rawValue < $1.answer.rawValue }) {
            shown.add(named: word.answer.rawValue, word.text)
        }
        var body = JSONObject()
        body.add("url", url)
        body.add("words", shown)
        return body
    }
}
