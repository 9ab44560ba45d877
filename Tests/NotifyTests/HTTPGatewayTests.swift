import Crypto
import Foundation
import Notify
import Registry
import Store
import Testing

@Suite(.timeLimit(.minutes(1))) struct `An SMS gateway by template` {
    private func sent(
        _ gateway: HTTPGateway, _ notice: Notice, _ answer: WebhookReceiver.Answer = .status(200),
        path: String = "/send"
    ) async throws -> (outcome: Outcome, request: WebhookReceiver.Request, channel: SMSChannel) {
        let receiver = try WebhookReceiver { _, _ in answer }
        defer { receiver.stop() }
        var gateway = gateway
        gateway.url = GatewayTemplate(receiver.url(path))
        let channel = try TestGateway.channel(SMSChannel.Route("gate", .gateway(gateway)))
        let outcome = await channel.send(notice, to: TestGateway.contact)
        return (outcome, try #require(await receiver.requests.next(1).first), channel)
    }

    private let awkward = TestGateway.notice("火警 \"12C\" & <50 %> \\\n+1 {{to}}")

    @Test func `fills in a form, each value escaped`() async throws {
        var gateway = HTTPGateway(url: GatewayTemplate(""))
        gateway.body = GatewayTemplate("to={{digits}}&msg={{ text }}&type={{type}}&none={{callback")
        let request = try await sent(gateway, awkward).request
        #expect(request.method == "POST")
        #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
        #expect(request.form == ["to": "85291234567", "msg": awkward.short, "type": "unicode", "none": "{{callback"])
    }

    @Test func `fills in JSON, each value escaped, and a header with the secret`() async throws {
        var gateway = HTTPGateway(url: GatewayTemplate(""))
        (gateway.format, gateway.from, gateway.user, gateway.secret) = (.json, "Est\"ate", "u", "p:w")
        gateway.headers = [.init("Authorization", GatewayTemplate("Basic {{basic}}"))]
        gateway.body = GatewayTemplate(#"{"to":"{{to}}","text":"{{text}}","from":"{{from}}","id":"{{id}}"}"#)
        let request = try await sent(gateway, awkward).request
        #expect(request.headers["authorization"] == "Basic " + Data("u:p:w".utf8).base64EncodedString())
        #expect(
            try request.json as? [String: String] == [
                "to": "+85291234567", "text": awkward.short, "from": "Est\"ate", "id": "a-fire-7/3/r-a-12c/1",
            ])
    }

    @Test func `fills in a query`() async throws {
        var gateway = HTTPGateway(url: GatewayTemplate(""))
        gateway.method = .get
        let request = try await sent(gateway, awkward, path: "/send?to={{to}}&text={{text}}").request
        #expect(request.method == "GET" && request.query == ["to": "+85291234567", "text": awkward.short])
    }

    @Test(arguments: [
        (200, #"{"a":[{"state":"ok","id":7}]}"#, Outcome.accepted(reference: "7")),
        (200, #"{"a":[{"state":"barred"}]}"#, .refused("gate: the gateway says barred")),
        (200, #"{"a":[{"state":"abroad"}]}"#, .refused("gate: the gateway says abroad")),
        (200, #"{"a":[{"state":"credit"}]}"#, .failed("gate: the gateway says credit")),
        (200, #"{"a":[{"state":"later"}]}"#, .failed("gate: the gateway says later")),
        (200, #"{"a":[{"state":"no +85291234567"}]}"#, .failed("gate: the gateway's answer makes no sense")),
        (200, "<html>", .failed("gate: the gateway's answer makes no sense")),
        (402, "", .failed("gate: HTTP 402")), (429, "", .failed("gate: HTTP 429")),
        (422, "", .refused("gate: HTTP 422")),
    ])
    func `says by a rule what became of it`(_ status: Int, _ body: String, _ expected: Outcome) async throws {
        var gateway = HTTPGateway(url: GatewayTemplate(""))
        gateway.answer.field = "a.0.state"
        gateway.answer.accepted = ["ok"]
        gateway.answer.refused = ["barred"]
        gateway.answer.notHere = ["abroad"]
        gateway.answer.down = ["credit"]
        gateway.answer.reference = "a.0.id"
        let (outcome, _, channel) = try await sent(gateway, awkward, .status(status, body: body))
        #expect(outcome == expected)
        #expect(channel.troubles().isEmpty == !(body.contains("credit") || status == 402))
    }

    @Test func `is called in a way that proves the report, with the id of the delivery`() async throws {
        var gateway = HTTPGateway(url: GatewayTemplate(""))
        gateway.body = GatewayTemplate("report={{callback}}")
        let (_, request, channel) = try await sent(gateway, awkward)
        let address = try #require(request.form["report"].flatMap { URLComponents(string: $0) })
        #expect(address.path == "/gateway/sms/gate")
        let query: [String: String] = (address.queryItems ?? []).reduce(into: [:]) { $0[$1.name] = $1.value }
        func incoming(_ more: [String: String]) throws -> [Incoming] {
            try channel.incoming(from: GatewayCall(path: "/gate", query: query.merging(more) { $1 }))
        }
        #expect(
            try incoming(["status": "DELIVRD"]) == [
                .receipt(Receipt(.delivered, of: "a-fire-7/3/r-a-12c/1", at: Harbour.noon))
            ])
        #expect(try incoming(["status": "sent"]) == [])
        #expect(throws: GatewayMistake.self) { try incoming(["status": "DELIVRD", "id": "a-fire-7/3/r-b/1"]) }
        #expect(throws: GatewayMistake.self) { try incoming(["from": "+85291234567", "text": "safe"]) }
        #expect(
            try incoming(["from": "+85291234567", "text": "safe", "key": TestGateway.secret])
                == [.text("safe", from: "+85291234567")])
    }
}

@Suite(.timeLimit(.minutes(1))) struct `Twilio's shape` {
    private let gateway: HTTPGateway = {
        var gateway = HTTPGateway.twilio(account: "AC1", token: "token", from: "+15005550006")
        gateway.url = GatewayTemplate("http://127.0.0.1:1/2010-04-01/Accounts/{{user}}/Messages.json")
        return gateway
    }()

    @Test func `is asked for its credit, and too little of it is a trouble until somebody has paid`() async throws {
        let balances = ["3.2", "3.1", "50.0"]
        let receiver = try WebhookReceiver { _, number in
            .status(200, body: #"{"currency":"USD","balance":"\#(balances[number - 1])","account_sid":"AC1"}"#)
        }
        defer { receiver.stop() }
        var gateway = gateway
        gateway.account?.url = GatewayTemplate(receiver.url("/2010-04-01/Accounts/{{user}}/Balance.json"))
        gateway.account?.least = 10
        let channel = try TestGateway.channel(SMSChannel.Route("twilio", .gateway(gateway)))
        for expected in [["open"], [], ["put right"]] {
            #expect(await channel.probe(nil) == .accepted())
            #expect(channel.troubles().map { $0.details["state"] } == expected)
        }
        #expect(channel.credits == ["twilio": 50])
        let request = try #require(await receiver.requests.next(1).first)
        #expect(request.method == "GET" && request.path == "/2010-04-01/Accounts/AC1/Balance.json")
        #expect(request.headers["authorization"] == "Basic " + Data("AC1:token".utf8).base64EncodedString())
    }

    @Test func `is told as its documentation says`() async throws {
        let receiver = try WebhookReceiver { _, _ in
            .status(201, body: #"{"sid":"SM22","status":"queued","code":null}"#)
        }
        defer { receiver.stop() }
        var gateway = gateway
        gateway.url = GatewayTemplate(receiver.url("/2010-04-01/Accounts/{{user}}/Messages.json"))
        let channel = try TestGateway.channel(SMSChannel.Route("twilio", .gateway(gateway)))
        #expect(
            await channel.send(TestGateway.notice("火警"), to: TestGateway.contact) == .accepted(reference: "SM22"))
        let request = try #require(await receiver.requests.next(1).first)
        #expect(request.path == "/2010-04-01/Accounts/AC1/Messages.json")
        #expect(request.headers["authorization"] == "Basic " + Data("AC1:token".utf8).base64EncodedString())
        var form = request.form
        #expect(form.removeValue(forKey: "StatusCallback")?.contains("/twilio?id=a-fire-7%2F3%2Fr-a-12c%2F1&") == true)
        #expect(form == ["To": "+85291234567", "From": "+15005550006", "Body": "火警", "ValidityPeriod": "3600"])
    }

    @Test func `is not asked to report to nowhere`() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(201, body: #"{"sid":"SM22"}"#) }
        defer { receiver.stop() }
        var gateway = gateway
        gateway.url = GatewayTemplate(receiver.url("/Messages.json"))
        let channel = try TestGateway.channel(SMSChannel.Route("twilio", .gateway(gateway)), callback: nil)
        _ = await channel.send(TestGateway.notice("FIRE"), to: TestGateway.contact)
        let request = try #require(await receiver.requests.next(1).first)
        #expect(request.form.keys.sorted() == ["Body", "From", "To", "ValidityPeriod"])
    }

    @Test func `uses a messaging service by its id`() {
        let service = "MG" + String(repeating: "0", count: 32)
        #expect(
            HTTPGateway.twilio(account: "AC1", token: "t", from: service).body.variables.contains("from")
                && HTTPGateway.twilio(account: "AC1", token: "t", from: service).body
                    != HTTPGateway.twilio(account: "AC1", token: "t", from: "+1500").body
        )
    }

    /// - Parameter url: as Twilio was given it.
    private func call(_ form: [String: String], at url: String, token: String = "token") throws -> GatewayCall {
        let signed = url + form.sorted { $0.key < $1.key }.map { $0.key + $0.value }.joined()
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Array(signed.utf8), using: SymmetricKey(data: Array(token.utf8)))
        let body = form.map { key, value in
            "\(key)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }.joined(separator: "&")
        let query: [String: String] = (URLComponents(string: url)?.queryItems ?? []).reduce(into: [:]) {
            $0[$1.name] = $1.value
        }
        return GatewayCall(
            method: "POST", path: "/twilio", query: query,
            headers: [
                "content-type": "application/x-www-form-urlencoded",
                "x-twilio-signature": Data(code).base64EncodedString(),
            ], body: Array(body.utf8))
    }

    @Test func `proves its calls by its signature`() throws {
        let channel = try TestGateway.channel(SMSChannel.Route("twilio", .gateway(gateway)))
        let id = "a-fire-7/3/r-a-12c/1"
        let url = TestGateway.callback().reportAddress(route: "twilio", id: id)
        let failed = ["MessageSid": "SM22", "MessageStatus": "undelivered", "ErrorCode": "30003", "To": "+85291234567"]
        #expect(
            try channel.incoming(from: call(failed, at: url)) == [
                .receipt(
                    Receipt(.undelivered, of: id, at: Harbour.noon, reason: "the gateway says undelivered, code 30003"))
            ])
        #expect(throws: GatewayMistake.self) { try channel.incoming(from: call(failed, at: url, token: "guessed")) }
        let other = TestGateway.callback().reportAddress(route: "twilio", id: "a-fire-7/3/r-b/1")
        var moved = try call(failed, at: url)
        moved.query = try call(failed, at: other).query
        #expect(throws: GatewayMistake.self) { try channel.incoming(from: moved) }
        let text = ["From": "+85291234567", "Body": "安全 & well", "MessageSid": "SM23", "SmsStatus": "received"]
        let inbound = TestGateway.callback().url + "/twilio"
        #expect(
            try channel.incoming(from: call(text, at: inbound)) == [.text("安全 & well", from: "+85291234567")])
        #expect(throws: GatewayMistake.self) { try channel.incoming(from: call(text, at: inbound, token: "guessed")) }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `Vonage's shape` {
    private let gateway = HTTPGateway.vonage(key: "abcd1234", secret: "s3cret", from: "SmokeHub")

    private func sent(_ status: String) async throws -> (Outcome, WebhookReceiver.Request, [ChannelTrouble]) {
        let receiver = try WebhookReceiver { _, _ in
            .status(
                200, body: #"{"message-count":"1","messages":[{"to":"852","message-id":"0C1","status":"\#(status)"}]}"#)
        }
        defer { receiver.stop() }
        var gateway = gateway
        gateway.url = GatewayTemplate(receiver.url("/sms/json"))
        let channel = try TestGateway.channel(SMSChannel.Route("vonage", .gateway(gateway)))
        let outcome = await channel.send(TestGateway.notice("FIRE"), to: TestGateway.contact)
        return (outcome, try #require(await receiver.requests.next(1).first), channel.troubles())
    }

    @Test func `is told as its documentation says`() async throws {
        let (outcome, request, _) = try await sent("0")
        #expect(outcome == .accepted(reference: "0C1"))
        var form = request.form
        // Vonage takes no more than 100 characters.
        #expect(form.removeValue(forKey: "callback").map { $0.count <= 100 && $0.contains("/vonage?proof=") } == true)
        #expect(
            form == [
                "api_key": "abcd1234", "api_secret": "s3cret", "from": "SmokeHub", "to": "85291234567", "text": "FIRE",
                "type": "text", "ttl": "3600000",
            ])
    }

    @Test(arguments: [
        ("1", Outcome.failed("vonage: the gateway says 1"), false),
        ("4", .failed("vonage: the gateway says 4"), true), ("9", .failed("vonage: the gateway says 9"), true),
        ("7", .refused("vonage: the gateway says 7"), false), ("29", .refused("vonage: the gateway says 29"), false),
    ])
    func `tells whose fault a refusal is`(_ status: String, _ expected: Outcome, _ isDown: Bool) async throws {
        let (outcome, _, troubles) = try await sent(status)
        #expect(outcome == expected && troubles.isEmpty == !isDown)
    }

    @Test func `reports by its own name, in a query, a form or JSON`() throws {
        let channel = try TestGateway.channel(SMSChannel.Route("vonage", .gateway(gateway)))
        let proof = try #require(
            TestGateway.callback().reportAddress(route: "vonage", id: "").components(separatedBy: "proof=").last)
        let report = ["msisdn": "85291234567", "messageId": "0C1", "status": "expired", "err-code": "5"]
        let expected = [Incoming.report(.undelivered, reference: "0C1", reason: "the gateway says expired, code 5")]
        let query = ["proof": proof]
        let inQuery = GatewayCall(path: "/vonage", query: query.merging(report) { $1 })
        #expect(try channel.incoming(from: inQuery) == expected)
        let form = Array(report.map { "\($0)=\($1)" }.joined(separator: "&").utf8)
        #expect(
            try channel.incoming(from: GatewayCall(method: "POST", path: "/vonage", query: query, body: form))
                == expected)
        let json = GatewayCall(
            method: "POST", path: "/vonage", query: query, headers: ["content-type": "application/json"],
            body: Array(try JSONEncoder().encode(report)))
        #expect(try channel.incoming(from: json) == expected)
        #expect(throws: GatewayMistake.self) {
            try channel.incoming(from: GatewayCall(path: "/vonage", query: report))
        }
        let text = ["msisdn": "85291234567", "text": "安全", "key": TestGateway.secret]
        #expect(
            try channel.incoming(from: GatewayCall(path: "/vonage", query: text))
                == [.text("安全", from: "+85291234567")])
    }
}
