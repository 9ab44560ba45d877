import AlertLog
import Foundation
@testable import Hub
import Registry
import Rules
import Store
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A journal that grows too large` {
    @Test func `loses its oldest entries, and that is one trouble`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port, settings: ["journal: {bytes-max: 1MiB}"])
        try FileManager.default.createDirectory(atPath: folder.state, withIntermediateDirectories: true)
        let database = try HubDatabase(path: folder.state + "/hub.sqlite")
        let start = Instant.now() - .seconds(3600)
        var commit = HubDatabase.Commit(time: start)
        commit.entries = (0..<6000).map { number in
            let at = start + .milliseconds(100 * number)
            let heard = JournalEntry.Heard(
                topic: Voice.topic(of: "a-3-B-smoke"), payload: Data(repeating: 65, count: 600), retained: false,
                backlog: false, eventAt: at, late: false)
            return JournalEntry(.message(heard), at: at)
        }
        try database.commit(commit)
        let log = LogTrail(folder.state)
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        let trouble = try await log.trouble("journal")
        #expect(trouble.text.english.hasPrefix("The journal has reached journal.bytes-max and goes back to "))
        // It goes on until it is small enough: an alarm shows that the hub has come round.
        let voice = try Voice(broker)
        while try database.journal(after: 0, limit: 2000).count > 1200 {
            try await voice.report("a-4-B-smoke", "ok")
        }
        #expect(try await hub.terminate() == 0)
        #expect(log.troubles("journal").count == 1)
    }
}

struct `That the journal is cut by its size` {
    @Test func `is told once a day, and its end a day after the last cut`() {
        var cut = JournalCut()
        let start = Instant(milliseconds: 0)
        let hour = { (hours: Int) in start + .seconds(3600 * hours) }
        #expect(cut.news(false, at: start) == nil)
        #expect(cut.news(true, at: start) == .begins)
        #expect(cut.news(true, at: hour(23)) == nil)
        #expect(cut.news(true, at: hour(24)) == .begins)
        #expect(cut.news(false, at: hour(47)) == nil)
        #expect(cut.news(false, at: hour(48)) == .ends)
        #expect(cut.news(false, at: hour(49)) == nil)
        #expect(cut.news(true, at: hour(50)) == .begins)
    }
}
