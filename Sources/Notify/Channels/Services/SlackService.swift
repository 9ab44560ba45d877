import Rules

/// A Slack app. An address is the id of a channel or of a person: `C0123ABCD`, `U0123ABCD`.
///
/// `POST /api/chat.postMessage` (https://docs.slack.dev/reference/methods/chat.postMessage), which answers 200 even when
/// it refuses: `{"ok":false,"error":"channel_not_found"}`. What is wrong with the channel, the person or the text is
/// refused; all other errors (the token's, the limits, Slack's own) are failures. Too many messages are answered 429 with
/// `Retry-After` (https://docs.slack.dev/apis/web-api/rate-limits). The delivery's id is in the metadata.
public struct SlackService: MessageService {
    var server: String
    var token: String

    /// - Parameters:
    ///   - server: `https://slack.com`
    ///   - token: of the bot, with the scope `chat:write`: `xoxb-…`.
    public init(server: String, token: String) {
        self.server = server
        self.token = token
    }

    public static let exampleAddress = "C0123ABCD"

    public static func isAddress(_ text: String) -> Bool {
        let kinds: [Character] = ["C", "D", "G", "U", "W"]
        return text.utf8.count > 6 && text.first.map(kinds.contains) == true
            && text.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
    }

    private struct Message: Encodable {
        var channel: String
        var text: String
        var unfurl_links = false
        var metadata: Metadata

        struct Metadata: Encodable {
            var event_type = "smokehub_notice"
            var event_payload: [String: String]
        }
    }

    public func request(_ notice: Notice, to address: String) throws -> ServiceRequest {
        var text = "*\(Self.escaped(notice.title))*\n\(Self.escaped(notice.text))"
        if let question = notice.question {
            let links = question.words.map { "<\(Self.escaped(question.url))|\(Self.escaped($0.text))>" }
            text += "\n" + (links.isEmpty ? Self.escaped(question.url) : links.joined(separator: " · "))
        }
        return try ServiceRequest(
            url: "\(server)/api/chat.postMessage", token: token,
            json: Message(channel: address, text: text, metadata: .init(event_payload: ["id": notice.id])))
    }

    /// https://docs.slack.dev/messaging/formatting-message-text#escaping
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// `auth.test` (https://docs.slack.dev/reference/methods/auth.test).
    public var selfTest: ServiceRequest? { ServiceRequest(asking: "\(server)/api/auth.test", token: token) }

    public func isWell(_ answer: ServiceAnswer) -> Outcome { outcome(answer) }

    private struct Reply: Decodable {
        var ok: Bool
        var error: String?
        var ts: String?
    }

    private static let refusals = [
        "channel_not_found", "not_in_channel", "is_archived", "user_not_found", "user_disabled", "cannot_dm_bot",
        "messages_tab_disabled", "channel_is_limited_access", "restricted_action", "msg_too_long", "no_text",
    ]

    public func outcome(_ answer: ServiceAnswer) -> Outcome {
        guard (200...299).contains(answer.status) else { return answer.usual }
        guard let reply = answer.json(Reply.self) else { return ServiceAnswer.nonsense }
        if reply.ok { return .accepted(reference: reply.ts) }
        // Slack's own words, and only if they are some.
        let error = (reply.error ?? "").prefix(60).filter { $0.isASCII && ($0.isLowercase || $0 == "_") }
        return Self.refusals.contains(error)
            ? .refused("Slack: \(error)") : .failed("Slack: \(error)", retryAfter: answer.retryAfter)
    }
}
