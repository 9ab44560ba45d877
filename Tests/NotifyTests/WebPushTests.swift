import Crypto
import Foundation
import Registry
import Rules
import Testing

@testable import Notify

/// With the keys and texts of the RFCs' own examples.
@Suite(.timeLimit(.minutes(1))) struct WebPushTests {
    /// RFC 8292 has no vector that could be made again, for its signatures are random: the key is RFC 8291's.
    static func vapid(_ subject: String = "mailto:office@harbour.example") throws -> VAPID {
        try VAPID(key: "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", subject: subject)
    }

    private static func bytes(_ text: String) throws -> [UInt8] { try #require(Base64URL.decode(text)) }

    private static let watermelon = """
        DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml\
        mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT\
        pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN
        """

    private static func reader() throws -> PushBrowser {
        PushBrowser(
            key: try .init(rawRepresentation: bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")),
            secret: try bytes("BTBZMqHH6r4Tts7J_aSIgg"))
    }

    @Test func `encrypts as the example of RFC 8291, chapter 5`() throws {
        let message = try PushEncryption.encrypt(
            Array("When I grow up, I want to be a watermelon".utf8), for: Self.reader().publicKey,
            secret: Self.reader().secret,
            sender: .init(rawRepresentation: Self.bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")),
            salt: Self.bytes("DGv6ra1nlYgDCS1FRnbzlw"))
        #expect(Base64URL.encode(message) == Self.watermelon)
        #expect(
            try String(decoding: Self.reader().read(message), as: UTF8.self)
                == "When I grow up, I want to be a watermelon")
    }

    @Test func `encodes as the first example of RFC 8188, and its reader reads the second`() throws {
        let message = try PushEncryption.encode(
            Array("I am the walrus".utf8), input: SymmetricKey(data: Self.bytes("yqdlZ-tYemfogSmv7Ws5PQ")), keyID: [],
            salt: Self.bytes("I1BsxtFttlv3u_Oo94xnmw"))
        #expect(
            Base64URL.encode(message) == "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg")
        let second = try PushBrowser.decode(
            Self.bytes(
                "uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA"),
            input: SymmetricKey(data: Self.bytes("BO3ZVPxUlnLORbVGMpbT1Q")))
        #expect(String(decoding: second, as: UTF8.self) == "I am the walrus")
    }

    @Test func `takes a new key and salt for each message, and refuses one that is too long`() throws {
        let browser = PushBrowser()
        let messages = try (1...2).map { _ in
            try PushEncryption.encrypt(Array("x".utf8), for: browser.publicKey, secret: browser.secret)
        }
        #expect(messages[0][..<86] != messages[1][..<86])
        #expect(Set(messages.map { $0[..<16] }).count == 2)
        let longest = [UInt8](repeating: 65, count: PushEncryption.plaintextBytesMax)
        let message = try PushEncryption.encrypt(longest, for: browser.publicKey, secret: browser.secret)
        #expect(try message.count == 4096 && browser.read(message) == longest)
        #expect(throws: PushEncryption.Mistake.self) {
            try PushEncryption.encrypt(longest + [65], for: browser.publicKey, secret: browser.secret)
        }
    }

    /// Chromium's own cryptography, on a page that knows nothing of ours.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium")))
    func `is read by a browser`() throws {
        let folder = try TemporaryFolder()
        let browser = PushBrowser()
        let message = try PushEncryption.encrypt(
            Array("火警：A座12樓".utf8), for: browser.publicKey, secret: browser.secret)
        let template = try String(contentsOfFile: Program.support("push-page.html"), encoding: .utf8)
        let page =
            template
            .replacing("{{message}}", with: Base64URL.encode(message))
            .replacing("{{auth}}", with: Base64URL.encode(browser.secret))
            .replacing("{{public}}", with: Base64URL.encode(browser.publicKey))
            .replacing("{{private}}", with: Base64URL.encode(browser.key.rawRepresentation))
        try page.write(toFile: folder.path + "/page.html", atomically: true, encoding: .utf8)
        let (_, output) = try Program.run(
            "/usr/bin/chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder.path)/profile",
                "--virtual-time-budget=10000", "--dump-dom", "file://\(folder.path)/page.html",
            ])
        #expect(output.contains("<body>read: 火警：A座12樓\n"), "\(output.suffix(2000))")
    }

    @Test func `proves who sends by a token for the service's origin, as RFC 8292 asks`() throws {
        let header = try #require(
            try Self.vapid().authorization(for: "https://Push.example.net:443/p/JzLQ3raZ", at: Harbour.noon))
        let parts = header.split { " ,=".contains($0) }.map(String.init)
        #expect(parts.count == 5 && parts[0] == "vapid" && parts[1] == "t" && parts[3] == "k")
        let (token, key) = (parts[2], parts[4])
        #expect(try key == Self.vapid().publicKey)
        let levels = token.split(separator: ".").map(String.init)
        let joined = Array("\(levels[0]).\(levels[1])".utf8)
        let signature = try P256.Signing.ECDSASignature(rawRepresentation: Self.bytes(levels[2]))
        #expect(
            try P256.Signing.PublicKey(x963Representation: Self.bytes(key)).isValidSignature(signature, for: joined))
        #expect(try String(decoding: Self.bytes(levels[0]), as: UTF8.self) == #"{"typ":"JWT","alg":"ES256"}"#)
        #expect(
            try String(decoding: Self.bytes(levels[1]), as: UTF8.self)
                == #"{"aud":"https://push.example.net","exp":1763856000,"sub":"mailto:office@harbour.example"}"#)
    }

    @Test func `verifies the token that RFC 8292 shows in chapter 2_4 by the same means`() throws {
        let token = """
            eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1\
            YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjj\
            vW2L9OkSSHzvoD1oA
            """
        let key = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
        let levels = token.split(separator: ".").map(String.init)
        #expect(
            try P256.Signing.PublicKey(x963Representation: Self.bytes(key)).isValidSignature(
                .init(rawRepresentation: Self.bytes(levels[2])), for: Array("\(levels[0]).\(levels[1])".utf8)))
        #expect(
            try String(decoding: Self.bytes(levels[1]), as: UTF8.self)
                == #"{"aud":"https://push.example.net","exp":1453523768,"sub":"mailto:push@example.com"}"#)
    }

    @Test func `takes a key as openssl writes it`() throws {
        let (status, pem) = try Program.run(
            "/usr/bin/openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout"])
        #expect(status == 0)
        #expect(try VAPID(key: pem, subject: "mailto:x@y.example").publicKey.count == 87)
        #expect(throws: VAPID.BadKey.self) { try VAPID(key: "geheim", subject: "mailto:x@y.example") }
    }

    @Test(arguments: [
        ("https://a.example/x", "https://a.example"), ("https://A.example:8443", "https://a.example:8443"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
    ])
    func `knows an origin`(_ endpoint: String, _ origin: String) { #expect(VAPID.origin(of: endpoint) == origin) }

    // MARK: Sending

    private static func notice(_ alert: Alert, text: String = "火警！") -> Notice {
        Notice(
            id: "\(alert.id)/r-a-12c/1", alert: alert, recipient: "r-a-12c/1", language: .traditionalChinese,
            text: text, short: "火警", title: "火警：A座12樓A室", place: "12樓A室",
            question: Notice.Question(url: "https://safe.example/a/k3", words: []))
    }

    private static func channel(_ receiver: WebhookReceiver, _ browser: PushBrowser) throws -> WebPushChannel {
        let file = #"{"ann-phone":\#(browser.subscription(receiver.url("/send/abc")))}"#
        return try WebPushChannel(
            .init(), vapid: vapid(), subscriptions: PushBook(PushSubscription.all(in: Data(file.utf8))),
            now: { Harbour.noon })
    }

    private static let contact = Contact(resident: "r-a-12c", position: 1, channel: "webpush", address: "ann-phone")

    @Test func `brings the browser the text, urgently, and in place of an older one of the incident`() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(201) }
        defer { receiver.stop() }
        let browser = PushBrowser()
        let channel = try Self.channel(receiver, browser)
        for id in ["a-fire-7/3", "a-fire-7/4", "a-fire-8/1"] {
            let notice = Self.notice(Harbour.alert(id, .confirmed, [.block], at: "a/12/A"))
            #expect(await channel.send(notice, to: Self.contact) == .accepted())
        }
        let requests = await receiver.requests.next(3)
        let headers = requests[0].headers
        #expect(requests[0].path == "/send/abc" && headers["content-encoding"] == "aes128gcm")
        #expect(headers["ttl"] == "3600" && headers["urgency"] == "high")
        #expect(headers["authorization"]?.hasPrefix("vapid t=ey") == true)
        let topics = requests.map { $0.headers["topic"] ?? "" }
        #expect(topics[0] == topics[1] && topics[1] != topics[2] && topics[0].count == 32)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(browser.read(requests[0].body))) as? [String: Any])
        #expect(json["text"] as? String == "火警！" && json["title"] as? String == "火警：A座12樓A室")
        #expect(json["tag"] as? String == "a-fire-7" && json["url"] as? String == "https://safe.example/a/k3")
        #expect(!String(decoding: requests[0].body, as: UTF8.self).contains("fire"))
    }

    @Test func `sends the short text where the long one does not fit`() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(201) }
        defer { receiver.stop() }
        let browser = PushBrowser()
        let long = Self.notice(
            Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/12/A"), text: String(repeating: "火", count: 1400))
        #expect(await (try Self.channel(receiver, browser)).send(long, to: Self.contact) == .accepted())
        let request = try #require(await receiver.requests.next(1).first)
        let json = try JSONSerialization.jsonObject(with: Data(browser.read(request.body))) as? [String: Any]
        #expect(json?["text"] as? String == "火警")
    }

    @Test(arguments: [
        (200, Outcome.accepted()), (201, .accepted()), (404, .refused("the browser has ended its subscription")),
        (410, .refused("the browser has ended its subscription")),
        (413, .refused("the push service finds the message too long")), (400, .refused("HTTP 400")),
        (403, .refused("HTTP 403")), (429, .failed("HTTP 429", retryAfter: .seconds(7))),
        (503, .failed("HTTP 503", retryAfter: .seconds(7))),
    ])
    func `knows what the service answers`(_ status: Int, _ expected: Outcome) async throws {
        let receiver = try WebhookReceiver { _, _ in .status(status, header: "Retry-After: 7") }
        defer { receiver.stop() }
        let notice = Self.notice(Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/12/A"))
        #expect(await (try Self.channel(receiver, PushBrowser())).send(notice, to: Self.contact) == expected)
    }

    // MARK: Subscriptions

    @Test(arguments: [
        ("[]", "it is no JSON object of subscriptions by their names"),
        (#"{"ann":{}}"#, "'ann': it is no PushSubscription with endpoint, p256dh and auth"),
        (#"{"ann":{"endpoint":"ftp://x","keys":{"p256dh":"","auth":""}}}"#, "'ann': the endpoint is no web address"),
        (
            #"{"ann":{"endpoint":"https://x","keys":{"p256dh":"BAAA","auth":""}}}"#,
            "'ann': 'p256dh' is no public key of the curve P-256"
        ),
        (
            #"{"ann":{"endpoint":"https://x","keys":{"p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","auth":"BTBZ"}}}"#,
            "'ann': 'auth' does not have 16 bytes"
        ),
    ])
    func `says which subscription is wrong, and quotes nothing of it`(_ file: String, _ problem: String) {
        #expect { try PushSubscription.all(in: Data(file.utf8)) } throws: { "\($0)" == problem }
    }
}
