import Crypto
import Foundation
public import Registry
import Rules

/// Sends notices to browsers and phones through their push services (RFC 8030), encrypted for each (RFC 8291).
///
///     POST /send/… HTTP/1.1
///     Authorization: vapid t=…, k=…
///     Content-Encoding: aes128gcm
///     TTL: 3600
///     Urgency: high
///     Topic: 5mLdG3…
///
/// A contact's address is the name of a subscription. The browser's service worker gets this JSON:
///
///     {"id":"a-fire-7/3/r-a-12c/1","incident":"a-fire-7","exercise":false,"language":"en","stage":"confirmed",
///      "tag":"a-fire-7","text":"SmokeHub alarm: FIRE …","title":"FIRE: Block A, flat 12C","url":"https://…"}
///
/// A message of the same incident replaces one that the service has not delivered yet (`Topic`). 201 and every other 2xx
/// is accepted; 404 and 410 say that the subscription is gone, 413 that the message is too long; 429 and 5xx are tried
/// again, after `Retry-After` if the answer has one.
public struct WebPushChannel: Channel {
    public static let name = "webpush"

    private let client: HTTPClient
    private let vapid: VAPID
    private let subscriptions: PushBook
    private let settings: Settings
    private let now: @Sendable () -> Instant

    public struct Settings: Hashable, Sendable {
        /// How long the service keeps a message for a phone that is off, in whole seconds.
        public var timeToLive = Duration.seconds(3600)
        public var connectTimeout = Duration.seconds(3)
        /// For the whole exchange. Shorter than the notifier's `sendTimeout`.
        public var timeout = Duration.seconds(8)

        public init() {}
    }

    /// - Parameter subscriptions: by the names that contacts have as their addresses.
    public init(
        _ settings: Settings, vapid: VAPID, subscriptions: PushBook,
        now: @escaping @Sendable () -> Instant
    ) throws(LibcurlUnavailable) {
        client = try HTTPClient()
        self.settings = settings
        self.vapid = vapid
        self.subscriptions = subscriptions
        self.now = now
    }

    public func farEnd(of contact: Contact) -> String {
        subscriptions.subscription(contact.address).flatMap { WebAddress.host(of: $0.endpoint) } ?? ""
    }

    public func send(_ notice: Notice, to contact: Contact) async -> Outcome {
        guard let subscription = subscriptions.subscription(contact.address) else {
            return .refused("there is no subscription of this name")
        }
        let body: [UInt8]
        let authorization: String
        do {
            body = try PushEncryption.encrypt(
                PushText.fitting(notice), for: subscription.publicKey, secret: subscription.secret)
            guard let header = try vapid.authorization(for: subscription.endpoint, at: now()) else {
                return .refused("the subscription's endpoint is no web address")
            }
            authorization = header
        } catch {
            return .refused("the message cannot be encrypted")
        }
        let response = await client.send(
            HTTPClient.Request(
                url: subscription.endpoint,
                headers: [
                    ("Authorization", authorization), ("Content-Encoding", "aes128gcm"),
                    ("Content-Type", "application/octet-stream"), ("TTL", "\(settings.timeToLive.components.seconds)"),
                    ("Urgency", "high"), ("Topic", Self.topic(notice.alert)),
                ], body: body, connectTimeout: settings.connectTimeout, timeout: settings.timeout))
        let outcome = Self.outcome(response)
        if case .refused(Self.gone) = outcome { subscriptions.noteGone(contact) }
        return outcome
    }

    private static let gone = "the browser has ended its subscription"

    private static func outcome(_ response: HTTPClient.Response) -> Outcome {
        switch response {
        case .status(404, _, _), .status(410, _, _): .refused(gone)
        case .status(413, _, _): .refused("the push service finds the message too long")
        default: Outcome(response)
        }
    }

    /// At most 32 characters of base64url (RFC 8030): of a hash, because an incident's id may be longer.
    static func topic(_ alert: Alert) -> String {
        Base64URL.encode(SHA256.hash(data: Array(alert.incident.utf8)).prefix(24))
    }
}

/// What a service worker shows; documented at ``WebPushChannel``.
private struct PushText: Encodable {
    var id: String
    var incident: String
    var exercise: Bool
    var language: String
    var stage: String?
    var tag: String
    var text: String
    var title: String
    var url: String?

    /// With the short text if the long one is too long for one message.
    static func fitting(_ notice: Notice) throws -> [UInt8] {
        let whole = try PushText(notice, notice.text).json()
        return whole.count <= PushEncryption.plaintextBytesMax ? whole : try PushText(notice, notice.short).json()
    }

    private init(_ notice: Notice, _ text: String) {
        id = notice.id
        incident = notice.alert.incident
        exercise = notice.alert.exercise != nil
        language = notice.language.tag
        stage = notice.alert.stage?.rawValue
        tag = notice.alert.incident
        self.text = text
        title = notice.title
        url = notice.question?.url
    }

    private func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
