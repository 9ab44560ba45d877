import Foundation
import Notify
import Registry
import Rules
import Store
import Synchronization
import Testing

private let fire = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")

@Suite(.timeLimit(.minutes(1))) struct `A notifier` {
    @Test func `tells everybody in the audience, in their language, and says so in one line`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let channel = RecordingChannel()
        let people = [
            Harbour.person("r4", "a/4/A", "webhook:x"),
            Harbour.person("r9", "a/9/A", "webhook:x", language: .traditionalChinese),
        ]
        try await notifying(database, AlertList(fire), people, channels: ["webhook": channel]) { _ in
            let sent = await channel.sendings.next(2)
            let texts = Dictionary(uniqueKeysWithValues: sent.map { ($0.notice.id, $0.notice) })
            #expect(texts["a-fire-1/1/r4/1"]?.text.contains("your home") == true)
            #expect(texts["a-fire-1/1/r9/1"]?.text.contains("你樓下起火") == true)
            #expect(texts["a-fire-1/1/r9/1"]?.language == .traditionalChinese)
            let records = try await database.records { $0.event == .delivery }
            #expect(records.count == 1)
            #expect(records[0].level == .info)
            #expect(records[0].text.english.contains("2 of 2 people told by webhook"))
            #expect(records[0].details["contacts"]?.split(separator: " ").count == 2)
            #expect(!"\(records)".contains("Nobody's Name"))
        }
    }

    @Test func `says in one line how many people were reached over all channels`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let people = [
            Harbour.person("r4", "a/4/A", "push:x"), Harbour.person("r5", "a/5/A", "sms:x"),
            Harbour.person("r6", "a/6/A", "sms:gone push:x"),
        ]
        let sms = RecordingChannel { $0.contact.address == "gone" ? .refused("no such number") : .accepted() }
        try await notifying(
            database, AlertList(fire), people, channels: ["push": RecordingChannel(), "sms": sms]
        ) { _ in
            let records = try await database.records { $0.text.english.contains("3 of 3 people reached in") }
            #expect(records.last { $0.details["reached"] != nil }?.level == .info)
        }
    }

    @Test func `announces to those who keep watch, as it stands, and after every alarm`() async throws {
        let folder = try TemporaryFolder()
        let channel = RecordingChannel()
        var settings = quick
        settings.inFlightPerHost = 1
        let people = [
            Harbour.person("guard", "", "webhook:x", role: .guardian),
            Harbour.person("warden", "", "webhook:x", role: .warden, language: .traditionalChinese),
            Harbour.person("r4", "a/4/A", "webhook:x"), Harbour.person("r9", "a/9/A", "webhook:x"),
        ]
        let disabled = Alert(
            announcing: .init("flat a/4/A is disabled", "單位 a/4/A 已停用"), id: "a-notice-1", at: fire.at, block: "a",
            places: [Place(block: "a", floor: "4", flat: "A")], verb: "disable", to: [.guards, .wardens])
        try await notifying(
            try NotifyDatabase(path: folder.database), AlertList(disabled, fire), people,
            channels: ["webhook": channel], settings: settings
        ) { _ in
            let sent = await channel.sendings.next(4)
            #expect(sent.prefix(2).map(\.contact.id) == ["r4/1", "r9/1"])
            #expect(
                sent.suffix(2).map(\.notice.text) == [
                    "SmokeHub alarm: flat a/4/A is disabled #a-notice-1", "SmokeHub 警報：單位 a/4/A 已停用 #a-notice-1",
                ])
        }
    }

    @Test func `forgets a person, with what is under way to them, and tells the others`() async throws {
        let folder = try TemporaryFolder()
        let channel = RecordingChannel { sending in
            if sending.contact.id == "r4/1" { await untilCancelled() }
            return .accepted()
        }
        let people = [Harbour.person("r4", "a/4/A", "webhook:x"), Harbour.person("r9", "a/9/A", "webhook:x")]
        let database = try NotifyDatabase(path: folder.database)
        try await database.write(answered(["r4", "r9"]))
        try await notifying(database, AlertList(fire), people, channels: ["webhook": channel]) { notifier in
            _ = await channel.sendings.next(2)
            _ = try await database.deliveries(of: fire.id) { $0.contains { $0.state == .accepted } }
            try await notifier.take(Choosing([.language(.english)], of: "r4", at: fire.at, over: "page"))
            let forgotten = try await notifier.forget(["r4"]) { person, rows in
                LogRecord(
                    at: fire.at, event: .operator, level: .info, estate: "demo", text: .init("gone", "已刪除"),
                    details: ["resident": person, "delivery": "\(rows["delivery"] ?? 0)"])
            }
            #expect(forgotten.map(\.rows) == [["answer": 1, "choice": 1, "delivery": 1, "told": 1]])
            #expect(try database.rows(of: "r4").values.allSatisfy { $0 == 0 })
            let told = try await database.records { $0.event == .delivery }
            #expect(told.contains { $0.details["contacts"] == "r9/1" && $0.details["of"] == "1" })
            #expect(try database.rows(of: "r9") == ["answer": 1, "choice": 0, "delivery": 1, "told": 1])
            #expect(try database.openIncidents(of: "r4") == [] && database.openIncidents(of: "r9") == [fire.incident])
            let isRebuilt = try await notifier.clean(recordsThrough: forgotten[0].record)
            #expect(!isRebuilt, "while an incident is open, no alert waits for that")
            for suffix in ["", "-wal"] {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.database + suffix))
                #expect(bytes.range(of: Data("r4/1".utf8)) == nil, "\(suffix)")
            }
            #expect(try database.people() == ["r9"])
            #expect(try await database.clean(recordsThrough: forgotten[0].record, whileTelling: false))
        }
    }

    @Test func `forgets in time what people were told and answered, though nothing happens`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let people = [Harbour.person("r4", "a/4/A", "webhook:x")]
        var settings = quick
        // Nobody who would still be told has to be written down.
        settings.escalation.people = []
        try await notifying(
            database, AlertList(fire), people, channels: ["webhook": RecordingChannel()], settings: settings,
            clock: SetClock(start: fire.at)
        ) { _ in
            _ = try await database.deliveries(of: fire.id) { $0.contains { $0.state == .accepted } }
        }
        try await database.write(answered(["r4"]))
        #expect(try database.rows(of: "r4") == ["answer": 1, "choice": 0, "delivery": 1, "told": 1])
        settings.keep = .seconds(86_400)
        let later = SetClock(start: fire.at + .seconds(2 * 86_400))
        try await notifying(database, AlertList(), people, channels: [:], settings: settings, clock: later) { _ in
            _ = try await database.deliveries(of: fire.id, until: \.isEmpty)
        }
        #expect(try database.people() == [])
    }

    private func answered(_ people: [String]) -> NotifyBatch {
        var batch = NotifyBatch()
        batch.answers = people.map { GivenAnswer(.safe, from: $0, to: fire.incident, at: fire.at, over: "page") }
        return batch
    }

    @Test func `sends to the nearest first`() async throws {
        let folder = try TemporaryFolder()
        let channel = RecordingChannel()
        var settings = quick
        settings.inFlightPerHost = 1
        let people = ["a/9/A", "a/3/A", "a/4/A", "a/5/A", "a/4/B"].map {
            Harbour.person($0.replacingOccurrences(of: "/", with: ""), $0, "webhook:x")
        }
        try await notifying(
            try NotifyDatabase(path: folder.database), AlertList(fire), people, channels: ["webhook": channel],
            settings: settings
        ) { _ in
            #expect(await channel.sendings.next(5).map(\.contact.id) == ["a4A/1", "a4B/1", "a5A/1", "a3A/1", "a9A/1"])
        }
    }

    @Test func `is woken by a new alert, and takes one that the hub could not write down only once`() async throws {
        let folder = try TemporaryFolder()
        let source = AlertList()
        let channel = RecordingChannel()
        var settings = quick
        settings.pollInterval = .seconds(3600)
        let people = [Harbour.person("r4", "a/4/A", "webhook:x")]
        let database = try NotifyDatabase(path: folder.database)
        try await notifying(database, source, people, channels: ["webhook": channel], settings: settings) { notifier in
            notifier.take(undurable: [fire])
            #expect(await channel.sendings.next(1).map(\.notice.alert) == [fire])
            source.append(fire)
            let next = Harbour.alert("a-fire-1/2", .spreading, [.block], at: "a/4/A")
            source.append(next)
            notifier.wake()
            #expect(await channel.sendings.next(1).map(\.notice.alert) == [next])
        }
    }

    @Test func `tells another alert that was given the id of one told before it was durable`() async throws {
        let folder = try TemporaryFolder()
        let channel = RecordingChannel()
        let people = [Harbour.person("r4", "a/4/A", "webhook:x"), Harbour.person("r9", "a/9/A", "webhook:x")]
        let early = Harbour.alert("a-fire-1/1", .investigate, [.flat], at: "a/4/A")
        let source = AlertList()
        try await notifying(
            try NotifyDatabase(path: folder.database), source, people, channels: ["webhook": channel]
        ) { notifier in
            notifier.take(undurable: [early])
            #expect(await channel.sendings.next(1).map(\.notice.alert.id) == ["a-fire-1/1"])
        }
        // After a crash the broker sends everything again, and more at once.
        source.append(fire)
        try await notifying(
            try NotifyDatabase(path: folder.database), source, people, channels: ["webhook": channel]
        ) { _ in
            let sent = await channel.sendings.next(2)
            #expect(Set(sent.map(\.notice.id)) == ["a-fire-1/1-2/r4/1", "a-fire-1/1-2/r9/1"])
        }
    }

    @Test func `does not send again what was accepted while it stopped`() async throws {
        let folder = try TemporaryFolder()
        let source = AlertList(fire)
        let people = [Harbour.person("r4", "a/4/A", "webhook:x")]
        let database = try NotifyDatabase(path: folder.database)
        let channel = RecordingChannel { _ in
            await untilCancelled()
            return .accepted()
        }
        var settings = quick
        settings.shutdownGrace = .zero
        try await notifying(database, source, people, channels: ["webhook": channel], settings: settings) { _ in
            _ = await channel.sendings.next(1)
        }
        #expect(try database.deliveries(of: fire.id).map(\.state) == [.accepted])
    }

    @Test func `sends again what was under way when it died, and not what was accepted`() async throws {
        let folder = try TemporaryFolder()
        let source = AlertList(fire)
        let people = [Harbour.person("r4", "a/4/A", "webhook:x"), Harbour.person("r9", "a/9/A", "webhook:x")]
        do {
            let database = try NotifyDatabase(path: folder.database)
            let channel = RecordingChannel { sending in
                if sending.contact.id == "r4/1" { return .accepted() }
                // As if the process died before the receipt came.
                await untilCancelled()
                return .failed("stopped")
            }
            var settings = quick
            settings.shutdownGrace = .zero
            try await notifying(database, source, people, channels: ["webhook": channel], settings: settings) { _ in
                _ = await channel.sendings.next(2)
                _ = try await database.deliveries(of: fire.id) { $0.contains { $0.state == .accepted } }
            }
            #expect(try database.deliveries(of: fire.id).map(\.state) == [.accepted, .sending])
        }
        let database = try NotifyDatabase(path: folder.database)
        let channel = RecordingChannel()
        let next = Harbour.alert("a-fire-1/2", .clearing, [.told], at: "a/4/A")
        try await notifying(database, source, people, channels: ["webhook": channel]) { notifier in
            let again = await channel.sendings.next(1)
            #expect(again.map(\.notice.id) == ["a-fire-1/1/r9/1"])
            _ = try await database.deliveries(of: fire.id) { $0.allSatisfy { $0.state == .accepted } }
            source.append(next)
            notifier.wake()
            #expect(await channel.sendings.next(2).allSatisfy { $0.notice.alert == next })
        }
        #expect(try database.deliveries(of: fire.id).map(\.attempts) == [1, 2])
    }

    @Test func `waits for what is in flight before it stops`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let channel = RecordingChannel { _ in
            for await _ in gate { break }
            return .accepted()
        }
        try await notifying(
            database, AlertList(fire), [Harbour.person("r4", "a/4/A", "webhook:x")], channels: ["webhook": channel]
        ) { _ in
            _ = await channel.sendings.next(1)
            opener.yield()
        }
        let states = try database.deliveries(of: fire.id).map(\.state)
        #expect(states == [.accepted])
    }

    @Test func `does not let a channel that hangs delay another`() async throws {
        let folder = try TemporaryFolder()
        let hanging = RecordingChannel { _ in
            await untilCancelled()
            return .failed("hung")
        }
        let working = RecordingChannel()
        let people = (1...40).flatMap { number in
            [
                Harbour.person("h\(number)", "a/4/A", "sms:\(number)"),
                Harbour.person("w\(number)", "a/9/A", "webhook:\(number)"),
            ]
        }
        var settings = quick
        settings.shutdownGrace = .zero
        try await notifying(
            try NotifyDatabase(path: folder.database), AlertList(fire), people,
            channels: ["sms": hanging, "webhook": working], settings: settings
        ) { _ in
            #expect(await working.sendings.next(40).count == 40)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A delivery that fails` {
    private let person = [Harbour.person("r4", "a/4/A", "webhook:one siren:s webhook:two")]

    @Test func `for now is tried again with the same id until it is accepted`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let channel = RecordingChannel { $0.attempt < 3 ? .failed("HTTP 503") : .accepted() }
        try await notifying(
            database, AlertList(fire), person, channels: ["webhook": channel, "siren": RecordingChannel()]
        ) { _ in
            let sent = await channel.sendings.next(3)
            #expect(Set(sent.map(\.notice.id)) == ["a-fire-1/1/r4/1"])
            let records = try await database.records { $0.text.english.contains("1 of 1 people") }
                .filter { $0.details["channel"] == "webhook" }
            #expect(records.map(\.level) == [.trouble, .info])
            #expect(records[0].text.english.contains("0 of 1 people told by webhook"))
        }
    }

    @Test func `for good is followed by the next contact, and named as a trouble without its address`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let channel = RecordingChannel { $0.contact.address == "one" ? .refused("HTTP 404") : .accepted() }
        try await notifying(
            database, AlertList(fire), person, channels: ["webhook": channel, "siren": RecordingChannel()]
        ) { _ in
            #expect(await channel.sendings.next(2).map(\.contact.id) == ["r4/1", "r4/3"])
            let records = try await database.records { $0.text.english.contains("1 of 1 people") }
                .filter { $0.details["channel"] == "webhook" }
            #expect(records[0].level == .trouble)
            #expect(records[0].text.english == "Block A: r4/1 not told by webhook: refused, HTTP 404 (#a-fire-1/1)")
            #expect(records[0].text.traditionalChinese.contains("A座"))
        }
    }

    @Test func `several times has the next contact tried beside it, and one of them suffices`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let channel = RecordingChannel { $0.contact.address == "one" ? .failed("HTTP 500") : .accepted() }
        try await notifying(
            database, AlertList(fire), person, channels: ["webhook": channel, "siren": RecordingChannel()]
        ) { _ in
            let deliveries = try await database.deliveries(of: fire.id) {
                $0.count == 3 && $0.allSatisfy(\.state.isFinal)
            }.filter { $0.channel == "webhook" }
            #expect(deliveries.map(\.state) == [.superseded, .accepted])
            #expect(deliveries[0].attempts >= 3)
        }
    }

    @Test func `waits as long as the far end asks, but for no longer than it is worth`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let clock = SetClock(start: Harbour.noon)
        let channel = RecordingChannel {
            $0.attempt == 1
                ? .failed("HTTP 429", retryAfter: .seconds(90)) : .failed("HTTP 429", retryAfter: .seconds(3600))
        }
        try await notifying(
            database, AlertList(fire), [Harbour.person("r4", "a/4/A", "webhook:one")], channels: ["webhook": channel],
            settings: Notifier.Settings(), clock: clock
        ) { notifier in
            _ = await channel.sendings.next(1)
            let waiting = try await database.deliveries(of: fire.id) {
                $0.contains { $0.state == .pending && $0.attempts == 1 }
            }
            #expect(waiting.map(\.dueAt) == [Harbour.noon + .seconds(90)])
            clock.advance(by: .seconds(90))
            notifier.wake()
            let again = try await database.deliveries(of: fire.id) {
                $0.contains { $0.state == .pending && $0.attempts == 2 }
            }
            #expect(again.allSatisfy { $0.dueAt < Harbour.noon + .seconds(100) }, "an hour would be too late")
            clock.advance(by: .seconds(3600))
            notifier.wake()
            let records = try await database.records { $0.text.english.contains("given up") }
            #expect(records.contains { $0.level == .trouble && $0.text.english.contains("r4/1") })
        }
    }

    @Test func `is not sent any more once a newer alert tells the same person`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let source = AlertList(fire)
        let clock = SetClock(start: Harbour.noon)
        let clear = Harbour.alert("a-fire-1/2", .clearing, [.told], at: "a/4/A")
        let channel = RecordingChannel { $0.notice.alert.stage == .confirmed ? .failed("HTTP 500") : .accepted() }
        try await notifying(
            database, source, [Harbour.person("r4", "a/4/A", "webhook:one")], channels: ["webhook": channel],
            settings: Notifier.Settings(), clock: clock
        ) { notifier in
            _ = await channel.sendings.next(1)
            _ = try await database.deliveries(of: fire.id) { $0.contains { $0.attempts == 1 && $0.state == .pending } }
            source.append(clear)
            notifier.wake()
            #expect(await channel.sendings.next(1).map(\.notice.alert) == [clear])
            let older = try await database.deliveries(of: fire.id) { $0.allSatisfy(\.state.isFinal) }
            #expect(older.map(\.state) == [.superseded])
        }
    }

    @Test func `because nobody can be reached is a trouble at once`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let people = [Harbour.person("mute", "a/4/A", ""), Harbour.person("pigeon", "a/4/B", "pigeon:grey")]
        try await notifying(database, AlertList(fire), people, channels: [:]) { _ in
            let records = try await database.records { $0.text.english.contains("pigeon/1") }
            #expect(records.contains { $0.details["residents"] == "mute" && $0.level == .trouble })
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `A full disk` {
    @Test func `delays no delivery, is a trouble, and is made up for when there is room`() async throws {
        let folder = try TemporaryFolder()
        let database = try NotifyDatabase(path: folder.database)
        let source = AlertList()
        let channel = RecordingChannel()
        let people = [Harbour.person("r4", "a/4/A", "webhook:x")]
        // Larger than a page, so that it does not fit into what the file has already.
        var fire = fire
        fire.because = (1...2000).map { "detector-\($0)" }
        try await database.allow(pages: 1)
        try await notifying(database, source, people, channels: ["webhook": channel]) { notifier in
            source.append(fire)
            notifier.wake()
            #expect(await channel.sendings.next(1).map(\.notice.alert) == [fire])
            notifier.take(undurable: [Harbour.alert("a-fire-1/2", .spreading, [.block], at: "a/4/A")])
            #expect(await channel.sendings.next(1).map(\.notice.alert.stage) == [.spreading])
            #expect(try database.deliveries(of: fire.id).isEmpty)

            try await database.allow(pages: 1_000_000)
            let records = try await database.records { $0.text.english.contains("can be written again") }
            #expect(records.contains { $0.text.english.contains("alerts go out from memory") && $0.level == .trouble })
            #expect(records.filter { $0.text.english.contains("1 of 1 people told") }.count == 2)
            let states = try database.deliveries(of: fire.id).map(\.state)
            #expect(states == [.accepted])
        }
    }
}
