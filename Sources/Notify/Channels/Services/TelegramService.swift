import Rules

/// A Telegram bot. An address is a chat's id, a number that the bot learns when a person first writes to it, or
/// `@channel`.
///
/// `POST /bot<token>/sendMessage` of the Bot API (https://core.telegram.org/bots/api#sendmessage), with a button for each
/// answer. Every answer is `{"ok":…,"result":…}` or
/// `{"ok":false,"error_code":…,"description":…,"parameters":{"retry_after":…}}`
/// (https://core.telegram.org/bots/api#making-requests, #responseparameters). 403 (the person has blocked the bot, or never
/// wrote to it) and 400 (no such chat) are refused; 401 and 404 (of another or no bot's token), 429 and 5xx are failures.
/// Telegram recognises no repetition; the person does, by the id at the end of the text.
public struct TelegramService: MessageService {
    var server: String
    var token: String

    /// - Parameter server: `https://api.telegram.org`, or a Bot API server of one's own.
    public init(server: String, token: String) {
        self.server = server
        self.token = token
    }

    public static let exampleAddress = "12345"

    public static func isAddress(_ text: String) -> Bool {
        if text.hasPrefix("@") {
            return text.utf8.count > 5
                && text.dropFirst().allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        }
        return Int64(text).map { $0 != 0 } ?? false
    }

    private struct Message: Encodable {
        var chat_id: String
        var text: String
        var link_preview_options = Preview()
        /// Without a sound.
        var disable_notification: Bool
        var reply_markup: Markup?

        struct Preview: Encodable { var is_disabled = true }
        struct Markup: Encodable { var inline_keyboard: [[Button]] }
        struct Button: Encodable {
            var text: String
            var url: String
        }
    }

    /// 1-4096 characters, counted in UTF-16.
    private static let textMax = 4096

    public func request(_ notice: Notice, to address: String) throws -> ServiceRequest {
        let buttons = notice.question.map { question in
            question.words.map { [Message.Button(text: $0.text, url: question.url)] }
        }
        let message = Message(
            chat_id: address, text: String(notice.text.prefix(Self.textMax / 2)),
            disable_notification: !notice.alert.isDanger, reply_markup: buttons.map { .init(inline_keyboard: $0) })
        return try ServiceRequest(url: "\(server)/bot\(token)/sendMessage", token: nil, json: message)
    }

    /// `getMe` (https://core.telegram.org/bots/api#getme).
    public var selfTest: ServiceRequest? { ServiceRequest(asking: "\(server)/bot\(token)/getMe", token: nil) }

    public func isWell(_ answer: ServiceAnswer) -> Outcome { outcome(answer) }

    private struct Reply: Decodable {
        var ok: Bool
        var result: Sent?
        var error_code: Int?
        var parameters: Parameters?

        struct Sent: Decodable { var message_id: Int64? }
        struct Parameters: Decodable {
            var retry_after: Int?
            var migrate_to_chat_id: Int64?
        }
    }

    public func outcome(_ answer: ServiceAnswer) -> Outcome {
        guard let reply = answer.json(Reply.self) else {
            // A proxy's page, not Telegram's answer.
            return .failed("HTTP \(answer.status), and no answer of Telegram's")
        }
        if reply.ok { return .accepted(reference: reply.result?.message_id.map(String.init)) }
        let status = reply.error_code ?? answer.status
        switch status {
        case 401, 404: return .failed("Telegram \(status): it does not know the bot's token")
        case 403: return .refused("Telegram 403: the bot is blocked there, or was never written to")
        case 429:
            let pause = reply.parameters?.retry_after.map { Duration.seconds($0) } ?? answer.retryAfter
            return .failed("Telegram 429: too many messages", retryAfter: pause)
        case 400 where reply.parameters?.migrate_to_chat_id != nil:
            return .refused("Telegram 400: the group has become a supergroup, with another id")
        case 400: return .refused("Telegram 400: no such chat, or no such message")
        default: return .failed("Telegram \(status)", retryAfter: answer.retryAfter)
        }
    }
}
