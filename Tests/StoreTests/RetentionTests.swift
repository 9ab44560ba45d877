import Foundation
import Registry
import Rules
import Store
import Testing

struct `The journal` {
    private let start = Instant(milliseconds: 1_763_800_000_000)

    /// A journal of entries a minute apart, each of about 1,200 bytes.
    private func journal(_ count: Int) throws -> HubDatabase {
        let path = NSTemporaryDirectory() + "smokehub-retention-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let database = try HubDatabase(path: path + "/hub.sqlite")
        try add(0..<count, to: database)
        return database
    }

    private func add(_ range: Range<Int>, to database: HubDatabase) throws {
        var commit = HubDatabase.Commit(time: start)
        commit.entries = range.map { number in
            let at = start + .seconds(60 * number)
            let heard = JournalEntry.Heard(
                topic: "t", payload: Data(repeating: 65, count: 800), retained: false, backlog: false, eventAt: at,
                late: false)
            return JournalEntry(.message(heard), at: at)
        }
        try database.commit(commit)
    }

    private func numbers(_ database: HubDatabase) throws -> [Int] {
        try database.journal(after: 0, limit: 10_000).map { Int(($0.entry.at - start) / .seconds(60)) }
    }

    @Test func `loses its oldest entries when it is too large, and no more than it has to`() throws {
        let database = try journal(100)
        let pruned = try database.prune(
            journalBefore: start, journalBytesMax: 60_000, recordsThrough: 0, limit: 1000)
        let left = try numbers(database)
        #expect(left == Array((100 - left.count)..<100))
        #expect((40...60).contains(left.count))
        #expect(pruned.cutBySize == 100 - left.count)
        #expect(!pruned.isBehind)
        #expect(pruned.wholeFrom == start + .seconds(60 * (100 - left.count)))
        // What is within the bound stays.
        let again = try database.prune(
            journalBefore: start, journalBytesMax: 60_000, recordsThrough: 0, limit: 1000)
        #expect(again.cutBySize == 0)
        #expect(try numbers(database) == left)
        // One more makes it too large again, and the oldest goes.
        try add(100..<102, to: database)
        let third = try database.prune(
            journalBefore: start, journalBytesMax: 60_000, recordsThrough: 0, limit: 1000)
        #expect((1...2).contains(third.cutBySize))
    }

    @Test func `is cut by age first, and by size only where that is not enough`() throws {
        let database = try journal(100)
        let pruned = try database.prune(
            journalBefore: start + .seconds(60 * 90), journalBytesMax: 60_000, recordsThrough: 0, limit: 1000)
        #expect(try numbers(database) == Array(90..<100))
        #expect(pruned.cutBySize == 0)
    }

    @Test func `is cut a little at a time, and says that there is more`() throws {
        let database = try journal(100)
        let first = try database.prune(journalBefore: start, journalBytesMax: 60_000, recordsThrough: 0, limit: 10)
        #expect(first.cutBySize == 10)
        #expect(first.isBehind)
        #expect(try numbers(database).count == 90)
        var pruned = first
        while pruned.isBehind {
            pruned = try database.prune(journalBefore: start, journalBytesMax: 60_000, recordsThrough: 0, limit: 10)
        }
        #expect((40...60).contains(try numbers(database).count))
    }

    @Test func `is as long as it likes below its bound`() throws {
        let database = try journal(100)
        #expect(try database.prune(journalBefore: start, recordsThrough: 0, limit: 10).cutBySize == 0)
        #expect(try numbers(database).count == 100)
    }
}
