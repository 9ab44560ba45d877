import Registry
import Rules

/// WhatsApp through Meta's Cloud API. An address is a phone number with its country code, digits alone: `85251234567`.
///
/// `POST /<phone number id>/messages`
/// (https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages). To a person who has
/// not written in the last 24 hours only approved templates go, so an estate needs one, whose body has one variable, which
/// gets the text in one line; without `template` it is sent as plain text. The delivery's id comes back in the reports as
/// `biz_opaque_callback_data`.
///
/// Errors are `{"error":{"code":…}}`
/// (https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes): what concerns the
/// person is refused (131026 undeliverable, 131030 not on the list of a test number, 131047 no template and 24 hours over,
/// 131009 no such number, 131021 the sender itself, 131050 opted out), all others are failures: the token (0, 3, 10, 190,
/// 200-299), templates (132000 to 132016), limits (4, 80007, 130429, 131048, 131056).
public struct WhatsAppService: MessageService {
    var server: String
    var sender: String
    var token: String
    var template: String?

    /// - Parameters:
    ///   - server: `https://graph.facebook.com/v23.0`
    ///   - sender: the id of the estate's phone number, as Meta shows it.
    public init(server: String, sender: String, token: String, template: String?) {
        self.server = server
        self.sender = sender
        self.token = token
        self.template = template
    }

    public static let exampleAddress = "85251234567"

    /// E.164: at most 15 digits.
    public static func isAddress(_ text: String) -> Bool {
        (7...15).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
            && !text.hasPrefix("0")
    }

    private struct Message: Encodable {
        var messaging_product = "whatsapp"
        var recipient_type = "individual"
        var to: String
        var type: String
        var text: Text?
        var template: Template?
        var biz_opaque_callback_data: String

        struct Text: Encodable {
            var preview_url = false
            var body: String
        }

        struct Template: Encodable {
            var name: String
            var language: [String: String]
            var components: [Component]
        }

        struct Component: Encodable {
            var type = "body"
            var parameters: [Parameter]
        }

        struct Parameter: Encodable {
            var type = "text"
            var text: String
        }
    }

    public func request(_ notice: Notice, to address: String) throws -> ServiceRequest {
        var message = Message(
            to: address, type: template == nil ? "text" : "template", biz_opaque_callback_data: notice.id)
        if let template {
            // A variable takes no line ends, tabs or runs of spaces (132018).
            let line = notice.textWithQuestion.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            message.template = Message.Template(
                name: template, language: ["code": Self.code(of: notice.language)],
                components: [.init(parameters: [.init(text: line)])])
        } else {
            message.text = Message.Text(body: String(notice.textWithQuestion.prefix(2048)))
        }
        return try ServiceRequest(url: "\(server)/\(sender)/messages", token: token, json: message)
    }

    /// Meta names Chinese by the place where it is written so.
    private static func code(of language: Language) -> String {
        switch language.tag {
        case "zh-Hant": "zh_HK"
        case "zh-Hans": "zh_CN"
        default: language.tag.replacing("-", with: "_")
        }
    }

    /// The estate's phone number (https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account-to-number-current-status/).
    public var selfTest: ServiceRequest? { ServiceRequest(asking: "\(server)/\(sender)?fields=id", token: token) }

    private struct Number: Decodable {
        var id: String?
        var error: Reply.Failure?
    }

    public func isWell(_ answer: ServiceAnswer) -> Outcome {
        guard let number = answer.json(Number.self) else {
            return .failed("HTTP \(answer.status), and no answer of WhatsApp's")
        }
        if let error = number.error { return .failed("WhatsApp error \(error.code)", retryAfter: answer.retryAfter) }
        guard (200...299).contains(answer.status) else { return .failed("HTTP \(answer.status)") }
        return number.id == nil ? ServiceAnswer.nonsense : .accepted()
    }

    private struct Reply: Decodable {
        var messages: [Sent]?
        var error: Failure?

        struct Sent: Decodable { var id: String }
        struct Failure: Decodable { var code: Int }
    }

    private static let refusals = [131_009, 131_021, 131_026, 131_030, 131_047, 131_050]

    public func outcome(_ answer: ServiceAnswer) -> Outcome {
        guard let reply = answer.json(Reply.self) else {
            return .failed("HTTP \(answer.status), and no answer of WhatsApp's")
        }
        if let error = reply.error {
            return Self.refusals.contains(error.code)
                ? .refused("WhatsApp error \(error.code)")
                : .failed("WhatsApp error \(error.code)", retryAfter: answer.retryAfter)
        }
        guard (200...299).contains(answer.status), let sent = reply.messages?.first else {
            return (200...299).contains(answer.status) ? ServiceAnswer.nonsense : .failed("HTTP \(answer.status)")
        }
        return .accepted(reference: sent.id)
    }
}
