import Foundation
import Notify
import Registry
import Rules

/// What a gateway calls in these tests.
enum TestGateway {
    static let secret = "geheim"

    static func callback(_ url: String = "http://127.0.0.1:1/gateway/sms") -> GatewayCallback {
        GatewayCallback(url: url, secret: Array(secret.utf8))
    }

    static let number = "+85291234567"
    static let contact = Contact(resident: "r-a-12c", position: 1, channel: "sms", address: number)

    static func channel(
        _ routes: SMSChannel.Route..., callback: GatewayCallback? = callback(), country: String? = nil,
        now: @escaping @Sendable () -> Instant = { Harbour.noon }
    ) throws -> SMSChannel {
        var settings = SMSChannel.Settings()
        settings.routes = routes
        settings.callback = callback
        settings.country = country
        return try SMSChannel(settings, now: now)
    }

    static func kannel(_ name: String = "kannel", at url: String, password: String = "pw") -> SMSChannel.Route {
        var kannel = SMSChannel.Kannel(url: url, user: "hub", password: password)
        kannel.from = "12345"
        return SMSChannel.Route(name, .kannel(kannel))
    }

    static func notice(
        _ short: String, id: String = "a-fire-7/3/r-a-12c/1", exercise: String? = nil
    ) -> Notice {
        Notice(
            id: id, alert: Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/12/A", exercise: exercise),
            recipient: "r-a-12c/1", language: .traditionalChinese, text: "long \(short)", short: short, place: "12樓A室")
    }
}

extension WebhookReceiver.Request {
    /// The request as the hub's own listener hands it on.
    var gatewayCall: GatewayCall {
        let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
        let prefix = "/gateway/sms"
        return GatewayCall(
            method: method, path: parts[0].hasPrefix(prefix) ? String(parts[0].dropFirst(prefix.count)) : parts[0],
            query: parts.count > 1 ? Self.fields(parts[1]) : [:], headers: headers, body: body)
    }

    var query: [String: String] { gatewayCall.query }

    var form: [String: String] { Self.fields(String(decoding: body, as: UTF8.self)) }

    static func fields(_ text: String) -> [String: String] {
        text.split(separator: "&").reduce(into: [:]) { fields, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { String($0).replacing("+", with: " ").removingPercentEncoding ?? "?" }
            fields[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
    }
}

/// SMS, and what answers as Kannel does.
struct KannelUnderTest: ChannelUnderTest {
    let channel: any Channel
    let contact = TestGateway.contact
    private let receiver: WebhookReceiver

    static func beginning(_ manner: Manner, timeout: Duration) async throws -> KannelUnderTest {
        let receiver = try WebhookReceiver(
            manner, accepted: .status(202, body: "0: Accepted for delivery"),
            refused: .status(400, body: "Number(s) has/have been denied by white- and/or black-lists."),
            later: .status(503, body: "Temporal failure, try again later."),
            well: .status(400, body: "Missing receiver number, rejected"))
        var route = TestGateway.kannel(at: receiver.url("/cgi-bin/sendsms"))
        route.timeout = timeout
        return KannelUnderTest(channel: try TestGateway.channel(route), receiver: receiver)
    }

    func arrivals(_ count: Int) async throws -> [String] {
        await receiver.requests.next(count).map { $0.query["dlr-url"] ?? "" }
    }

    func stop() async { receiver.stop() }
}

/// SMS, and what answers as Twilio does.
struct TwilioUnderTest: ChannelUnderTest {
    let channel: any Channel
    let contact = TestGateway.contact
    private let receiver: WebhookReceiver

    static func beginning(_ manner: Manner, timeout: Duration) async throws -> TwilioUnderTest {
        let receiver = try WebhookReceiver(
            manner, accepted: .status(201, body: #"{"sid":"SM1","status":"queued"}"#),
            refused: .status(
                400, body: #"{"code":21211,"message":"Invalid 'To' Phone Number: +85291234567","status":400}"#),
            well: .status(200, body: #"{"currency":"USD","balance":"12.5","account_sid":"AC1"}"#))
        var gateway = HTTPGateway.twilio(account: "AC1", token: "token", from: "+15005550006")
        gateway.url = GatewayTemplate(receiver.url("/2010-04-01/Accounts/{{user}}/Messages.json"))
        gateway.account?.url = GatewayTemplate(receiver.url("/2010-04-01/Accounts/{{user}}/Balance.json"))
        var route = SMSChannel.Route("twilio", .gateway(gateway))
        route.timeout = timeout
        return TwilioUnderTest(channel: try TestGateway.channel(route), receiver: receiver)
    }

    func arrivals(_ count: Int) async throws -> [String] {
        await receiver.requests.next(count).map { $0.form["StatusCallback"] ?? "" }
    }

    func stop() async { receiver.stop() }
}

/// SMS, and what answers as Vonage does: always with 200, and a status in the body.
struct VonageUnderTest: ChannelUnderTest {
    let channel: any Channel
    let contact = TestGateway.contact
    private let receiver: WebhookReceiver

    static func beginning(_ manner: Manner, timeout: Duration) async throws -> VonageUnderTest {
        func answer(_ status: String) -> WebhookReceiver.Answer {
            .status(200, body: #"{"message-count":"1","messages":[{"message-id":"0C1","status":"\#(status)"}]}"#)
        }
        let receiver = try WebhookReceiver(
            manner, accepted: answer("0"), refused: answer("7"), later: answer("1"),
            well: .status(200, body: #"{"value":12.5,"autoReload":false}"#))
        var gateway = HTTPGateway.vonage(key: "abcd1234", secret: "s3cret", from: "SmokeHub")
        gateway.url = GatewayTemplate(receiver.url("/sms/json"))
        gateway.account?.url = GatewayTemplate(receiver.url("/account/get-balance"))
        var route = SMSChannel.Route("vonage", .gateway(gateway))
        route.timeout = timeout
        return VonageUnderTest(channel: try TestGateway.channel(route), receiver: receiver)
    }

    /// By the id that a person reads in it; Vonage itself knows no key.
    func arrivals(_ count: Int) async throws -> [String] {
        await receiver.requests.next(count).map { $0.form["text"] ?? "" }
    }

    func stop() async { receiver.stop() }
}
