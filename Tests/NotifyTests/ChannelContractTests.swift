import Dispatch
import Notify
import Registry
import Rules
import Testing

/// What the notifier relies on, whatever a channel speaks.
@Suite(.timeLimit(.minutes(1))) struct `Every channel` {
    static let all: [any ChannelUnderTest.Type] = [
        CallUnderTest.self, CAPUnderTest.self, KannelUnderTest.self, MailUnderTest.self,
        ServiceUnderTest<Alertmanager>.self,
        ServiceUnderTest<Custom>.self, ServiceUnderTest<LINE>.self, ServiceUnderTest<Ntfy>.self,
        ServiceUnderTest<Slack>.self, ServiceUnderTest<Telegram>.self, ServiceUnderTest<WhatsApp>.self,
        SpeechUnderTest.self, TwilioUnderTest.self, VonageUnderTest.self, WebhookUnderTest.self,
        WebPushUnderTest.self,
    ]

    private let notice = Notice(
        id: "a-fire-7/3/r-a-12c/1", alert: Harbour.alert("a-fire-7/3", .confirmed, [.block], at: "a/12/A"),
        recipient: "r-a-12c/1", language: .traditionalChinese, text: "SmokeHub 警報：火警！ #a-fire-7/3",
        short: "火警！A座12樓 #a-fire-7/3", title: "火警：A座12樓A室", place: "12樓A室")

    @Test(arguments: all.indices) func `waits for a far end that is slow, and keeps no other message waiting`(
        _ index: Int
    ) async throws {
        let subject = try await Self.all[index].beginning(.isSlow, timeout: .seconds(10))
        var later = notice
        later.id = "a-fire-7/4/r-a-12c/1"
        async let second = subject.channel.send(later, to: subject.contact)
        let outcomes = [await subject.channel.send(notice, to: subject.contact), await second]
        for outcome in outcomes {
            guard case .accepted = outcome else {
                Issue.record("\(type(of: subject)): \(outcome)")
                continue
            }
        }
        await subject.stop()
    }

    @Test(arguments: all.indices, Manner.allCases.filter { $0 != .isSlow })
    func `says what became of a message`(_ index: Int, _ manner: Manner) async throws {
        let subject = try await Self.all[index].beginning(
            manner, timeout: manner == .saysNothing ? .milliseconds(200) : .seconds(10))
        let outcome = await subject.channel.send(notice, to: subject.contact)
        switch (manner, outcome) {
        case (.accepts, .accepted), (.refusesForGood, .refused): break
        case (.refusesForNow, .failed), (.saysNothing, .failed), (.breaksOff, .failed), (.isGone, .failed),
            (.talksGibberish, .failed):
            break
        default: Issue.record("\(type(of: subject)), \(manner): \(outcome)")
        }
        if case .failed(let reason, _) = outcome { expectNothingPersonal(reason, subject) }
        if case .refused(let reason) = outcome { expectNothingPersonal(reason, subject) }
        await subject.stop()
    }

    /// Reasons enter the alert log.
    private func expectNothingPersonal(_ reason: String, _ subject: any ChannelUnderTest) {
        #expect(!reason.isEmpty && !reason.contains(subject.contact.address) && !reason.contains("127.0.0.1"))
    }

    @Test(arguments: all.indices) func `sends a repetition so that it is recognised`(_ index: Int) async throws {
        let subject = try await Self.all[index].beginning(.accepts, timeout: .seconds(10))
        for _ in 1...2 { _ = await subject.channel.send(notice, to: subject.contact) }
        let arrivals = try await subject.arrivals(2)
        #expect(Set(arrivals).count == 1 && arrivals.count == 2)
        await subject.stop()
    }

    @Test(arguments: all.indices) func `ends when its task is cancelled in mid-send`(_ index: Int) async throws {
        let subject = try await Self.all[index].beginning(.saysNothing, timeout: .seconds(3600))
        let sending = Task { await subject.channel.send(notice, to: subject.contact) }
        _ = try await subject.arrivals(1)
        sending.cancel()
        guard case .failed = await sending.value else {
            Issue.record("\(type(of: subject)) was cancelled and says otherwise")
            return
        }
        await subject.stop()
    }
}

/// A webhook, and a web server.
struct WebhookUnderTest: ChannelUnderTest {
    let channel: any Channel
    let contact: Contact
    private let receiver: WebhookReceiver

    static func beginning(_ manner: Manner, timeout: Duration) async throws -> WebhookUnderTest {
        let receiver = try WebhookReceiver(manner)
        var settings = WebhookChannel.Settings()
        settings.request.timeout = timeout
        return WebhookUnderTest(
            channel: try WebhookChannel(settings, now: { Harbour.noon }),
            contact: Contact(resident: "r-a-12c", position: 1, channel: "webhook", address: receiver.url("/path")),
            receiver: receiver)
    }

    func arrivals(_ count: Int) async throws -> [String] {
        await receiver.requests.next(count).map { $0.headers["idempotency-key"] ?? "" }
    }

    func stop() async { receiver.stop() }
}

/// E-mail, and an SMTP server.
struct MailUnderTest: ChannelUnderTest {
    let channel: any Channel
    let contact: Contact
    private let server: MailServer

    static func beginning(_ manner: Manner, timeout: Duration) async throws -> MailUnderTest {
        let options =
            switch manner {
            case .accepts, .isGone: [String]()
            case .isSlow: ["--data", "pair"]
            case .refusesForGood: ["--rcpt", "550 5.1.1 no such user here"]
            case .refusesForNow: ["--rcpt", "451 4.3.0 not now"]
            case .saysNothing: ["--data", "hang"]
            case .breaksOff: ["--data", "close"]
            case .talksGibberish: ["--rcpt", "199 what is this?"]
            }
        let server = try await MailServer(options)
        if manner == .isGone { server.stop() }
        var settings = MailChannel.Server(url: server.url())
        settings.encryption = .optional
        settings.timeout = timeout
        guard let sender = MailChannel.Sender("alarm@estate.example") else {
            throw ServerProcess.CannotStart(said: "no sender")
        }
        return MailUnderTest(
            channel: try MailChannel(.init(server: settings, sender: sender), now: { Harbour.noon }),
            contact: Contact(resident: "r-a-12c", position: 1, channel: "mail", address: "chan@mail.example"),
            server: server)
    }

    func arrivals(_ count: Int) async throws -> [String] {
        await server.mails.next(count).map { $0.headers["message-id"] ?? "" }
    }

    func stop() async { server.stop() }
}

extension WebhookReceiver {
    /// - Parameters:
    ///   - accepted: what it says when it has taken a message.
    ///   - well: to a self-test, which comes by GET and without a recipient; `nil`: the same.
    convenience init(
        _ manner: Manner, accepted: Answer = .status(200), refused: Answer = .status(404),
        later: Answer = .status(503), well: Answer? = nil
    ) throws {
        let second = DispatchSemaphore(value: 0)
        try self.init { request, number in
            if manner == .isSlow {
                if number == 1 { second.wait() } else { second.signal() }
            }
            return switch manner {
            case .accepts where request.method == "GET" && request.query["to"] == nil: well ?? accepted
            case .accepts, .isSlow: accepted
            case .refusesForGood: refused
            case .refusesForNow: later
            case .saysNothing: .hang
            case .breaksOff, .isGone: .close
            case .talksGibberish: .gibberish
            }
        }
        if manner == .isGone { stop() }
    }
}
