import AlertLog
import Console
import Crypto
import Foundation
import FoundationNetworking
import Hub
import Notify
import Registry
import Rules
import Store
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(2))) struct `A person's own page` {
    private let broker: TestBroker
    private let desk: WebhookReceiver
    /// A push service that has forgotten everybody.
    private let push: WebhookReceiver
    private let folder: HubFolder
    private let voice: Voice
    private let address: String

    init() throws {
        broker = try TestBroker()
        desk = try WebhookReceiver(.answers(200))
        push = try WebhookReceiver(.answers(410))
        let port = try freePort()
        address = "http://127.0.0.1:\(port)"
        folder = try HubFolder(
            port: broker.port,
            settings: [
                "channels:", "  webhook:", "    endpoints: {desk: {url: 'http://127.0.0.1:\(desk.port)/'}}",
                "  webpush: {subject: 'mailto:a@b.example', key: {file: vapid}, services: [127.0.0.1]}",
                "personal-data: {key: {file: seal}}",
                "answers: {listen: '127.0.0.1:\(port)', url: '\(address)'}",
            ],
            residents: [
                "r-inside,Ann,en,a,3,B,resident,webhook:desk/inside webhook:desk/second",
                "r-near,Bao,ur,a,3,C,resident,webhook:desk/near",
            ])
        try folder.write("vapid", ["yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"])
        try folder.write("seal", [Data(repeating: 9, count: 32).base64EncodedString()])
        voice = try Voice(broker)
    }

    private struct Standing {
        var hub: RunningHub
        var page: Task<Void, any Error>

        func link(_ resident: String) throws -> String {
            let link = try #require(hub.service?.personalLink(of: resident))
            return String(try #require(link.firstMatch(of: /\/me\/.*/)).0)
        }

        func stop() async throws {
            page.cancel()
            _ = await page.result
            try await hub.stop()
        }
    }

    private func start() async throws -> Standing {
        let hub = try RunningHub(folder)
        let page = try await hub.servePage()
        return Standing(hub: hub, page: page)
    }

    private func ask(_ path: String, _ body: String? = nil) async throws -> (status: Int, text: String) {
        var request = URLRequest(url: try #require(URL(string: address + path)))
        if let body {
            request.httpMethod = "POST"
            request.httpBody = Data(body.utf8)
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    @Test func `turns contacts off and on, asks before the last, and is the same after a restart`() async throws {
        defer { broker.stop() }
        let first = try await start()
        let me = try first.link("r-inside")
        let shown = try await ask(me)
        #expect(shown.status == 200 && !shown.text.contains("<script") && shown.text.utf8.count < 8192)
        #expect(!shown.text.contains("Ann") && !shown.text.contains("desk/second"), "masked")
        let one = try await ask(
            me, "contact-r-inside%2F2=on&language=zh-Hant&needs=on&quiet-from=22%3A00&quiet-to=07%3A00")
        #expect(one.status == 200 && one.text.contains("lang=\"zh-Hant\"") && one.text.contains("已儲存"))
        let log = LogTrail(folder.state)
        try await log.line("the choice") { $0.details["contacts"] == "r-inside/1" && $0.details["state"] == "off" }

        let asked = try await ask(me, "language=zh-Hant")
        #expect(asked.text.contains("name=\"sure\"") && asked.text.contains("沒有人通知你"))
        #expect(try await ask(me).text.contains("contact-r-inside/2\" value=\"on\" checked"), "nothing is changed yet")
        try await first.stop()

        let again = try await start()
        let same = try await ask(me)
        #expect(same.text.contains("contact-r-inside/1\" value=\"on\">"))
        #expect(same.text.contains("<option selected>22:00"))
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        let told = try await desk.requests.first("the contact that is on") { $0.contains("/second HTTP") }
        #expect(told.contains("\"zh-Hant\""))
        #expect(!desk.requests.all.contains { $0.contains("/inside HTTP") })
        #expect(try await ask(me, "language=zh-Hant&needs=on&sure=yes").text.contains("已儲存"))
        let roll = try #require(try again.hub.service?.rollCall(of: "a-fire-1"))
        #expect(roll.people.first { $0.resident == "r-inside" }?.state == .optedOut)
        #expect(roll.people.first { $0.resident == "r-inside" }?.needs.isEmpty == false)
        try await again.stop()
    }

    @Test func `is opened by nobody else's link, by none that was made up, and by none that was ended`() async throws {
        defer { broker.stop() }
        let standing = try await start()
        let (me, other) = (try standing.link("r-inside"), try standing.link("r-near"))
        #expect(me != other)
        #expect(try await ask(other).text.contains("dir=\"rtl\""))
        #expect(try await ask(other, "contact-r-inside%2F1=on").status == 200)
        #expect(try await ask(me).text.contains("contact-r-inside/1\" value=\"on\" checked"))
        #expect(standing.hub.service?.personalLink(of: "nobody") == nil)
        #expect(try await ask("/me/\(me.dropFirst(4).reversed().map(String.init).joined())").status == 404)
        #expect(try await ask(me + "/end", "").text.contains("has ended"))
        #expect(try await ask(me).status == 404)
        let new = try standing.link("r-inside")
        #expect(new != me)
        #expect(try await ask(new).status == 200)
        // Whoever guesses is not looked up any more.
        var statuses: Set<Int> = []
        for number in 0..<200 where !statuses.contains(429) {
            statuses.insert(try await ask("/\(number % 2 == 0 ? "me" : "a")/AAAAAAAAAAAA\(number)").status)
        }
        #expect(statuses == [404, 429])
        try await standing.stop()
    }

    /// A subscription as a browser makes it.
    private func subscription(_ endpoint: String) -> String {
        let key = Data(P256.KeyAgreement.PrivateKey().publicKey.x963Representation).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return """
            {"endpoint":"\(endpoint)","expirationTime":null,"keys":{"p256dh":"\(key)","auth":"BTBZMqHH6r4Tts7J_aSIgg"}}
            """
    }

    @Test func `subscribes a browser, which is told first, sealed on the disk, and forgotten when it is gone`()
        async throws
    {
        defer { broker.stop() }
        let first = try await start()
        let me = try first.link("r-inside")
        let page = try await ask(me + "/push")
        #expect(page.text.contains("data-key=\"B") && page.text.contains("/push-page.js"))
        #expect(try await ask("/push.js").text.contains("showNotification"))
        for wrong in ["{}", "x", subscription("https://evil.example/x"), subscription("http://fcm.googleapis.com/x")] {
            #expect(try await ask(me + "/push", wrong).status == 400)
        }
        #expect(try await ask(me + "/push", subscription("http://127.0.0.1:\(push.port)/send/secret")).status == 204)
        let sealed = try NotifyDatabase(path: folder.state + "/notify.sqlite").choices().first?.browsers.first
        #expect(sealed.map { PersonalSeal.isSealed($0.subscription) } == true)
        #expect(try await ask(me + "/push").text.contains("push/end"))
        try await first.stop()

        let again = try await start()
        let log = LogTrail(folder.state)
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        let pushed = try await push.requests.first("the browser is told") { _ in true }
        #expect(pushed.contains("POST /send/secret") && pushed.contains("aes128gcm"))
        _ = try await desk.requests.first("the next contact is told") { $0.contains("/inside HTTP") }
        try await log.line("forgotten") {
            $0.details["state"] == "off" && $0.details["contacts"]?.hasPrefix("r-inside/push-") == true
        }
        #expect(try await !ask(me + "/push").text.contains("push/end"))
        try await again.stop()
        let lines = try String(contentsOfFile: folder.state + "/alerts.jsonl", encoding: .utf8)
        #expect(!lines.contains("/send/secret"))
    }

    @Test func `keeps a browser that the key does not open, tells of it, and takes it again with its key`() async throws
    {
        defer { broker.stop() }
        let first = try await start()
        let me = try first.link("r-inside")
        #expect(try await ask(me + "/push", subscription("http://127.0.0.1:\(push.port)/send/secret")).status == 204)
        try await first.stop()

        try folder.write("seal", [Data(repeating: 8, count: 32).base64EncodedString()])
        let other = try await start()
        let line = try await LogTrail(folder.state).line("a trouble") { $0.details["trouble"] == "browsers" }
        #expect(line.level == .trouble && line.details["browsers"] == "1" && line.details["residents"] == "r-inside")
        #expect(try await !ask(me + "/push").text.contains("push/end"))
        #expect(try await ask(me, "contact-r-inside%2F1=on&language=ur").status == 200)
        for number in 0..<5 {
            let another = subscription("http://127.0.0.1:\(push.port)/send/\(number)")
            #expect(try await ask(me + "/push", another).status == 204)
        }
        try await other.stop()
        let kept = try NotifyDatabase(reading: folder.state + "/notify.sqlite").choices().first
        #expect(kept?.language?.tag == "ur" && kept?.browsers.count == 5)

        try folder.write("seal", [Data(repeating: 9, count: 32).base64EncodedString()])
        let again = try await start()
        try await voice.report("a-3-B-smoke", "alarm", sequence: 1)
        let pushed = try await push.requests.first("the browser is told") { _ in true }
        #expect(pushed.contains("POST /send/secret"))
        try await again.stop()
    }
}
