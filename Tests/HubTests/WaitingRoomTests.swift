import Foundation
import Registry
import Store
import Testing

@testable import Hub

@Suite struct `What waits to be written` {
    private let start = Instant(milliseconds: 1_800_000_000_000)

    private func entry(_ topic: String, bytes: Int = 0) -> JournalEntry {
        JournalEntry(
            .message(
                JournalEntry.Heard(
                    topic: topic, payload: Data(count: bytes), retained: false, backlog: false, eventAt: start,
                    late: false)), at: start)
    }

    private func lesson(_ topic: String, bytes: Int = 0) -> HubDatabase.LessonChange {
        .keep(
            KeptLesson(decoder: "homie", topic: topic, payload: Data(count: bytes), retained: true, at: start))
    }

    private func topics(_ entries: [JournalEntry]) -> [String] {
        entries.compactMap { if case .message(let heard) = $0.input { heard.topic } else { nil } }
    }

    @Test func `gives up the oldest when it takes 64 MiB, and nothing that raised a hazard`() {
        var room = WaitingRoom()
        var entries: [JournalEntry] = []
        var lessons: [HubDatabase.LessonChange] = []
        var givenUp = 0
        for number in 0..<1000 {
            let isHazard = number % 100 == 0
            let next = entry("\(isHazard ? "fire" : "usual")/\(number)", bytes: 256 << 10)
            room.note(next, raisesHazard: isHazard)
            entries.append(next)
            givenUp += room.makeRoom(&entries, &lessons).entries
        }
        #expect(givenUp == 1000 - entries.count)
        #expect((220...266).contains(entries.count))
        #expect(topics(entries).count { $0.hasPrefix("fire/") } == 10)
        #expect(topics(entries).last == "usual/999")
    }

    @Test func `gives up the oldest when there are 50,000`() {
        var room = WaitingRoom()
        var entries: [JournalEntry] = []
        var lessons: [HubDatabase.LessonChange] = []
        for number in 0...WaitingRoom.countMax {
            let next = entry("\(number)")
            room.note(next, raisesHazard: number == 0)
            entries.append(next)
        }
        #expect(room.makeRoom(&entries, &lessons).entries == 0)
        let next = entry("last")
        room.note(next, raisesHazard: false)
        entries.append(next)
        #expect(room.makeRoom(&entries, &lessons).entries > 0)
        #expect(topics(entries).first == "0")
        #expect(topics(entries).last == "last")
    }

    @Test func `keeps of each topic's lessons the last, and of too many the latest`() {
        var room = WaitingRoom()
        var entries: [JournalEntry] = []
        var lessons: [HubDatabase.LessonChange] = []
        func learn(_ change: HubDatabase.LessonChange) -> Int {
            room.note([change])
            lessons.append(change)
            return room.makeRoom(&entries, &lessons).lessons
        }
        #expect(learn(lesson("first")) == 0)
        // The same, over and over, gives nothing up.
        for _ in 0..<600 { #expect(learn(lesson("same", bytes: 256 << 10)) == 0) }
        #expect(lessons.contains(lesson("first")))
        var givenUp = 0
        for number in 0..<600 { givenUp += learn(lesson("other/\(number)", bytes: 256 << 10)) }
        #expect(givenUp == 602 - lessons.count)
        #expect((200...266).contains(lessons.count))
        #expect(lessons.last == lesson("other/599", bytes: 256 << 10))
        #expect(learn(.forget(decoder: "homie", topic: "other/599")) == 0)
    }
}
