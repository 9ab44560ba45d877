import Foundation
import Registry
import Rules
import Store
import Testing

@Suite struct `What has closed` {
    private let path = NSTemporaryDirectory() + "smokehub-closings-\(UUID().uuidString).sqlite"
    private let noon = Instant(milliseconds: 1_800_000_000_000)

    private func closing(
        _ id: String, _ cause: Cause, daysAgo: Int64 = 1, block: String = "a", exercise: String? = nil
    ) -> ClosedIncident {
        let closedAt = noon - .seconds(daysAgo * 86_400)
        return ClosedIncident(
            id: id, hazard: .fire, block: block, openedAt: closedAt - .seconds(600), closedAt: closedAt, cause: cause,
            by: cause == .unknown ? nil : "warden", exercise: exercise)
    }

    private func remove() throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }

    @Test func `is kept across a restart, and its cause can be said later`() throws {
        var commit = HubDatabase.Commit(time: noon)
        commit.outcome.closings = [closing("a-fire-1", .unknown), closing("a-fire-2", .cooking)]
        try HubDatabase(path: path).commit(commit)
        let database = try HubDatabase(path: path)
        var later = HubDatabase.Commit(time: noon)
        later.outcome.causes = [GivenCause(incident: "a-fire-1", cause: .steam, by: "chair")]
        try database.commit(later)
        let kept = try database.closings(limit: 10)
        #expect(kept.map(\.id) == ["a-fire-1", "a-fire-2"])
        #expect(kept.map(\.cause) == [.steam, .cooking])
        #expect(kept.map(\.by) == ["chair", "warden"])
        #expect(try database.hasClosed("a-fire-1"))
        #expect(try !database.hasClosed("a-fire-3"))
        try remove()
    }

    @Test func `counts as a false alarm if it was real, in a block, within the span, and of such a cause`() throws {
        let database = try HubDatabase(path: path)
        var commit = HubDatabase.Commit(time: noon)
        commit.outcome.closings = [
            closing("a-fire-1", .cooking), closing("a-fire-2", .steam), closing("a-fire-3", .dust),
            closing("a-fire-4", .fault), closing("a-fire-5", .test), closing("a-fire-6", .malicious),
            closing("a-fire-7", .fire), closing("a-fire-8", .unknown), closing("a-fire-9", .cooking, daysAgo: 400),
            closing("estate-fire-1", .cooking, block: "*"), closing("a-fire-drill-10", .cooking, exercise: "d"),
        ]
        try database.commit(commit)
        let alarms = try database.falseAlarms(since: noon - FalseAlarms.spanMax, detectors: 200)
        #expect(alarms.count == 6)
        #expect(alarms.unexplained == 1)
        #expect(alarms.span(at: noon) == FalseAlarms.spanMax)
        #expect(alarms.rate(at: noon) == 3)
        try remove()
    }

    @Test func `is forgotten after three years`() throws {
        let database = try HubDatabase(path: path)
        var commit = HubDatabase.Commit(time: noon)
        commit.outcome.closings = [closing("a-fire-1", .fire, daysAgo: 1100), closing("a-fire-2", .fire)]
        try database.commit(commit)
        try database.prune(journalBefore: noon, recordsThrough: 0, limit: 10)
        #expect(try database.closings(limit: 10).map(\.id) == ["a-fire-2"])
        try remove()
    }
}
