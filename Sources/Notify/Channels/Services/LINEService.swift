import Rules

/// A LINE Official Account. An address is the id of a user, group or room, which the account's webhook learns: `U`, `C` or
/// `R` and 32 hexadecimal digits.
///
/// `POST /v2/bot/message/push` of the Messaging API
/// (https://developers.line.biz/en/reference/messaging-api/#send-push-message), always with an `X-Line-Retry-Key`, so
/// that a repetition within 24 h is not shown again: it is answered 409, which here means accepted
/// (https://developers.line.biz/en/docs/messaging-api/retrying-api-request/). 400 is refused; 401 and 403 (the access
/// token), 429 (the rate, or the month's messages) and 5xx are failures
/// (https://developers.line.biz/en/reference/messaging-api/#status-codes).
public struct LINEService: MessageService {
    var server: String
    var token: String

    /// - Parameters:
    ///   - server: `https://api.line.me`
    ///   - token: the channel access token.
    public init(server: String, token: String) {
        self.server = server
        self.token = token
    }

    public static let exampleAddress = "U4af4980629…"

    public static func isAddress(_ text: String) -> Bool {
        guard let kind = text.first, "UCR".contains(kind), text.utf8.count == 33 else { return false }
        return text.dropFirst().allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    private struct Push: Encodable {
        var to: String
        var messages: [Text]
        var notificationDisabled: Bool

        struct Text: Encodable {
            var type = "text"
            var text: String
        }
    }

    public func request(_ notice: Notice, to address: String) throws -> ServiceRequest {
        // 5,000 characters at most, counted in UTF-16.
        let text = Push.Text(text: String(notice.textWithQuestion.prefix(2500)))
        return try ServiceRequest(
            url: "\(server)/v2/bot/message/push", token: token, headers: [("X-Line-Retry-Key", notice.uuid)],
            json: Push(to: address, messages: [text], notificationDisabled: !notice.alert.isDanger))
    }

    /// `GET /v2/bot/info` (https://developers.line.biz/en/reference/messaging-api/#get-bot-info).
    public var selfTest: ServiceRequest? { ServiceRequest(asking: "\(server)/v2/bot/info", token: token) }

    private struct Bot: Decodable { var userId: String }

    public func isWell(_ answer: ServiceAnswer) -> Outcome {
        guard answer.status == 200 else { return outcome(answer) }
        return answer.json(Bot.self) == nil ? ServiceAnswer.nonsense : .accepted()
    }

    private struct Reply: Decodable {
        var sentMessages: [Sent]?
        struct Sent: Decodable { var id: String }
    }

    public func outcome(_ answer: ServiceAnswer) -> Outcome {
        switch answer.status {
        case 200...299, 409:
            guard let reply = answer.json(Reply.self) else { return ServiceAnswer.nonsense }
            return .accepted(reference: reply.sentMessages?.first?.id)
        case 401, 403: return .failed("LINE \(answer.status): it does not let the hub in with its token")
        case 429: return .failed("LINE 429: too many messages, at once or this month", retryAfter: answer.retryAfter)
        default: return answer.usual
        }
    }
}
