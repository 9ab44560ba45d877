import Foundation
import Registry
import Store
import Testing

@Suite struct `What decoders were taught` {
    private func lesson(_ topic: String, _ payload: String, at milliseconds: Int64, by decoder: String = "homie")
        -> KeptLesson
    {
        KeptLesson(
            decoder: decoder, topic: topic, payload: Data(payload.utf8), retained: true,
            at: Instant(milliseconds: milliseconds))
    }

    private func database(_ changes: [HubDatabase.LessonChange]) throws -> HubDatabase {
        let database = try HubDatabase.inMemory()
        for change in changes {
            var commit = HubDatabase.Commit(time: Instant(milliseconds: 0))
            commit.lessons = [change]
            #expect(!commit.isEmpty)
            try database.commit(commit)
        }
        return database
    }

    @Test func `is kept in the order in which it was learnt, the latest of each topic`() throws {
        let (first, second) = (lesson("a", "1", at: 1), lesson("b", "2", at: 2))
        let third = lesson("a", "3", at: 3)
        let database = try database([.keep(first), .keep(second), .keep(third)])
        #expect(try database.lessons() == [second, third])
        #expect(try database.lessons(before: Instant(milliseconds: 3)) == [second])
    }

    @Test func `is forgotten by one decoder and kept by another`() throws {
        let other = lesson("a", "1", at: 1, by: "esphome")
        let database = try database([
            .keep(lesson("a", "1", at: 1)), .keep(other), .forget(decoder: "homie", topic: "a"),
        ])
        #expect(try database.lessons() == [other])
    }
}
