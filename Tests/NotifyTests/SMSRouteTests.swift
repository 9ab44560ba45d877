import Foundation
import Notify
import Registry
import Rules
import Store
import Synchronization
import Testing

/// A route's gateway, which works or not as a test says.
private final class Gateway: Sendable {
    let name: String
    let receiver: WebhookReceiver
    private let state: Answers

    private final class Answers: Sendable {
        let answer: Mutex<WebhookReceiver.Answer>
        let count = Mutex(0)

        init(_ answer: WebhookReceiver.Answer) { self.answer = Mutex(answer) }
    }

    static let accepts = WebhookReceiver.Answer.status(202, body: "0: Accepted for delivery")
    static let fails = WebhookReceiver.Answer.status(503, body: "Temporal failure, try again later.")
    static let wrongPassword = WebhookReceiver.Answer.status(403, body: "Authorization failed for sendsms")
    static let noWay = WebhookReceiver.Answer.status(403, body: "Not routable. Do not try again.")
    static let denied = WebhookReceiver.Answer.status(
        400, body: "Number(s) has/have been denied by white- and/or black-lists.")

    init(_ name: String, _ answer: WebhookReceiver.Answer = accepts) throws {
        self.name = name
        let state = Answers(answer)
        self.state = state
        receiver = try WebhookReceiver { _, _ in
            state.count.withLock { $0 += 1 }
            return state.answer.withLock { $0 }
        }
    }

    deinit { receiver.stop() }

    func answers(_ new: WebhookReceiver.Answer) { state.answer.withLock { $0 = new } }

    /// How many messages it was asked to take since this was last asked.
    func takeCount() -> Int {
        state.count.withLock { count in
            defer { count = 0 }
            return count
        }
    }

    func route(share: Int = 0) -> SMSChannel.Route {
        var route = TestGateway.kannel(name, at: receiver.url())
        route.share = share
        return route
    }
}

@Suite(.timeLimit(.minutes(1))) struct `SMS routes` {
    private let clock = SetClock(start: Harbour.noon)
    private let notice = TestGateway.notice("FIRE")

    private func channel(_ routes: SMSChannel.Route...) throws -> SMSChannel {
        var settings = SMSChannel.Settings()
        settings.routes = routes
        return try SMSChannel(settings, now: { [clock] in clock.moment })
    }

    private func contact(_ resident: String) -> Contact {
        Contact(resident: resident, position: 1, channel: "sms", address: TestGateway.number)
    }

    @Test func `are tried in their order, in the same attempt`() async throws {
        let (first, second, third) = (
            try Gateway("a", Gateway.fails), try Gateway("b", Gateway.noWay), try Gateway("c")
        )
        let channel = try channel(first.route(), second.route(), third.route())
        #expect(await channel.send(notice, to: TestGateway.contact) == .accepted())
        #expect([first, second, third].map { $0.takeCount() } == [1, 1, 1])
        first.answers(Gateway.accepts)
        #expect(await channel.send(notice, to: TestGateway.contact) == .accepted())
        #expect([first, second, third].map { $0.takeCount() } == [1, 0, 0])
    }

    @Test func `share the load as they are told to, each person always by the same`() async throws {
        let (small, large, spare) = (try Gateway("a"), try Gateway("b"), try Gateway("c"))
        let channel = try channel(small.route(share: 1), large.route(share: 3), spare.route())
        for number in 1...200 { _ = await channel.send(notice, to: contact("r-\(number)")) }
        let counts = [small, large, spare].map { $0.takeCount() }
        #expect((30...70).contains(counts[0]) && counts[0] + counts[1] == 200 && counts[2] == 0)
        for _ in 1...5 { _ = await channel.send(notice, to: contact("r-17")) }
        #expect([small, large].map { $0.takeCount() }.sorted() == [0, 5])
    }

    @Test func `leave a number that is denied alone, and ask each other when one only has no way there`() async throws {
        let (first, second) = (try Gateway("a", Gateway.denied), try Gateway("b"))
        let channel = try channel(first.route(), second.route())
        #expect(await channel.send(notice, to: TestGateway.contact) == .refused("a: Kannel denies the number"))
        #expect(second.takeCount() == 0)
        for gateway in [first, second] { gateway.answers(Gateway.noWay) }
        #expect(
            await channel.send(notice, to: TestGateway.contact)
                == .refused("a: Kannel has no way to this number; b: Kannel has no way to this number"))
        #expect(channel.troubles().isEmpty)
    }

    @Test func `that fail rest, are told, and are tried by one message after the rest`() async throws {
        let (first, second) = (try Gateway("a", Gateway.fails), try Gateway("b"))
        let channel = try channel(first.route(), second.route())
        for _ in 1...5 { _ = await channel.send(notice, to: TestGateway.contact) }
        #expect(first.takeCount() == 3 && second.takeCount() == 5)
        let trouble = try #require(channel.troubles().first)
        #expect(trouble.text.english == "The SMS route 'a' fails: Kannel cannot take it now")
        // Still failing: one message finds out, and its rest is longer.
        clock.advance(by: .seconds(15))
        for _ in 1...2 { #expect(await channel.send(notice, to: TestGateway.contact) == .accepted()) }
        #expect(first.takeCount() == 1)
        clock.advance(by: .seconds(15))
        _ = await channel.send(notice, to: TestGateway.contact)
        #expect(first.takeCount() == 0 && channel.troubles().isEmpty)
        clock.advance(by: .seconds(15))
        first.answers(Gateway.accepts)
        for _ in 1...2 { _ = await channel.send(notice, to: TestGateway.contact) }
        #expect(first.takeCount() == 2)
        #expect(channel.troubles().map(\.text.english) == ["The SMS route 'a' works again"])
    }

    @Test func `are tried by one message at a time after a rest`() async throws {
        let (first, second) = (try Gateway("a", Gateway.wrongPassword), try Gateway("b"))
        var route = first.route()
        route.timeout = .seconds(3600)
        let channel = try channel(route, second.route())
        _ = await channel.send(notice, to: TestGateway.contact)
        clock.advance(by: .seconds(15))
        first.answers(.hang)
        let probe = Task { await channel.send(notice, to: TestGateway.contact) }
        _ = await first.receiver.requests.next(2)
        #expect(await channel.send(notice, to: TestGateway.contact) == .accepted())
        #expect(first.receiver.requestCount == 2)
        probe.cancel()
        _ = await probe.value
    }

    @Test func `do not rest because they have enough for now`() async throws {
        let (first, second) = (try Gateway("a", .status(429)), try Gateway("b"))
        let channel = try channel(first.route(), second.route())
        for _ in 1...5 { #expect(await channel.send(notice, to: TestGateway.contact) == .accepted()) }
        #expect(first.takeCount() == 5 && channel.troubles().isEmpty)
    }

    @Test func `do not rest for longer because the clock was set back`() async throws {
        let (first, second) = (try Gateway("a", Gateway.wrongPassword), try Gateway("b"))
        let moment = Moment(Harbour.noon)
        var settings = SMSChannel.Settings()
        settings.routes = [first.route(), second.route()]
        let channel = try SMSChannel(settings, now: { moment.now.withLock { $0 } })
        _ = await channel.send(notice, to: TestGateway.contact)
        moment.now.withLock { $0 = Harbour.noon + .seconds(-86_400) }
        _ = await channel.send(notice, to: TestGateway.contact)
        #expect(first.takeCount() == 2)
    }

    private final class Moment: Sendable {
        let now: Mutex<Instant>

        init(_ now: Instant) { self.now = Mutex(now) }
    }

    @Test func `with a wrong password rest at once`() async throws {
        let (first, second) = (try Gateway("a", Gateway.wrongPassword), try Gateway("b"))
        let channel = try channel(first.route(), second.route())
        for _ in 1...2 { #expect(await channel.send(notice, to: TestGateway.contact) == .accepted()) }
        #expect(first.takeCount() == 1)
        #expect(channel.troubles().map(\.details["error"]) == ["Kannel refuses the user or password"])
    }

    @Test func `are all tried while they rest, when no other is left`() async throws {
        let (first, second) = (try Gateway("a", Gateway.wrongPassword), try Gateway("b", Gateway.wrongPassword))
        let channel = try channel(first.route(), second.route())
        _ = await channel.send(notice, to: TestGateway.contact)
        second.answers(Gateway.accepts)
        #expect(await channel.send(notice, to: TestGateway.contact) == .accepted())
        #expect(channel.troubles().compactMap { $0.details["route"] } == ["a", "b", "b"])
    }

    @Test func `that never answer cost everybody no more than their own time`() async throws {
        let (first, second) = (try Gateway("a", .hang), try Gateway("b"))
        var route = first.route()
        route.timeout = .milliseconds(100)
        let channel = try channel(route, second.route())
        #expect(await channel.send(notice, to: TestGateway.contact) == .accepted())
    }

    @Test func `are tested at once, so that the ones that hang hide none that works`() async throws {
        // The first, which works, answers only when the second has been asked.
        let isAsked = Mutex(false)
        let first = try WebhookReceiver { _, _ in
            while !isAsked.withLock({ $0 }) { usleep(1000) }
            return .status(400, body: "Missing receiver number")
        }
        let second = try WebhookReceiver { _, _ in
            isAsked.withLock { $0 = true }
            return Gateway.fails
        }
        defer { for receiver in [first, second] { receiver.stop() } }
        let channel = try channel(
            TestGateway.kannel("a", at: first.url()), TestGateway.kannel("b", at: second.url()))
        #expect(await channel.probe(nil) == .accepted())
    }

    @Test func `that fail while messages still go out are troubles in the alert log`() async throws {
        let (first, second) = (try Gateway("a", Gateway.wrongPassword), try Gateway("b"))
        let channel = try channel(first.route(), second.route())
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let fire = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")
        let people = [Harbour.person("r4", "a/4/A", "sms:\(TestGateway.number)")]
        try await notifying(database, AlertList(fire), people, channels: ["sms": channel]) { _ in
            let records = try await database.records { $0.details["route"] == "a" }
            let trouble = try #require(records.first { $0.details["route"] == "a" })
            #expect(trouble.event == .trouble && trouble.level == .trouble)
            #expect(trouble.text.traditionalChinese.hasPrefix("短訊路線「a」失效"))
            let told = try await database.records { $0.event == .delivery }
            #expect(!"\(told)".contains(TestGateway.number))
        }
    }
}

@Suite struct `A phone number` {
    @Test(arguments: [
        ("85291234567", PhoneNumber.Mistake.withoutPlus), ("", .withoutPlus), ("+852 9123 4567", .otherCharacters),
        ("+852-91234567", .otherCharacters), ("+٨٥٢٩١٢٣٤", .otherCharacters), ("+08529123456", .leadingZero),
        ("+852912", .digits(6)), ("+8529123456789012", .digits(16)), ("+", .digits(0)),
    ])
    func `is none without its country, or with anything but digits`(_ text: String, _ mistake: PhoneNumber.Mistake) {
        #expect(throws: mistake) { try PhoneNumber(text) }
    }

    @Test func `is shown masked`() throws {
        let number = try PhoneNumber("+85291234567")
        #expect("\(number)" == "+852******67" && !String(reflecting: number).contains("1234"))
        #expect(PhoneNumber.masked("9123") == "****")
    }

    @Test(arguments: [
        ("+85291234567", String?.none), ("0085291234567", nil), ("85291234567", nil), ("85291234567", "852"),
        ("91234567", "852"), ("9123 4567", "852"), ("091234567", "852"),
    ])
    func `of a sender is found however it is written`(_ sender: String, _ country: String?) {
        #expect(PhoneNumber(sender: sender, country: country)?.text == "+85291234567")
    }

    @Test(arguments: ["Vonage", "", "12345", "+"]) func `is no company's name or short code`(_ sender: String) {
        #expect(PhoneNumber(sender: sender, country: nil) == nil)
    }
}
