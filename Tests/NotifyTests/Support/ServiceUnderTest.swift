import Foundation
import Notify
import Registry

/// A kind of service, as its documentation describes it.
protocol ServicePreset {
    static func service(at url: String) -> any MessageService
    static var address: String { get }
    static var accepted: WebhookReceiver.Answer { get }
    static var refused: WebhookReceiver.Answer { get }
    static var later: WebhookReceiver.Answer { get }
    /// To a self-test.
    static var well: WebhookReceiver.Answer { get }
    /// What the service recognises a repetition by, or a person if it does not.
    static func identity(_ request: WebhookReceiver.Request) throws -> String
}

extension ServicePreset {
    static var well: WebhookReceiver.Answer { .status(200) }
}

/// A service, and a web server that answers as it does.
struct ServiceUnderTest<Preset: ServicePreset>: ChannelUnderTest {
    let channel: any Channel
    let contact: Contact
    private let receiver: WebhookReceiver

    struct Missing: Error {}

    static func beginning(_ manner: Manner, timeout: Duration) async throws -> Self {
        let receiver = try WebhookReceiver(
            manner, accepted: Preset.accepted, refused: Preset.refused, later: Preset.later, well: Preset.well)
        return ServiceUnderTest(
            channel: try serviceChannel(Preset.service(at: receiver.url("")), timeout),
            contact: Contact(resident: "r-a-12c", position: 1, channel: "service", address: Preset.address),
            receiver: receiver)
    }

    func arrivals(_ count: Int) async throws -> [String] {
        try await receiver.requests.next(count).map(Preset.identity)
    }

    func stop() async { receiver.stop() }
}

func serviceChannel(_ service: any MessageService, _ timeout: Duration = .seconds(10)) throws -> any Channel {
    guard let channel = try ServiceChannel.channels(["service": (service, timeout)])["service"] else {
        throw WebhookReceiver.CannotListen()
    }
    return channel
}

enum Ntfy: ServicePreset {
    static func service(at url: String) -> any MessageService { NtfyService(server: url, token: "tk_geheim") }
    static let address = "estate-a12c"
    static let accepted = WebhookReceiver.Answer.status(
        200, body: #"{"id":"sPs71M8A2T","time":1643935928,"event":"message","topic":"estate-a12c"}"#)
    static let refused = WebhookReceiver.Answer.status(
        400, body: #"{"code":40010,"http":400,"error":"invalid request: topic name is not allowed"}"#)
    static let later = WebhookReceiver.Answer.status(
        429, body: #"{"code":42901,"http":429,"error":"limit reached: too many requests"}"#)
    static let well = WebhookReceiver.Answer.status(
        200, body: #"{"username":"hub","role":"user"}"#)
    static func identity(_ request: WebhookReceiver.Request) throws -> String {
        try request.json["sequence_id"] as? String ?? ""
    }
}

enum Telegram: ServicePreset {
    static func service(at url: String) -> any MessageService {
        TelegramService(server: url, token: "110201543:geheim")
    }
    static let address = "987654321"
    static let accepted = WebhookReceiver.Answer.status(
        200, body: #"{"ok":true,"result":{"message_id":42,"chat":{"id":987654321},"date":1763812800,"text":"x"}}"#)
    static let refused = WebhookReceiver.Answer.status(
        403, body: #"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}"#)
    static let later = WebhookReceiver.Answer.status(
        429,
        body: """
            {"ok":false,"error_code":429,"description":"Too Many Requests: retry after 34","parameters":{"retry_after":34}}
            """)
    static let well = WebhookReceiver.Answer.status(
        200, body: #"{"ok":true,"result":{"id":110201543,"is_bot":true,"first_name":"Alarm","username":"alarm_bot"}}"#)
    static func identity(_ request: WebhookReceiver.Request) throws -> String {
        String(decoding: request.body, as: UTF8.self)
    }
}

enum LINE: ServicePreset {
    static func service(at url: String) -> any MessageService { LINEService(server: url, token: "geheim") }
    static let address = "U4af4980629f1a2b3c4d5e6f708192a3b"
    static let accepted = WebhookReceiver.Answer.status(
        200, body: #"{"sentMessages":[{"id":"461230966842064897","quoteToken":"IStG5h1Tz7b"}]}"#)
    static let refused = WebhookReceiver.Answer.status(
        400, body: #"{"message":"The property, 'to', in the request body is invalid (line: -, column: -)"}"#)
    static let later = WebhookReceiver.Answer.status(
        429, body: #"{"message":"You have reached your monthly limit."}"#)
    static let well = WebhookReceiver.Answer.status(
        200, body: #"{"userId":"Ub9952f8","basicId":"@216ru","displayName":"Alarm"}"#)
    static func identity(_ request: WebhookReceiver.Request) throws -> String {
        request.headers["x-line-retry-key"] ?? ""
    }
}

enum Slack: ServicePreset {
    static func service(at url: String) -> any MessageService { SlackService(server: url, token: "xoxb-geheim") }
    static let address = "C0123ABCD"
    static let accepted = WebhookReceiver.Answer.status(
        200, body: #"{"ok":true,"channel":"C0123ABCD","ts":"1503435956.000247"}"#)
    static let refused = WebhookReceiver.Answer.status(200, body: #"{"ok":false,"error":"channel_not_found"}"#)
    static let later = WebhookReceiver.Answer.status(
        429, header: "Retry-After: 30", body: #"{"ok":false,"error":"ratelimited"}"#)
    static let well = WebhookReceiver.Answer.status(
        200, body: #"{"ok":true,"url":"https://x.slack.com/","team":"x","user":"alarm","team_id":"T1","user_id":"W1"}"#)
    static func identity(_ request: WebhookReceiver.Request) throws -> String {
        let metadata = try request.json["metadata"] as? [String: Any]
        return (metadata?["event_payload"] as? [String: String])?["id"] ?? ""
    }
}

enum WhatsApp: ServicePreset {
    static func service(at url: String) -> any MessageService {
        WhatsAppService(server: url, sender: "106540352242922", token: "geheim", template: "estate_alarm")
    }
    static let address = "85251234567"
    static let accepted = WebhookReceiver.Answer.status(
        200,
        body: """
            {"messaging_product":"whatsapp","contacts":[{"input":"85251234567","wa_id":"85251234567"}],
            "messages":[{"id":"wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI","message_status":"accepted"}]}
            """)
    static let refused = WebhookReceiver.Answer.status(400, body: error(131_026))
    static let later = WebhookReceiver.Answer.status(429, body: error(130_429))
    static func error(_ code: Int) -> String {
        """
        {"error":{"message":"(#\(code)) to 85251234567","type":"OAuthException","code":\(code),
        "error_data":{"messaging_product":"whatsapp","details":"…"},"fbtrace_id":"AXf"}}
        """
    }
    static let well = WebhookReceiver.Answer.status(
        200, body: #"{"id":"106540352242922"}"#)
    static func identity(_ request: WebhookReceiver.Request) throws -> String {
        try request.json["biz_opaque_callback_data"] as? String ?? ""
    }
}

enum Alertmanager: ServicePreset {
    static func service(at url: String) -> any MessageService { AlertmanagerService(server: url, token: nil) }
    static let address = "duty"
    static let accepted = WebhookReceiver.Answer.status(200)
    static let refused = WebhookReceiver.Answer.status(400, body: #"{"code":602,"message":"labels is required"}"#)
    static let later = WebhookReceiver.Answer.status(500, body: #""not ready""#)
    static func identity(_ request: WebhookReceiver.Request) throws -> String {
        let alerts = try JSONSerialization.jsonObject(with: Data(request.body)) as? [[String: Any]] ?? []
        return alerts.map { "\(($0["labels"] as? [String: String] ?? [:]).sorted { $0.key < $1.key })" }.joined()
    }
}

enum Custom: ServicePreset {
    static func service(at url: String) -> any MessageService {
        do {
            return CustomService(
                url: try ServiceTemplate("\(url)/send/{{address}}"), headers: [("X-Key", "geheim")],
                body: try ServiceTemplate(#"{"to":"{{address}}","msg":"{{text}}","urgent":{{danger}}}"#),
                success: #""status":"queued""#, refused: [404, 410])
        } catch {
            preconditionFailure("\(error)")
        }
    }
    static let address = "duty/1"
    static let accepted = WebhookReceiver.Answer.status(202, body: #"{"status":"queued"}"#)
    static let refused = WebhookReceiver.Answer.status(410)
    static let later = WebhookReceiver.Answer.status(202, body: #"{"status":"full"}"#)
    static func identity(_ request: WebhookReceiver.Request) throws -> String {
        request.headers["idempotency-key"] ?? ""
    }
}
