import Notify
import Registry
import Rules
import Store
import Synchronization
import Testing

private let fire = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")

private func answer(_ answer: Answer, _ resident: Resident.ID, after seconds: Int64 = 10) -> GivenAnswer {
    GivenAnswer(
        answer, from: resident, to: fire.incident, at: Harbour.noon + .seconds(seconds), over: "page")
}

/// As a hub is, without the ladder of people.
private let alone: Notifier.Settings = {
    var settings = Notifier.Settings()
    settings.escalation.people = []
    settings.keep = quick.keep
    return settings
}()

@Suite(.timeLimit(.minutes(1))) struct `Whoever does not answer` {
    private let people = [
        Harbour.person("r4", "a/4/A", "push:x sms:x mail:x"), Harbour.person("r9", "a/9/A", "push:y sms:y"),
    ]

    @Test func `is tried over one contact after the other, and whoever answers is not`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let clock = SetClock(start: Harbour.noon)
        let channel = RecordingChannel()
        try await notifying(
            database, AlertList(fire), people, channels: ["push": channel, "sms": channel, "mail": channel],
            settings: alone, clock: clock
        ) { notifier in
            #expect(Set(await channel.sendings.next(2).map(\.contact.id)) == ["r4/1", "r9/1"])
            _ = try await database.deliveries(of: fire.id) { $0.count { $0.climbAt != nil } == 2 }
            try await notifier.take(answer(.safe, "r9"))
            clock.advance(by: .seconds(45))
            notifier.wake()
            #expect(await channel.sendings.next(1).map(\.contact.id) == ["r4/2"])
            _ = try await database.deliveries(of: fire.id) { $0.contains { $0.contact == "r4/2" && $0.climbAt != nil } }
            clock.advance(by: .seconds(45))
            notifier.wake()
            #expect(await channel.sendings.next(1).map(\.contact.id) == ["r4/3"])
            let all = try await database.deliveries(of: fire.id) {
                $0.count == 4 && $0.allSatisfy { $0.climbAt == nil }
            }
            #expect(!all.contains { $0.contact == "r9/2" })
            #expect(try database.answers(to: fire.incident).map(\.answer) == [.safe])
        }
    }

    @Test func `and says that they are safe still hears what is on its way to them`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let clock = SetClock(start: Harbour.noon)
        let source = AlertList(fire)
        let channel = RecordingChannel {
            $0.notice.alert.stage == .spreading && $0.attempt == 1 ? .failed("HTTP 503") : .accepted()
        }
        try await notifying(
            database, source, [people[0]], channels: ["push": channel, "sms": channel, "mail": channel],
            settings: alone, clock: clock
        ) { notifier in
            _ = await channel.sendings.next(1)
            source.append(Harbour.alert("a-fire-1/2", .spreading, [.block], at: "a/4/A"))
            notifier.wake()
            _ = await channel.sendings.next(1)
            _ = try await database.deliveries(of: "a-fire-1/2") {
                $0.contains { $0.attempts == 1 && $0.state == .pending }
            }
            try await notifier.take(answer(.safe, "r4"))
            clock.advance(by: .seconds(1))
            notifier.wake()
            #expect(await channel.sendings.next(1).map(\.notice.alert.stage) == [.spreading])
        }
    }

    @Test func `is tried further by a hub that starts anew`() async throws {
        let folder = try TemporaryFolder()
        let clock = SetClock(start: Harbour.noon)
        let before = RecordingChannel()
        let source = AlertList(fire)
        let database = try NotifyDatabase(path: folder.database)
        try await notifying(
            database, source, people, channels: ["push": before, "sms": before], settings: alone, clock: clock
        ) { notifier in
            _ = await before.sendings.next(2)
            _ = try await database.deliveries(of: fire.id) { $0.count { $0.climbAt != nil } == 2 }
            try await notifier.take(answer(.needHelp, "r4"))
        }
        clock.advance(by: .seconds(45))
        let after = RecordingChannel()
        try await notifying(
            database, source, people, channels: ["push": after, "sms": after], settings: alone, clock: clock
        ) { _ in
            let next = await after.sendings.next(1).map(\.contact.id)
            #expect(next == ["r9/2"])
        }
    }

    @Test func `because the far end could not deliver is tried over the next contact at once`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let channel = RecordingChannel { .accepted(reference: "ref-\($0.contact.id)") }
        try await notifying(
            database, AlertList(fire), people, channels: ["push": channel, "sms": channel, "mail": channel],
            settings: alone, clock: SetClock(start: Harbour.noon)
        ) { notifier in
            // Faster than the answer that names it.
            try await notifier.take([.report(.delivered, reference: "ref-r9/1", reason: nil)], over: "push")
            _ = await channel.sendings.next(2)
            _ = try await database.deliveries(of: fire.id) { $0.count { $0.climbAt != nil } == 2 }
            try await notifier.take(
                [.report(.undelivered, reference: "ref-r4/1", reason: "no such number")], over: "push")
            #expect(await channel.sendings.next(1).map(\.contact.id) == ["r4/2"])
            let all = try await database.deliveries(of: fire.id) { $0.contains { $0.contact == "r4/2" } }
            #expect(all.first { $0.contact == "r4/1" }?.state == .failed)
            #expect(all.first { $0.contact == "r9/1" }?.deliveredAt != nil)
            let records = try await database.records { $0.text.english.contains("no such number") }
            #expect(records.contains { $0.level == .trouble && $0.text.english.contains("r4/1 not told by push") })
        }
    }

    @Test func `while something is only looked into is not called twice`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let channel = RecordingChannel()
        let look = Harbour.alert("a-fire-1/1", .investigate, [.block], at: "a/4/A")
        try await notifying(
            database, AlertList(look), people, channels: ["push": channel, "sms": channel], settings: alone,
            clock: SetClock(start: Harbour.noon)
        ) { _ in
            let all = try await database.deliveries(of: look.id) {
                $0.count == 2 && $0.allSatisfy { $0.state == .accepted }
            }
            #expect(all.allSatisfy { $0.climbAt == nil })
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `An incident that nobody answers` {
    private let people = [
        Harbour.person("r4", "a/4/A", "push:x"), Harbour.person("warden", "a", "push:w", role: .warden),
        Harbour.person("office", "", "push:o", role: .office),
        Harbour.person("son", "a/4/A", "push:s", role: .nextOfKin),
        Harbour.person("owner", "a/4/A", "push:e", role: .owner),
    ]
    private let look = Harbour.alert("a-fire-1/1", .investigate, [.flat, .owners], at: "a/4/A")
    private var settings: Notifier.Settings {
        var settings = alone
        settings.escalation.people = [
            .init(.wardens, after: .seconds(60)), .init(.office, after: .seconds(120)),
            .init(.nextOfKin, after: .seconds(180)),
        ]
        return settings
    }

    @Test func `is told to wardens, the office and the next of kin, in steps`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let clock = SetClock(start: Harbour.noon)
        let channel = RecordingChannel()
        try await notifying(
            database, AlertList(look), people, channels: ["push": channel], settings: settings, clock: clock
        ) { notifier in
            #expect(Set(await channel.sendings.next(2).map(\.contact.id)) == ["r4/1", "owner/1"])
            for who in ["warden/1", "office/1", "son/1"] {
                clock.advance(by: .seconds(60))
                notifier.wake()
                let sent = await channel.sendings.next(1)
                #expect(sent.map(\.contact.id) == [who])
                #expect(sent.first?.notice.text.contains("your home") == false)
            }
            let records = try await database.records { $0.text.english.contains("next of kin") }
            #expect(
                records.contains {
                    $0.text.english.contains("nobody has answered for 60 s; 1 more is told: the wardens")
                })
        }
    }

    @Test func `has its ladder climbed once, however often it is said again`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let clock = SetClock(start: Harbour.noon)
        let channel = RecordingChannel()
        let source = AlertList(look)
        var settings = settings
        settings.escalation.people = [.init(.wardens, after: .seconds(60))]
        try await notifying(
            database, source, people, channels: ["push": channel], settings: settings, clock: clock
        ) { notifier in
            _ = await channel.sendings.next(2)
            clock.advance(by: .seconds(60))
            notifier.wake()
            #expect(await channel.sendings.next(1).map(\.contact.id) == ["warden/1"])
            for number in 1...2 {
                source.append(
                    Harbour.alert(
                        "a-fire-1/\(number + 1)", .investigate, [.flat], at: "a/4/A", repetition: number))
                notifier.wake()
                #expect(await channel.sendings.next(1).map(\.contact.id) == ["r4/1"])
                clock.advance(by: .seconds(120))
            }
            let told = try database.deliveries(ofIncident: look.incident)
            #expect(told.count { $0.target == "warden" } == 1)
        }
    }

    @Test(arguments: [false, true]) func `is told to nobody else once somebody has answered`(_ byPage: Bool)
        async throws
    {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let clock = SetClock(start: Harbour.noon)
        let channel = RecordingChannel()
        let source = AlertList(look)
        try await notifying(
            database, source, people, channels: ["push": channel], settings: settings, clock: clock
        ) { notifier in
            _ = await channel.sendings.next(2)
            clock.advance(by: .seconds(60))
            notifier.wake()
            #expect(await channel.sendings.next(1).map(\.contact.id) == ["warden/1"])
            if byPage {
                try await notifier.take(answer(.onIt, "warden", after: 61))
            } else {
                source.answered.withLock { _ = $0.insert(look.incident) }
            }
            clock.advance(by: .seconds(600))
            let second = Harbour.alert("b-fire-1/1", .investigate, [.flat], at: "b/4/A")
            source.append(second)
            notifier.wake()
            _ = try await database.records { $0.text.english.contains("Nobody is there to be told") }
            #expect(
                try database.deliveries(ofIncident: look.incident).map(\.target).sorted() == ["owner", "r4", "warden"])
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `An answer to a notifier that has stopped` {
    @Test func `is refused, so that it is given again`() async throws {
        let folder = try TemporaryFolder()
        let stopped = Mutex<Notifier?>(nil)
        try await notifying(try NotifyDatabase(path: folder.database), AlertList(), [], channels: [:]) { notifier in
            stopped.withLock { $0 = notifier }
        }
        let notifier = try #require(stopped.withLock { $0 })
        await #expect(throws: Notifier.NotKept.self) { try await notifier.take(answer(.needHelp, "r4")) }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A floor below` {
    @Test func `is an audience of its own`() async throws {
        let folder = try TemporaryFolder()
        let channel = RecordingChannel()
        let alert = Harbour.alert("a-fire-1/1", .investigate, [.floorBelow, .floorAbove], at: "a/4/A")
        let people = ["2", "3", "4", "5", "6"].map { Harbour.person("r\($0)", "a/\($0)/A", "push:x") }
        try await notifying(
            try NotifyDatabase(path: folder.database), AlertList(alert), people, channels: ["push": channel]
        ) { _ in
            #expect(Set(await channel.sendings.next(2).map(\.contact.id)) == ["r5/1", "r3/1"])
        }
    }
}
