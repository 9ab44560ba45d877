import Crypto
import Foundation
import Notify
import Registry
import Rules
import Store
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A webhook` {
    private let notice = Notice(
        id: "a-fire-7/3/r-a-12c/1",
        alert: Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/12/A", exercise: "d1"),
        recipient: "r-a-12c/1", language: .traditionalChinese, text: "火警！", place: "12樓A室")

    private func outcome(
        timeout: Duration = .seconds(10), secret: String? = nil, to address: String
    ) async throws -> Outcome {
        var settings = WebhookChannel.Settings()
        settings.request.timeout = timeout
        settings.request.secret = secret.map { Array($0.utf8) }
        let channel = try WebhookChannel(settings, now: { Harbour.noon })
        return await channel.send(
            notice, to: Contact(resident: "r-a-12c", position: 1, channel: "webhook", address: address))
    }

    @Test func `carries the text, the facts, a readable key and a signature that holds`() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(200) }
        defer { receiver.stop() }
        #expect(try await outcome(secret: "geheim", to: receiver.url("/alerts?from=hub")) == .accepted())
        let request = try #require(await receiver.requests.next(1).first)
        #expect(request.path == "/alerts?from=hub")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["idempotency-key"] == "a-fire-7/3/r-a-12c/1")
        let authentication = HMAC<SHA256>.authenticationCode(
            for: Array("1763812800.".utf8) + request.body, using: SymmetricKey(data: Array("geheim".utf8)))
        let digits = authentication.map { String(format: "%02x", $0) }.joined()
        #expect(request.headers["x-smokehub-signature"] == "t=1763812800,v1=\(digits)")
        let json = try request.json
        #expect(json["text"] as? String == "火警！")
        #expect(json["recipient"] as? String == "r-a-12c/1")
        #expect(json["stage"] as? String == "confirmed")
        #expect(json["exercise"] as? Bool == true)
        #expect(json["drill"] as? String == "d1")
        #expect(json["place"] as? String == "12樓A室")
        #expect(json["places"] as? [String] == ["a/12/A"])
        #expect(json["at"] as? String == "2025-11-22T12:00:00.000Z")
        #expect(json["language"] as? String == "zh-Hant")
    }

    @Test func `carries every character as it stands`() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(200) }
        defer { receiver.stop() }
        let text = "\"A座\"\\\n\t\u{01}\u{1F}/ 😀 \u{7F}"
        var odd = notice
        odd.text = text
        let channel = try WebhookChannel(WebhookChannel.Settings(), now: { Harbour.noon })
        let contact = Contact(resident: "r", position: 1, channel: "webhook", address: receiver.url("/"))
        #expect(await channel.send(odd, to: contact) == .accepted())
        #expect(try await receiver.requests.next(1).first?.json["text"] as? String == text)
    }

    @Test(arguments: [
        (200, Outcome.accepted()), (204, .accepted()), (400, .refused("HTTP 400")), (404, .refused("HTTP 404")),
        (410, .refused("HTTP 410")), (408, .failed("HTTP 408")), (425, .failed("HTTP 425")),
        (429, .failed("HTTP 429")), (500, .failed("HTTP 500")), (503, .failed("HTTP 503")), (302, .failed("HTTP 302")),
    ])
    func `is accepted, refused for good or refused for now by its status`(_ status: Int, _ expected: Outcome)
        async throws
    {
        let receiver = try WebhookReceiver { _, _ in .status(status, header: "Location: http://127.0.0.1:1/") }
        defer { receiver.stop() }
        #expect(try await outcome(to: receiver.url()) == expected)
    }

    @Test func `honours Retry-After`() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(503, header: "Retry-After: 7") }
        defer { receiver.stop() }
        #expect(try await outcome(to: receiver.url()) == .failed("HTTP 503", retryAfter: .seconds(7)))
    }

    @Test func `that cannot be reached fails for now, without naming the address`() async throws {
        let port = try WebhookReceiver.unusedPort()
        let outcome = try await outcome(to: "http://127.0.0.1:\(port)/secret-path")
        guard case .failed(let reason, nil) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(!reason.contains("127.0.0.1") && !reason.contains("secret"))
    }

    @Test func `that closes or hangs fails for now`() async throws {
        let receiver = try WebhookReceiver { request, _ in request.path == "/close" ? .close : .hang }
        defer { receiver.stop() }
        for path in ["/close", "/hang"] {
            guard case .failed = try await outcome(timeout: .milliseconds(200), to: receiver.url(path)) else {
                Issue.record("\(path) should have failed")
                continue
            }
        }
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "nobody", "http://"])
    func `goes to the web only`(_ address: String) async throws {
        guard case .refused = try await outcome(to: address) else {
            Issue.record("\(address) should be refused")
            return
        }
    }

    @Test func `keeps its connection for the next`() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(200) }
        defer { receiver.stop() }
        let channel = try WebhookChannel(.init(), now: { Harbour.noon })
        let contact = Contact(resident: "r", position: 1, channel: "webhook", address: receiver.url())
        for _ in 1...20 { #expect(await channel.send(notice, to: contact) == .accepted()) }
        #expect(receiver.connectionCount == 1)
    }

    @Test func `may be called by the name of an endpoint, with a path behind it`() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(200) }
        defer { receiver.stop() }
        var settings = WebhookChannel.Settings()
        settings.endpoints["desk"] = .init(url: receiver.url("/in"), request: .init())
        let channel = try WebhookChannel(settings, now: { Harbour.noon })
        for address in ["desk", "desk/pager/7"] {
            let contact = Contact(resident: "g", position: 1, channel: "webhook", address: address)
            #expect(await channel.send(notice, to: contact) == .accepted())
        }
        #expect(await receiver.requests.next(2).map(\.path) == ["/in", "/in/pager/7"])
    }

    @Test func `ends at once when its task is cancelled`() async throws {
        let receiver = try WebhookReceiver { _, _ in .hang }
        defer { receiver.stop() }
        let address = receiver.url()
        let sending = Task { try await outcome(timeout: .seconds(3600), to: address) }
        _ = await receiver.requests.next(1)
        sending.cancel()
        #expect(try await sending.value == .failed("stopped"))
    }

    @Test func `that hangs delays no other, and is sent again with the same key until it is taken`() async throws {
        let isOpen = Atomic(false)
        let slow = try WebhookReceiver { _, _ in isOpen.load(ordering: .relaxed) ? .status(200) : .hang }
        let fast = try WebhookReceiver { _, _ in .status(200) }
        defer {
            slow.stop()
            fast.stop()
        }
        let folder = try TemporaryFolder()
        let people = (1...40).flatMap { number in
            [
                Harbour.person("s\(number)", "a/4/A", "webhook:\(slow.url("/\(number)"))"),
                Harbour.person("f\(number)", "a/9/A", "webhook:\(fast.url("/\(number)"))"),
            ]
        }
        var settings = WebhookChannel.Settings()
        settings.request.timeout = .milliseconds(300)
        let channel = try WebhookChannel(settings, now: { Harbour.noon })
        let fire = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")
        let database = try NotifyDatabase(path: folder.database)
        try await notifying(database, AlertList(fire), people, channels: ["webhook": channel]) { _ in
            #expect(await fast.requests.next(40).count == 40)
            isOpen.store(true, ordering: .relaxed)
            _ = try await database.deliveries(of: fire.id) { $0.allSatisfy { $0.state == .accepted } }
        }
        slow.stop()
        var keys: [String: Set<String>] = [:]
        // On a slow machine it is long enough down to be tested meanwhile, by HEAD.
        for await request in slow.requests where request.method == "POST" {
            keys[request.path, default: []].insert(request.headers["idempotency-key"] ?? "")
        }
        #expect(keys.count == 40 && keys.values.allSatisfy { $0.count == 1 })
    }
}
