import Store
/// What a gateway of messages or calls wants to be told over HTTP, and what it answers: in `hub.yaml`, or one of the presets.
public struct HTTPGateway: Hashable, Sendable {
    public var method = Method.post
    public var url: GatewayTemplate
    public var headers: [Header] = []
    public var format = Format.form
    /// For `POST`; its variables are escaped as ``format`` says, and a form goes without the fields that have no value.
    public var body = GatewayTemplate("")
    /// For the templates: the sender, the account, and its password or key.
    public var from = ""
    public var user = ""
    public var secret = ""
    public var answer = Answer()
    public var report = Report()
    public var proof = Proof.callback
    /// Where its account stands; `nil` if it does not say.
    public var account: Account?

    public init(url: GatewayTemplate) { self.url = url }

    /// What its templates may say:
    ///
    /// - `to`, `digits`: the number with and without its `+`
    /// - `text`, `from`, `user`, `secret`, `basic` (user and secret as HTTP wants them)
    /// - `id`: the delivery's; `callback`: where to report on it; `route-callback`: where to report, without an id
    /// - of a call: `language` of `text`, as BCP 47 has it, and `twiml`, the text as Twilio wants it
    /// - `type`: `text` for GSM-7, `unicode` for UCS-2; `seconds`, `milliseconds`: how long it is good
    public static let variables = [
        "to", "digits", "text", "from", "user", "secret", "basic", "id", "callback", "route-callback", "type",
        "seconds",
        "milliseconds", "language", "twiml",
    ]

    public enum Method: String, Hashable, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
    }

    public struct Header: Hashable, Sendable {
        public var name: String
        public var value: GatewayTemplate

        public init(_ name: String, _ value: GatewayTemplate) {
            self.name = name
            self.value = value
        }
    }

    public enum Format: String, Hashable, Sendable, CaseIterable {
        case form, json, text

        var contentType: String {
            switch self {
            case .form: "application/x-www-form-urlencoded"
            case .json: "application/json"
            case .text: "text/plain; charset=utf-8"
            }
        }

        var escaping: GatewayTemplate.Escaping {
            switch self {
            case .form: .percent
            case .json: .json
            case .text: .none
            }
        }
    }

    /// What it answers.
    public struct Answer: Hashable, Sendable {
        /// Where a JSON answer says what became of it: `messages.0.status`; `nil` if the status alone does.
        public var field: String?
        /// What that says when it was accepted; without a field, what stands in the answer then. Empty: any 2xx will do.
        public var accepted: [String] = []
        /// What it says of a number or message that nobody can deliver.
        public var refused: [String] = []
        /// What it says of one that this gateway alone does not deliver.
        public var notHere: [String] = []
        /// What it says when it takes no more right now.
        public var busy: [String] = []
        /// What it says when somebody has to mend something, such as the account.
        public var down: [String] = []
        /// Where it gives its own name for the message: `sid`.
        public var reference: String?

        public init() {}
    }

    /// What is left to pay messages with, asked for by GET.
    public struct Account: Hashable, Sendable {
        /// With the variables `user`, `secret` and `basic`.
        public var url: GatewayTemplate
        public var headers = [Header("Authorization", GatewayTemplate("Basic {{basic}}"))]
        /// Where the JSON answer has the amount: `balance`.
        public var field: String
        /// In the account's currency: with less it is a trouble. Too little, and a fire empties it; too much, and nobody
        /// minds the trouble. `nil`: only whether the gateway lets the hub in is looked at.
        public var least: Double?

        public init(url: GatewayTemplate, field: String) {
            self.url = url
            self.field = field
        }
    }

    /// What its calls say.
    public struct Report: Hashable, Sendable {
        /// The field with a message's state, and what that says.
        public var field = "status"
        public var delivered = ["delivered", "DELIVRD"]
        public var undelivered = ["undelivered", "failed", "rejected", "expired", "UNDELIV", "REJECTD", "EXPIRED"]
        /// The field with its own name for the message.
        public var reference: String?
        /// The field with a code that says why.
        public var code: String?
        /// The fields of a text that somebody sent.
        public var from = "from"
        public var text = "text"

        public init() {}
    }

    /// How its calls prove where they come from.
    public enum Proof: Hashable, Sendable {
        /// As ``GatewayCallback`` says.
        case callback
        /// `X-Twilio-Signature`.
        case twilio
    }
}

extension HTTPGateway {
    /// Twilio's Messages resource, and its status callbacks.
    ///
    /// Codes of refusals that lie in the number: 21211 and 21614 no mobile number, 21610 has asked to hear no more. In
    /// what this account may send to: 21408, 21612. Source: Twilio, "Messages resource", "Error and warning dictionary", "Balance resource".
    ///
    /// - Parameter from: a number, a sender's name, or the id of a messaging service (`MG…`).
    public static func twilio(account: String, token: String, from: String) -> HTTPGateway {
        let sender = from.hasPrefix("MG") && from.count == 34 ? "MessagingServiceSid" : "From"
        var gateway = HTTPGateway(
            url: GatewayTemplate("https://api.twilio.com/2010-04-01/Accounts/{{user}}/Messages.json"))
        gateway.headers = [Header("Authorization", GatewayTemplate("Basic {{basic}}"))]
        gateway.body = GatewayTemplate(
            "To={{to}}&\(sender)={{from}}&Body={{text}}&ValidityPeriod={{seconds}}&StatusCallback={{callback}}")
        (gateway.user, gateway.secret, gateway.from) = (account, token, from)
        gateway.answer.field = "code"
        gateway.answer.refused = ["21211", "21610", "21614"]
        gateway.answer.notHere = ["21408", "21612"]
        gateway.answer.busy = ["20429"]
        gateway.answer.down = ["20003", "21603", "21606", "21659", "63038"]
        gateway.answer.reference = "sid"
        gateway.report.field = "MessageStatus"
        gateway.report.reference = "MessageSid"
        gateway.report.code = "ErrorCode"
        (gateway.report.from, gateway.report.text) = ("From", "Body")
        gateway.account = Account(
            url: GatewayTemplate("https://api.twilio.com/2010-04-01/Accounts/{{user}}/Balance.json"), field: "balance")
        gateway.proof = .twilio
        return gateway
    }

    /// Vonage's SMS API, which always answers 200 and says in `status` what it means, and its delivery receipts.
    ///
    /// 7 and 33 lie in the number; 3, 6, 12, 29 in what this account may send; 1 and 10 say too much at once. A callback may have 100
    /// characters, which our ids do not fit: its receipts are known by Vonage's own name. Source: Vonage, "SMS API", "Get your
    /// current account balance".
    public static func vonage(key: String, secret: String, from: String) -> HTTPGateway {
        var gateway = HTTPGateway(url: GatewayTemplate("https://rest.nexmo.com/sms/json"))
        gateway.body = GatewayTemplate(
            "api_key={{user}}&api_secret={{secret}}&from={{from}}&to={{digits}}&text={{text}}&type={{type}}"
                + "&ttl={{milliseconds}}&callback={{route-callback}}")
        (gateway.user, gateway.secret, gateway.from) = (key, secret, from)
        gateway.answer.field = "messages.0.status"
        gateway.answer.accepted = ["0"]
        gateway.answer.refused = ["7", "33"]
        gateway.answer.notHere = ["3", "6", "12", "29"]
        gateway.answer.busy = ["1", "10"]
        gateway.answer.down = ["2", "4", "8", "9", "11", "14", "15", "22", "23", "32"]
        gateway.answer.reference = "messages.0.message-id"
        gateway.report.delivered = ["delivered"]
        gateway.report.undelivered = ["failed", "rejected", "expired"]
        gateway.report.reference = "messageId"
        gateway.report.code = "err-code"
        gateway.report.from = "msisdn"
        gateway.account = Account(
            url: GatewayTemplate("https://rest.nexmo.com/account/get-balance"), field: "value")
        return gateway
    }
}
