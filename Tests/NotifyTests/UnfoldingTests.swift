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

    private func dispatcher(_ database: NotifyDatabase, _ people: [Resident]? = nil) throws -> Dispatcher {
        Dispatcher(
            try database.state(),
            directory: Directory(estate: Harbour.estate, residents: people ?? self.people, devices: []),
            channels: ["webhook": RecordingChannel()], settings: quick, random: Middle())
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
}
