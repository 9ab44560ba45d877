import Foundation
import Notify
import Registry
import Rules
import Synchronization
import TestBroker
import Store
import Testing

/// To a real SMTP server.
@Suite(.timeLimit(.minutes(1))) struct `An e-mail` {
    private static let question = Notice.Question(
        url: "https://safe.example/a/k3Vb?x=1&y=2",
        words: [.init(.safe, "安全"), .init(.needHelp, "求助"), .init(.falseAlarm, "誤報 <1>")])
    private static let sender = "海景花園 <alarm@estate.example>"

    private func notice(
        _ title: String = "火警：A座12樓A室，請立即離開大廈，不要使用升降機，請往樓梯，協助有需要的人", stage: Stage = .confirmed,
        question: Notice.Question? = question
    ) -> Notice {
        Notice(
            id: "a-fire-7/3/r-a-12c/1", alert: Harbour.alert("a-fire-7/3", stage, [.block], at: "a/12/A"),
            recipient: "r-a-12c/1", language: .traditionalChinese, text: "火警！\n.請立即離開 <A & B>。", title: title,
            place: "12樓A室", question: question)
    }

    private func send(
        _ notice: Notice, by server: MailServer, scheme: String = "smtp", to address: String = "chan@mail.example",
        _ change: (inout MailChannel.Server) -> Void = { $0.encryption = .optional }
    ) async throws -> Outcome {
        var settings = MailChannel.Server(url: server.url(scheme))
        change(&settings)
        let sender = try #require(MailChannel.Sender(Self.sender))
        let channel = try MailChannel(.init(server: settings, sender: sender), now: { Harbour.noon + .seconds(61) })
        return await channel.send(
            notice, to: Contact(resident: "r-a-12c", position: 1, channel: "mail", address: address))
    }

    @Test func `says who, what and when in its head, in UTF-8 that every server lets pass`() async throws {
        let server = try await MailServer()
        defer { server.stop() }
        #expect(try await send(notice(), by: server) == .accepted())
        let mail = try #require(await server.mails.next(1).first)
        #expect(mail.from == "alarm@estate.example" && mail.to == ["chan@mail.example"])
        #expect(mail.content.allSatisfy { $0 < 0x80 })
        #expect(
            String(decoding: mail.content, as: UTF8.self).components(separatedBy: "\r\n").allSatisfy { $0.count <= 78 })
        let headers = mail.headers
        #expect(headers["date"] == "Sat, 22 Nov 2025 12:01:01 +0000")
        #expect(headers["from"] == "=?UTF-8?B?5rW35pmv6Iqx5ZyS?= <alarm@estate.example>")
        #expect(headers["to"] == "<chan@mail.example>")
        #expect(headers["message-id"] == "<a-fire-7/3/r-a-12c/1.1763812800000@estate.example>")
        #expect(headers["auto-submitted"] == "auto-generated")
        #expect(headers["x-priority"] == "1" && headers["importance"] == "high")
        #expect(headers["mime-version"] == "1.0")
        #expect(decoded(headers["subject"] ?? "") == notice().title)
    }

    /// Encoded words, each of which must be whole by itself (RFC 2047).
    private func decoded(_ header: String) -> String {
        header.split(separator: " ").map { word in
            let data = Data(base64Encoded: String(word.dropFirst("=?UTF-8?B?".count).dropLast(2)))
            return data.flatMap { String(data: $0, encoding: .utf8) } ?? "'\(word)' is no encoded word"
        }.joined()
    }

    @Test func `has a plain text, and a page with a button for each answer`() async throws {
        let server = try await MailServer()
        defer { server.stop() }
        #expect(try await send(notice(), by: server) == .accepted())
        let parts = try #require(await server.mails.next(1).first).parts
        #expect(parts.count == 2)
        #expect(
            parts[0] == "火警！\n.請立即離開 <A & B>。\n\n安全 / 求助 / 誤報 <1>: https://safe.example/a/k3Vb?x=1&y=2")
        #expect(parts[1].contains("<p>火警！</p>\n<p>.請立即離開 &lt;A &amp; B&gt;。</p>"))
        #expect(parts[1].contains("lang=\"zh-Hant\" dir=\"ltr\""))
        let links = parts[1].components(separatedBy: "<a href=\"https://safe.example/a/k3Vb?x=1&amp;y=2\" style=")
        #expect(links.count == 4 && links[1].contains(">安全</a>") && links[3].contains(">誤報 &lt;1&gt;</a>"))
    }

    @Test func `of what is no danger any more, or asks nothing, is a quiet one without buttons`() async throws {
        let server = try await MailServer()
        defer { server.stop() }
        #expect(try await send(notice("All clear", stage: .closed, question: nil), by: server) == .accepted())
        let mail = try #require(await server.mails.next(1).first)
        #expect(mail.headers["x-priority"] == nil && mail.headers["importance"] == nil)
        #expect(mail.headers["subject"] == "All clear")
        #expect(!mail.parts[1].contains("<a "))
    }

    @Test func `cannot be given further lines in its head by a text`() async throws {
        let server = try await MailServer()
        defer { server.stop() }
        #expect(try await send(notice("Fire\r\nBcc: all@estate.example\r\n\r\nx"), by: server) == .accepted())
        let mail = try #require(await server.mails.next(1).first)
        #expect(mail.headers["bcc"] == nil && mail.to == ["chan@mail.example"])
        let address = "a@b.example>\r\nRCPT TO:<all@estate.example"
        #expect(
            try await send(notice(), by: server, to: address) == .refused("the address is no e-mail address"))
    }

    @Test(arguments: [
        (["--rcpt", "550 5.1.1 chan@mail.example: no such user"], Outcome.refused("SMTP 550 to the recipient")),
        (["--rcpt", "450 4.2.0 greylisted"], .failed("SMTP 450")),
        (
            ["--rcpt", "530 5.7.0 log in"],
            .failed("the mail server does not let the hub in with its user and password")
        ),
        (["--data", "554 5.6.0 no"], .refused("SMTP 554 to the message")),
        (["--data", "452 4.3.1 full"], .failed("SMTP 452")),
        (["--mail", "550 5.7.1 who is alarm@estate.example?"], .failed("SMTP 550 to the hub")),
    ])
    func `is refused for good by what the server says of the recipient or the message alone`(
        _ options: [String], _ expected: Outcome
    ) async throws {
        let server = try await MailServer(options)
        defer { server.stop() }
        #expect(try await send(notice(), by: server) == expected)
    }

    @Test func `is encrypted, and goes out only with the right certificate, user and password`() async throws {
        let folder = try TemporaryFolder()
        let certificates = try Certificates(folder: folder.path)
        let pair = certificates.server
        for (scheme, more) in [("smtp", [String]()), ("smtps", ["--implicit"])] {
            let server = try await MailServer(
                ["--certificate", pair.certificate, "--key", pair.key, "--login", "hub:geheim"] + more)
            defer { server.stop() }
            func outcome(password: String, authority: String?) async throws -> Outcome {
                try await send(notice(), by: server, scheme: scheme) { settings in
                    settings.user = "hub"
                    settings.password = password
                    settings.authorities = authority
                }
            }
            #expect(try await outcome(password: "geheim", authority: certificates.authority) == .accepted())
            let mail = try #require(await server.mails.next(1).first)
            #expect(mail.tls && mail.user == "hub")
            #expect(
                try await outcome(password: "falsch", authority: certificates.authority)
                    == .failed("the mail server does not let the hub in with its user and password"))
            guard case .failed = try await outcome(password: "geheim", authority: nil) else {
                Issue.record("a certificate that nobody has signed was taken")
                continue
            }
        }
    }

    @Test func `is sent none by a self-test, which needs the right password as well`() async throws {
        let folder = try TemporaryFolder()
        let certificates = try Certificates(folder: folder.path)
        let pair = certificates.server
        let server = try await MailServer(
            ["--certificate", pair.certificate, "--key", pair.key, "--login", "hub:geheim"])
        defer { server.stop() }
        for (password, expected) in [
            ("geheim", Outcome.accepted()),
            ("falsch", .failed("the mail server does not let the hub in with its user and password")),
        ] {
            var settings = MailChannel.Server(url: server.url("smtp"))
            settings.user = "hub"
            settings.password = password
            settings.authorities = certificates.authority
            let sender = try #require(MailChannel.Sender(Self.sender))
            let channel = try MailChannel(.init(server: settings, sender: sender), now: { Harbour.noon })
            #expect(await channel.probe(nil) == expected)
            guard password == "geheim" else { continue }
            #expect(await channel.send(notice(), to: contact("chan@mail.example")) == .accepted())
        }
        #expect(await server.mails.next(1).count == 1)
    }

    @Test func `keeps its connection for the next`() async throws {
        let server = try await MailServer()
        defer { server.stop() }
        let channel = try channel(server)
        for _ in 1...5 { #expect(await channel.send(notice(), to: contact("chan@mail.example")) == .accepted()) }
        #expect(Set(await server.mails.next(5).map(\.peer)).count == 1)
    }

    @Test func `that the server does not answer delays no other, as long as there are connections`() async throws {
        let server = try await MailServer(["--mute", "mute@mail.example"])
        defer { server.stop() }
        let channel = try channel(server, connectionsMax: 2)
        let mute = Task { await channel.send(notice(), to: contact("mute@mail.example")) }
        _ = await server.mails.next(1)
        await withTaskGroup { group in
            for number in 1...20 {
                group.addTask {
                    #expect(await channel.send(notice(), to: contact("n\(number)@mail.example")) == .accepted())
                }
            }
        }
        mute.cancel()
        #expect(await mute.value == .failed("stopped"))
    }

    private func contact(_ address: String) -> Contact {
        Contact(resident: "r-a-12c", position: 1, channel: "mail", address: address)
    }

    private func channel(_ server: MailServer, connectionsMax: Int = 8) throws -> MailChannel {
        var settings = MailChannel.Server(url: server.url())
        settings.encryption = .optional
        settings.timeout = .seconds(3600)
        var all = MailChannel.Settings(server: settings, sender: try #require(MailChannel.Sender(Self.sender)))
        all.connectionsMax = connectionsMax
        return try MailChannel(all, now: { Harbour.noon })
    }

    @Test func `does not go out where no STARTTLS is offered, unless that is wanted`() async throws {
        let server = try await MailServer()
        defer { server.stop() }
        #expect(
            try await send(notice(), by: server) { $0.encryption = .required }
                == .failed("the mail server offers no STARTTLS"))
        #expect(try await send(notice(), by: server) { $0.encryption = .optional } == .accepted())
    }

    @Test(arguments: [
        ("a@b.example", true), ("a.b+c@b.example", true), ("陳@例子.example", true), ("a", false), ("a@", false),
        ("@b", false), ("a@b@c", false), ("a b@c", false), ("a@b.", false), ("a@b..c", false), ("<a@b>", false),
        ("a@b\r\n", false), ("\"a\"@b", false),
    ])
    func `has an address that can stand in SMTP`(_ address: String, _ isOne: Bool) {
        #expect(MailChannel.isAddress(address) == isOne)
    }
}
