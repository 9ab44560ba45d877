import Registry
import Rules
import Store
import Testing

@testable import Notify

/// An alert for more people than are put into the outbox at once.
@Suite struct `An alert for many people` {
    /// One on each floor of block a.
    private let people = (1...12).map { Harbour.person("r\($0)", "a/\($0)/A", "webhook:\($0)") }
    private let fire = Harbour.alert("a-fire-1/1", .confirmed, [.block], at: "a/4/A")

    private func dispatcher(
        _ database: NotifyDatabase, _ people: [Resident]? = nil, settings: Notifier.Settings = quick
    ) throws -> Dispatcher {
        Dispatcher(
            try database.state(),
            directory: Directory(estate: Harbour.estate, residents: people ?? self.people, devices: []),
            channels: ["webhook": RecordingChannel()], settings: settings, random: Middle())
    }

    /// Has the nearest leave and be accepted, and then the next until `turns` are over.
    private func tell(_ dispatcher: inout Dispatcher, turns: Int) -> [String] {
        var told: [String] = []
        for _ in 0..<turns {
            for departure in dispatcher.departures(at: fire.at) {
                told.append(departure.delivery.target)
                dispatcher.take(.accepted(), of: departure.delivery.id, at: fire.at)
            }
            dispatcher.settle(at: fire.at)
            dispatcher.unfold(atOnce: 5, at: fire.at)
        }
        return told
    }

    private func write(_ dispatcher: inout Dispatcher, to database: NotifyDatabase) throws {
        try database.writeAtOnce(dispatcher.unwritten)
        dispatcher.unwritten = NotifyBatch()
    }

    private func summaries(_ dispatcher: Dispatcher) -> [String] {
        dispatcher.unwritten.records.compactMap { $0.details["of"] }
    }

    @Test func `is on its way to the nearest before the others are written down`() throws {
        var dispatcher = try dispatcher(.inMemory())
        dispatcher.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        #expect(dispatcher.outbox.count == 5)
        #expect(dispatcher.unwritten.told.count == 5)
        // At the flat, then above before below.
        let order = ["r4", "r5", "r3", "r6", "r2", "r7", "r1", "r8", "r9", "r10", "r11", "r12"]
        #expect(tell(&dispatcher, turns: 1) == Array(order.prefix(5)))
        #expect(dispatcher.cursor == 0 && dispatcher.unfolding != nil)
        #expect(tell(&dispatcher, turns: 2) == Array(order.suffix(7)))
        #expect(dispatcher.cursor == 3 && dispatcher.unfolding == nil)
        #expect(Set(dispatcher.unwritten.told.keys.map(\.target)) == Set(order))
    }

    @Test func `is not summed up before everybody is in the outbox`() throws {
        var dispatcher = try dispatcher(.inMemory())
        dispatcher.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        _ = tell(&dispatcher, turns: 2)
        #expect(summaries(dispatcher).isEmpty)
        _ = tell(&dispatcher, turns: 1)
        #expect(summaries(dispatcher) == ["12"])
    }

    @Test(arguments: [0, 1]) func `is told once to each if a crash comes in its midst`(_ repetition: Int) throws {
        var fire = fire
        fire.repetition = repetition
        let database = try NotifyDatabase.inMemory()
        var crashing = try dispatcher(database)
        crashing.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        var told = tell(&crashing, turns: 1)
        try write(&crashing, to: database)
        var restarted = try dispatcher(database)
        #expect(restarted.cursor == 0)
        restarted.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        told += tell(&restarted, turns: 2)
        #expect(told.count == 12 && Set(told).count == 12)
        #expect(summaries(restarted) == ["12"])
        try write(&restarted, to: database)
        var again = try dispatcher(database)
        #expect(again.cursor == 3)
        again.expand(fire, sequence: 3, at: fire.at)
        #expect(tell(&again, turns: 1).isEmpty)
    }

    @Test func `is told to those who waited for it when a crash came before it was sent`() throws {
        let database = try NotifyDatabase.inMemory()
        var crashing = try dispatcher(database)
        crashing.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        try write(&crashing, to: database)
        var restarted = try dispatcher(database)
        restarted.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        let told = tell(&restarted, turns: 2)
        #expect(told.count == 12 && Set(told).count == 12)
    }

    @Test func `is told to nobody after what is newer`() throws {
        var dispatcher = try dispatcher(.inMemory())
        dispatcher.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        let over = Harbour.alert("a-fire-1/2", .clearing, [.told], at: "a/4/A")
        dispatcher.expand(over, sequence: nil, at: fire.at)
        #expect(dispatcher.unfolding == nil)
        let departures = dispatcher.departures(at: fire.at)
        #expect(departures.count == 12 && departures.allSatisfy { $0.alert.id == over.id })
    }

    @Test func `lets what concerns others pass`() throws {
        var dispatcher = try dispatcher(
            .inMemory(), people + [Harbour.person("guard", "", "webhook:g", role: .guardian)])
        dispatcher.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        let note = TellingNote(LogRecord.Text("A word", "一句話"), [:], level: .trouble, isAnnounced: true)
        dispatcher.take(note, at: fire.at)
        #expect(dispatcher.unfolding?.alert.id == fire.id)
        #expect(dispatcher.departures(at: fire.at).map(\.delivery.target).contains("guard"))
    }

    @Test func `leaves nothing of those who are forgotten meanwhile`() throws {
        var dispatcher = try dispatcher(.inMemory())
        dispatcher.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        dispatcher.forget(["r4", "r12"], at: fire.at)
        let told = tell(&dispatcher, turns: 3)
        #expect(told.count == 10 && !told.contains("r12"))
        #expect(!dispatcher.unwritten.told.keys.contains { ["r4", "r12"].contains($0.target) })
        #expect(!dispatcher.unwritten.deliveries.values.contains { ["r4", "r12"].contains($0.target) })
        #expect(dispatcher.cursor == 3)
    }

    @Test func `is told once to those whom a step of the ladder reaches first`() throws {
        var settings = quick
        settings.escalation.people = [Escalation.Step(.block, after: .zero)]
        var dispatcher = try dispatcher(.inMemory(), settings: settings)
        dispatcher.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        dispatcher.escalate(at: fire.at) { _ in false }
        let told = tell(&dispatcher, turns: 3)
        #expect(told.count == 12 && Set(told).count == 12)
        #expect(dispatcher.outbox.inFlight == 0 && dispatcher.outbox.count == 0)
    }

    @Test func `is summed up though after a crash nobody else could be told`() throws {
        let database = try NotifyDatabase.inMemory()
        var crashing = try dispatcher(database)
        crashing.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        for departure in crashing.departures(at: fire.at) {
            crashing.take(.accepted(), of: departure.delivery.id, at: fire.at)
        }
        try write(&crashing, to: database)
        var restarted = try dispatcher(database)
        restarted.expand(fire, sequence: 3, at: fire.at)
        for departure in restarted.departures(at: fire.at) {
            restarted.take(.refused("no"), of: departure.delivery.id, at: fire.at)
        }
        restarted.settle(at: fire.at)
        #expect(restarted.unwritten.records.contains { $0.details["told"] == "5" && $0.details["of"] == "12" })
    }

    @Test func `says once who has no contact, whatever comes in its midst`() throws {
        let people = people + [Harbour.person("mute", "a/9/B", "")]
        let database = try NotifyDatabase.inMemory()
        var fire = fire
        fire.repetition = 1
        var crashing = try dispatcher(database, people)
        crashing.expand(fire, sequence: 3, at: fire.at, atOnce: 5)
        #expect(crashing.unwritten.records.count { $0.details["residents"] == "mute" } == 1)
        try write(&crashing, to: database)
        var restarted = try dispatcher(database, people)
        restarted.expand(fire, sequence: 3, at: fire.at)
        #expect(!restarted.unwritten.records.contains { $0.details["residents"] == "mute" })
    }

    @Test(.timeLimit(.minutes(1))) func `goes on after a stop in its midst where it was`() async throws {
        let database = try NotifyDatabase.inMemory()
        let source = AlertList(fire)
        var settings = quick
        settings.deliveriesAtOnce = 3
        settings.openDeliveriesMax = 3
        settings.shutdownGrace = .milliseconds(50)
        // The far end takes the three who are nearest, and hangs: so nobody else comes into the outbox but the next three.
        let hanging = RecordingChannel { sending in
            if ["4", "5", "3"].contains(sending.contact.address) { return .accepted() }
            await untilCancelled()
            return .failed("stopped")
        }
        try await notifying(database, source, people, channels: ["webhook": hanging], settings: settings) { _ in
            _ = await hanging.sendings.next(6)
        }
        #expect(try database.deliveries(of: fire.id).count == 6)
        let well = RecordingChannel()
        try await notifying(database, source, people, channels: ["webhook": well], settings: settings) { _ in
            let told = await well.sendings.next(9).map(\.contact.address)
            #expect(Set(told) == ["1", "2", "6", "7", "8", "9", "10", "11", "12"])
        }
        #expect(try database.deliveries(of: fire.id).count { $0.state == .accepted } == 12)
    }
}
