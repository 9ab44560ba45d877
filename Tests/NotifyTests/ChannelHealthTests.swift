import Registry
import Rules
import Store
import Testing

@testable import Notify

/// What the notifier makes of channels that fail, moment by moment.
@Suite struct `A channel that takes nothing` {
    private let people = [
        Harbour.person("guard", "", "sms:x webhook:x", role: .guardian),
        Harbour.person("r4", "a/4/A", "sms:x webhook:x"), Harbour.person("r5", "a/4/B", "sms:x"),
    ]

    private func dispatcher() throws -> Dispatcher {
        var settings = quick
        settings.retry.deadline = .seconds(7200)
        settings.selfTest = .seconds(900)
        return Dispatcher(
            try NotifyDatabase.inMemory().state(),
            directory: Directory(estate: Harbour.estate, residents: people, devices: []),
            channels: ["sms": RecordingChannel(), "webhook": RecordingChannel()], settings: settings, random: Middle())
    }

    private let start = Harbour.noon

    private func second(_ second: Int) -> Instant { start + .seconds(second) }

    private func tell(
        _ dispatcher: inout Dispatcher, _ id: Alert.ID = "a-fire-1/1", at moment: Instant
    ) -> [Dispatcher.Departure] {
        dispatcher.expand(Harbour.alert(id, .confirmed, [.block], at: "a/4/A"), sequence: 1, at: moment)
        return dispatcher.departures(at: moment)
    }

    /// Everything that leaves by SMS fails, once a second.
    private func fail(_ dispatcher: inout Dispatcher, seconds: ClosedRange<Int>) -> [Dispatcher.Departure] {
        var others: [Dispatcher.Departure] = []
        for second in seconds {
            for departure in dispatcher.departures(at: self.second(second)) {
                if departure.contact.channel == "sms" {
                    dispatcher.take(.failed("HTTP 503"), of: departure.delivery.id, at: self.second(second))
                } else {
                    others.append(departure)
                }
            }
        }
        return others
    }

    private func broken() throws -> (Dispatcher, told: [Dispatcher.Departure]) {
        var dispatcher = try dispatcher()
        dispatcher.expand(
            Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A"), sequence: 1, at: second(0))
        let told = fail(&dispatcher, seconds: 0...6)
        return (dispatcher, told)
    }

    private func lines(_ dispatcher: Dispatcher, _ state: String) -> [LogRecord] {
        dispatcher.unwritten.records.filter {
            $0.details["trouble"] == "channel" && $0.details["state"] == state
        }
    }

    @Test func `is a trouble after some seconds, of which the guards hear over another channel`() throws {
        let (dispatcher, told) = try broken()
        let lines = lines(dispatcher, "open")
        #expect(lines.count == 1 && lines.first?.level == .trouble)
        #expect(lines.first?.at == second(5))
        #expect(lines.first?.text.english.contains("The channel sms takes no messages: HTTP 503") == true)
        let guards = told.filter { $0.alert.announcement != nil }
        #expect(guards.map(\.contact.id) == ["guard/2"])
        #expect(guards.first?.alert.announcement == lines.first?.text)
    }

    @Test func `is none for one lost packet, nor for many at the same moment`() throws {
        var dispatcher = try dispatcher()
        for departure in tell(&dispatcher, at: second(0)) {
            dispatcher.take(.failed("lost"), of: departure.delivery.id, at: second(0))
        }
        #expect(lines(dispatcher, "open").isEmpty)
    }

    @Test func `is not waited for when the next alarm comes`() throws {
        var (dispatcher, _) = try broken()
        let departures = tell(&dispatcher, "a-fire-2/1", at: second(7)).filter { $0.alert.id == "a-fire-2/1" }
        // Whoever has another contact hears over both, and the others as soon as it works.
        #expect(Set(departures.map(\.contact.id)) == ["r4/1", "r4/2", "r5/1"])
    }

    @Test func `is tested at growing intervals, for ever, and what it takes puts it right`() throws {
        var (dispatcher, _) = try broken()
        var tested: [Int] = []
        // Half a day.
        for second in 7...43_200 {
            for test in dispatcher.tests(at: self.second(second)) where test.name.channel == "sms" {
                tested.append(second)
                dispatcher.take(.failed("HTTP 503"), ofTest: test.name, at: self.second(second))
            }
        }
        let pauses = zip(tested.dropFirst(), tested).map { $0 - $1 }
        #expect(pauses.prefix(5) == pauses.prefix(5).sorted()[...])
        #expect(pauses.max().map { (30...60).contains($0) } == true)
        #expect(tested.last.map { $0 > 43_100 } == true)
        #expect(lines(dispatcher, "open").count == 1)

        let later = second(43_300)
        for test in dispatcher.tests(at: later) where test.name.channel == "sms" {
            dispatcher.take(.accepted(), ofTest: test.name, at: later)
        }
        let lines = lines(dispatcher, "put right")
        #expect(lines.count == 1 && lines.first?.level == .info)
        #expect(lines.first?.details["lasted"] == "43300.0 s")
    }

    @Test func `is put right by the first message that it takes`() throws {
        var (dispatcher, _) = try broken()
        for departure in dispatcher.departures(at: second(60)) where departure.contact.id == "r5/1" {
            dispatcher.take(.accepted(), of: departure.delivery.id, at: second(60))
        }
        #expect(lines(dispatcher, "put right").count == 1)
    }

    @Test func `does not keep another from being shown as working, whichever of its far ends has taken something`() {
        var health = ChannelHealth(selfTest: .seconds(900))
        health.watch(["sms", "webhook"])
        let (sms, webhook) = (people[1].contacts[0], people[1].contacts[1])
        _ = health.note(.failed("gone"), of: .init(channel: "sms", farEnd: ""), to: sms, at: second(0))
        _ = health.note(.accepted(), of: .init(channel: "webhook", farEnd: "x.example"), to: webhook, at: second(1))
        #expect(health.states.map(\.workedAt) == [nil, second(1)])
    }

    @Test func `is found before the fire, by a test`() throws {
        var dispatcher = try dispatcher()
        for second in [0, 2, 4, 6, 8, 10, 12] {
            for test in dispatcher.tests(at: self.second(second)) {
                dispatcher.take(
                    test.name.channel == "sms" ? .failed("it does not know the token") : nil, ofTest: test.name,
                    at: self.second(second))
            }
        }
        #expect(lines(dispatcher, "open").map { $0.details["error"] } == ["it does not know the token"])
        // What cannot be tested is not in doubt.
        #expect(dispatcher.channelStates.map { $0.downSince == nil } == [false, true])
    }

    @Test func `of which nobody can be told otherwise is one more trouble, and told when it works again`() throws {
        var settings = quick
        settings.retry.deadline = .seconds(7200)
        var dispatcher = Dispatcher(
            try NotifyDatabase.inMemory().state(),
            directory: Directory(
                estate: Harbour.estate, residents: [Harbour.person("guard", "", "sms:x", role: .guardian)], devices: []),
            channels: ["sms": RecordingChannel()], settings: settings, random: Middle())
        for second in [0, 2, 4, 6, 8, 10] {
            for test in dispatcher.tests(at: self.second(second)) {
                dispatcher.take(.failed("gone"), ofTest: test.name, at: self.second(second))
            }
        }
        let lines = dispatcher.unwritten.records.map(\.text.english)
        #expect(lines.contains { $0.hasPrefix("Nobody who keeps watch can be told") })
        let waiting = try #require(dispatcher.departures(at: second(10)).first)
        #expect(waiting.contact.id == "guard/1" && waiting.alert.announcement != nil)
        dispatcher.take(.failed("gone"), of: waiting.delivery.id, at: second(10))
        #expect(dispatcher.departures(at: second(60)).map(\.delivery.id) == [waiting.delivery.id])
    }
}

/// What the self-test of every channel that has one says.
@Suite(.timeLimit(.minutes(1))) struct `A self-test` {
    static let all: [any ChannelUnderTest.Type] = [
        KannelUnderTest.self, MailUnderTest.self, ServiceUnderTest<Alertmanager>.self, ServiceUnderTest<LINE>.self,
        ServiceUnderTest<Ntfy>.self, ServiceUnderTest<Slack>.self, ServiceUnderTest<Telegram>.self,
        ServiceUnderTest<WhatsApp>.self, TwilioUnderTest.self,
    ]

    @Test(arguments: all.indices, [Manner.accepts, .saysNothing, .breaksOff, .isGone, .talksGibberish])
    func `says whether messages would be taken`(_ index: Int, _ manner: Manner) async throws {
        // The mail server of these tests answers to a test as ever, however it treats mails.
        guard Self.all[index] != MailUnderTest.self || [.accepts, .isGone].contains(manner) else { return }
        let subject = try await Self.all[index].beginning(
            manner, timeout: manner == .saysNothing ? .milliseconds(200) : .seconds(10))
        switch (manner, await subject.channel.probe(nil)) {
        case (.accepts, .accepted?): break
        case (.accepts, let outcome): Issue.record("\(type(of: subject)): \(String(describing: outcome))")
        case (_, .failed(let reason, _)?):
            #expect(!reason.isEmpty && !reason.contains("127.0.0.1"))
        case (_, let outcome): Issue.record("\(type(of: subject)), \(manner): \(String(describing: outcome))")
        }
        await subject.stop()
    }

    static let posting: [any ChannelUnderTest.Type] = [
        CAPUnderTest.self, SpeechUnderTest.self, WebhookUnderTest.self,
    ]

    @Test(arguments: posting.indices, [Manner.accepts, .refusesForNow, .isGone])
    func `of a web server is made only while it takes nothing`(_ index: Int, _ manner: Manner) async throws {
        let subject = try await Self.posting[index].beginning(manner, timeout: .seconds(10))
        #expect(await subject.channel.probe(nil) == nil)
        let outcome = await subject.channel.probe(subject.contact)
        switch (manner, outcome) {
        case (.accepts, .accepted?), (.refusesForNow, .failed?), (.isGone, .failed?): break
        default: Issue.record("\(type(of: subject)), \(manner): \(String(describing: outcome))")
        }
        await subject.stop()
    }
}
