import Foundation
import Notify
import Registry
import Rules
import Store
import Testing

/// What each service is sent, and what its documented answers mean.
@Suite(.timeLimit(.minutes(1))) struct `A service` {
    private let notice = Notice(
        id: "a-fire-7/3/r-a-12c/1", alert: Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/12/A"),
        recipient: "r-a-12c/1", language: .traditionalChinese, text: "火警！<A & B>\n請離開 \"now\"\u{7} #a-fire-7/3",
        title: "火警：A座", place: "12樓A室",
        question: Notice.Question(
            url: "https://safe.example/a/k3Vb?x=1&y=2", words: [.init(.safe, "安全"), .init(.needHelp, "求助")]))

    private func sent(
        _ service: (String) -> any MessageService, to address: String, _ notice: Notice? = nil,
        answer: WebhookReceiver.Answer = .status(200)
    ) async throws -> (request: WebhookReceiver.Request, outcome: Outcome) {
        let receiver = try WebhookReceiver { _, _ in answer }
        defer { receiver.stop() }
        let outcome = await try serviceChannel(service(receiver.url(""))).send(
            notice ?? self.notice, to: Contact(resident: "r", position: 1, channel: "service", address: address))
        return (try #require(await receiver.requests.next(1).first), outcome)
    }

    private func text(_ request: WebhookReceiver.Request) -> String { String(decoding: request.body, as: UTF8.self) }

    @Test func `ntfy gets title, text, priority, emoji and the answers as actions`() async throws {
        let (request, outcome) = try await sent(Ntfy.service, to: Ntfy.address, answer: Ntfy.accepted)
        #expect(outcome == .accepted(reference: "sPs71M8A2T"))
        #expect(request.path == "/" && request.headers["authorization"] == "Bearer tk_geheim")
        let json = try request.json
        #expect(json["topic"] as? String == "estate-a12c" && json["title"] as? String == "火警：A座")
        #expect(json["message"] as? String == notice.text)
        #expect(json["priority"] as? Int == 5 && json["tags"] as? [String] == ["fire"])
        #expect(json["click"] as? String == "https://safe.example/a/k3Vb?x=1&y=2")
        #expect(
            json["actions"] as? [[String: String]] == [
                ["action": "view", "label": "安全", "url": "https://safe.example/a/k3Vb?x=1&y=2"],
                ["action": "view", "label": "求助", "url": "https://safe.example/a/k3Vb?x=1&y=2"],
            ])
        let id = try #require(json["sequence_id"] as? String)
        #expect(id.wholeMatch(of: /[-_A-Za-z0-9]{1,64}/) != nil)
    }

    @Test func `ntfy is not called loudly when the danger is over, and its text never becomes an attachment`()
        async throws
    {
        let long = Notice(
            id: "a-fire-7/9/r/1", alert: Harbour.alert("a-fire-7/9", .closed, [.block], at: "a/12/A"),
            recipient: "r/1", language: .english, text: String(repeating: "火", count: 2000), place: "")
        let json = try await sent(Ntfy.service, to: Ntfy.address, long, answer: Ntfy.accepted).request.json
        #expect(json["priority"] as? Int == 3 && json["actions"] == nil)
        #expect((json["message"] as? String)?.utf8.count == 4095)
    }

    @Test func `Telegram gets the text with a button for each answer`() async throws {
        let (request, outcome) = try await sent(Telegram.service, to: Telegram.address, answer: Telegram.accepted)
        #expect(outcome == .accepted(reference: "42"))
        #expect(request.path == "/bot110201543:geheim/sendMessage")
        let json = try request.json
        #expect(json["chat_id"] as? String == "987654321" && json["text"] as? String == notice.text)
        #expect(json["disable_notification"] as? Bool == false)
        #expect(
            text(request).contains(
                #""reply_markup":{"inline_keyboard":[[{"text":"安全","url":"https://safe.example/a/k3Vb?x=1&y=2"}],"#))
    }

    @Test func `LINE gets the text and the link, with a retry key that is a UUID of the delivery`() async throws {
        let (request, outcome) = try await sent(LINE.service, to: LINE.address, answer: LINE.accepted)
        #expect(outcome == .accepted(reference: "461230966842064897"))
        #expect(request.path == "/v2/bot/message/push" && request.headers["authorization"] == "Bearer geheim")
        let key = try #require(request.headers["x-line-retry-key"])
        #expect(key.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        let messages = try #require(request.json["messages"] as? [[String: String]])
        #expect(
            messages == [
                ["type": "text", "text": notice.text + "\n\n安全 / 求助: https://safe.example/a/k3Vb?x=1&y=2"]
            ])
        var other = notice
        other.alert.at = other.alert.at + .seconds(1)
        let otherKey = try await sent(LINE.service, to: LINE.address, other).request.headers["x-line-retry-key"]
        #expect(otherKey != key)
    }

    @Test func `Slack gets text in which nothing is markup but the hub's own`() async throws {
        let (request, outcome) = try await sent(Slack.service, to: Slack.address, answer: Slack.accepted)
        #expect(outcome == .accepted(reference: "1503435956.000247"))
        #expect(request.path == "/api/chat.postMessage" && request.headers["authorization"] == "Bearer xoxb-geheim")
        let body = try #require(request.json["text"] as? String)
        #expect(body.hasPrefix("*火警：A座*\n火警！&lt;A &amp; B&gt;\n"))
        #expect(
            body.hasSuffix(
                "\n<https://safe.example/a/k3Vb?x=1&amp;y=2|安全> · <https://safe.example/a/k3Vb?x=1&amp;y=2|求助>"))
    }

    @Test func `WhatsApp gets the text in one line of an approved template, or as it is without one`() async throws {
        let (request, outcome) = try await sent(WhatsApp.service, to: WhatsApp.address, answer: WhatsApp.accepted)
        #expect(outcome == .accepted(reference: "wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI"))
        #expect(request.path == "/106540352242922/messages" && request.headers["authorization"] == "Bearer geheim")
        let json = try request.json
        #expect(json["to"] as? String == "85251234567" && json["type"] as? String == "template")
        let template = try #require(json["template"] as? [String: Any])
        #expect(template["name"] as? String == "estate_alarm")
        #expect(template["language"] as? [String: String] == ["code": "zh_HK"])
        #expect(!text(request).contains(#"\n"#) && text(request).contains("安全 / 求助: https://safe.example"))
        let plain = try await sent(
            { WhatsAppService(server: $0, sender: "1", token: "t", template: nil) }, to: WhatsApp.address,
            answer: WhatsApp.accepted
        ).request.json
        #expect(plain["type"] as? String == "text" && plain["template"] == nil)
    }

    @Test func `without a preset gets the body of its template, in which every text stays one`() async throws {
        let (request, outcome) = try await sent(Custom.service, to: "duty/ä?1", answer: Custom.accepted)
        #expect(outcome == .accepted())
        #expect(request.path == "/send/duty%2F%C3%A4%3F1" && request.headers["x-key"] == "geheim")
        let json = try request.json
        #expect(json["to"] as? String == "duty/ä?1" && json["urgent"] as? Bool == true)
        #expect((json["msg"] as? String)?.hasPrefix(notice.text) == true)
    }

    private static let answers: [(any ServicePreset.Type, WebhookReceiver.Answer, Outcome)] = [
        (Ntfy.self, Ntfy.refused, .refused("HTTP 400")), (Ntfy.self, Ntfy.later, .failed("HTTP 429")),
        (
            Ntfy.self, .status(403, body: #"{"code":40301,"http":403,"error":"forbidden"}"#),
            .failed("HTTP 403: the service does not let the hub in")
        ),
        (Ntfy.self, .status(200, body: "<html>"), .failed("the service's answer makes no sense")),
        (Telegram.self, Telegram.refused, .refused("Telegram 403: the bot is blocked there, or was never written to")),
        (Telegram.self, Telegram.later, .failed("Telegram 429: too many messages", retryAfter: .seconds(34))),
        (
            Telegram.self,
            .status(400, body: #"{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}"#),
            .refused("Telegram 400: no such chat, or no such message")
        ),
        (
            Telegram.self,
            .status(
                400,
                body: """
                    {"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat",
                    "parameters":{"migrate_to_chat_id":-1001234567890}}
                    """),
            .refused("Telegram 400: the group has become a supergroup, with another id")
        ),
        (
            Telegram.self, .status(401, body: #"{"ok":false,"error_code":401,"description":"Unauthorized"}"#),
            .failed("Telegram 401: it does not know the bot's token")
        ),
        (Telegram.self, .status(502, body: "<html>"), .failed("HTTP 502, and no answer of Telegram's")),
        (LINE.self, LINE.refused, .refused("HTTP 400")),
        (LINE.self, LINE.later, .failed("LINE 429: too many messages, at once or this month")),
        (
            LINE.self,
            .status(
                409,
                body: #"{"message":"The retry key is already accepted","sentMessages":[{"id":"461230966842064897"}]}"#),
            .accepted(reference: "461230966842064897")
        ),
        (
            LINE.self, .status(401, body: #"{"message":"Authentication failed"}"#),
            .failed("LINE 401: it does not let the hub in with its token")
        ),
        (Slack.self, Slack.refused, .refused("Slack: channel_not_found")),
        (Slack.self, Slack.later, .failed("HTTP 429", retryAfter: .seconds(30))),
        (Slack.self, .status(200, body: #"{"ok":false,"error":"invalid_auth"}"#), .failed("Slack: invalid_auth")),
        (Slack.self, .status(200, body: #"{"ok":false,"error":"C0123ABCD http://x"}"#), .failed("Slack: httpx")),
        (WhatsApp.self, WhatsApp.refused, .refused("WhatsApp error 131026")),
        (WhatsApp.self, WhatsApp.later, .failed("WhatsApp error 130429")),
        (WhatsApp.self, .status(401, body: WhatsApp.error(190)), .failed("WhatsApp error 190")),
        (WhatsApp.self, .status(404, body: WhatsApp.error(132_001)), .failed("WhatsApp error 132001")),
        (Alertmanager.self, Alertmanager.refused, .refused("HTTP 400")),
        (Alertmanager.self, Alertmanager.later, .failed("HTTP 500")),
        (Custom.self, Custom.refused, .refused("HTTP 410")),
        (Custom.self, Custom.later, .failed("HTTP 202, but the answer says nothing of success")),
        (Custom.self, .status(400), .failed("HTTP 400")),
    ]

    @Test(arguments: answers.indices) func `refuses a person or a message, or fails by the estate's mistake`(
        _ index: Int
    ) async throws {
        let (preset, answer, expected) = Self.answers[index]
        #expect(try await sent(preset.service, to: preset.address, answer: answer).outcome == expected)
    }

    private static let addresses: [(any MessageService.Type, String, Bool)] = [
        (NtfyService.self, "a_B-9", true), (NtfyService.self, "a b", false), (NtfyService.self, "", false),
        (NtfyService.self, String(repeating: "x", count: 65), false), (TelegramService.self, "-1001234567890", true),
        (TelegramService.self, "@estate_a", true), (TelegramService.self, "@a/b", false),
        (TelegramService.self, "12a", false), (LINEService.self, LINE.address, true),
        (LINEService.self, "X4af4980629f1a2b3c4d5e6f708192a3b", false), (LINEService.self, "U4af", false),
        (SlackService.self, "U0123ABCD", true), (SlackService.self, "#general", false),
        (WhatsAppService.self, "85251234567", true), (WhatsAppService.self, "+85251234567", false),
        (WhatsAppService.self, "051234567", false), (AlertmanagerService.self, "duty", true),
        (AlertmanagerService.self, "", false),
    ]

    @Test(arguments: addresses.indices) func `knows what can be an address there`(_ index: Int) {
        let (service, address, isOne) = Self.addresses[index]
        #expect(service.isAddress(address) == isOne, "\(service) \(address)")
    }

    @Test func `has no template with unknown variables, or one that some text would break`() throws {
        #expect(throws: ServiceTemplate.Mistake.self) { try ServiceTemplate("{{txet}}") }
        #expect(throws: ServiceTemplate.Mistake.self) { try ServiceTemplate("{{text") }
        #expect(try ServiceTemplate(#"{"a":"{{text}}","b":[{{danger}}]}"#).isJSON)
        #expect(try !ServiceTemplate(#"{"a":{{text}}}"#).isJSON)
    }
}

/// Debian's own.
@Suite(.timeLimit(.minutes(1))) struct `A real Alertmanager` {
    @Test func `shows an incident's alert while it burns, as critical once confirmed, and none when it is closed`()
        async throws
    {
        let folder = try TemporaryFolder()
        let server = try await AlertmanagerServer(folder: folder.path)
        defer { server.stop() }
        let channel = try serviceChannel(AlertmanagerService(server: server.url, token: nil))
        #expect(await channel.probe(nil) == .accepted())
        let contact = Contact(resident: "g", position: 1, channel: "service", address: "duty")
        var seen: [[String]] = []
        for (number, stage) in [Stage.investigate, .confirmed, .spreading, .clearing, .closed].enumerated() {
            var alert = Harbour.alert("a-fire-7/\(number + 1)", stage, [.guards], at: "a/12/A")
            alert.at = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) - 10_000 + Int64(number))
            let notice = Notice(
                id: "\(alert.id)/g/1", alert: alert, recipient: "g/1", language: .english, text: "Look!",
                title: "FIRE \(stage)", place: "flat 12A")
            for _ in 1...2 { #expect(await channel.send(notice, to: contact) == .accepted()) }
            seen.append(try await server.alerts())
        }
        #expect(
            seen == [
                ["warning a a-fire-7 fire duty: FIRE investigate"], ["critical a a-fire-7 fire duty: FIRE confirmed"],
                ["critical a a-fire-7 fire duty: FIRE spreading"], ["warning a a-fire-7 fire duty: FIRE clearing"], [],
            ])
    }
}
