import Store

/// How much of the journal and of the lessons waits for a disk that takes nothing, and what of it is given up: at most
/// 50,000 entries and 64 MiB of each, and as much again of the entries that raised a hazard, which are given up last.
struct WaitingRoom {
    /// Beside each entry, in its order.
    private var entries: [(bytes: Int, raisesHazard: Bool)] = []
    private var usual = Amount()
    private var hazards = Amount()
    private var lessons = Amount()

    static let countMax = 50_000
    static let bytesMax = 64 << 20

    private struct Amount {
        var count = 0
        var bytes = 0

        /// - Parameter room: how many eighths of the limit there are.
        func isMore(than room: Int) -> Bool { count > countMax / 8 * room || bytes > bytesMax / 8 * room }

        mutating func add(_ size: Int) {
            count += 1
            bytes += size
        }

        mutating func remove(_ size: Int) {
            count -= 1
            bytes -= size
        }
    }

    mutating func note(_ entry: JournalEntry, raisesHazard: Bool) {
        entries.append((entry.bytes, raisesHazard))
        if raisesHazard { hazards.add(entry.bytes) } else { usual.add(entry.bytes) }
    }

    mutating func note(_ changes: [HubDatabase.LessonChange]) {
        for change in changes { lessons.add(change.bytes) }
    }

    /// Gives up the oldest where there is more than the limits, an eighth at once, for it is asked after every message.
    ///
    /// - Returns: how many were given up; a lesson in whose place there is a newer one is none.
    mutating func makeRoom(
        _ waiting: inout [JournalEntry], _ changes: inout [HubDatabase.LessonChange]
    ) -> (entries: Int, lessons: Int) {
        var givenUp = (entries: 0, lessons: 0)
        if usual.isMore(than: 8) || hazards.isMore(than: 8) {
            let kept = entriesKept(waiting)
            givenUp.entries = waiting.count - kept.count
            waiting = kept
        }
        if lessons.isMore(than: 8) { givenUp.lessons = dropLessons(&changes) }
        return givenUp
    }

    private mutating func entriesKept(_ waiting: [JournalEntry]) -> [JournalEntry] {
        let isCut = (usual: usual.isMore(than: 8), hazards: hazards.isMore(than: 8))
        var sizes: [(bytes: Int, raisesHazard: Bool)] = []
        var kept: [JournalEntry] = []
        for (entry, size) in zip(waiting, entries) {
            if size.raisesHazard, isCut.hazards, hazards.isMore(than: 7) {
                hazards.remove(size.bytes)
            } else if !size.raisesHazard, isCut.usual, usual.isMore(than: 7) {
                usual.remove(size.bytes)
            } else {
                sizes.append(size)
                kept.append(entry)
            }
        }
        entries = sizes
        return kept
    }

    /// Only the last change under a topic is what will be kept.
    private mutating func dropLessons(_ changes: inout [HubDatabase.LessonChange]) -> Int {
        var seen: Set<[String]> = []
        changes = changes.reversed().filter { seen.insert($0.key).inserted }.reversed()
        lessons = Amount()
        note(changes)
        guard lessons.isMore(than: 8) else { return 0 }
        let count = changes.count
        var kept: [HubDatabase.LessonChange] = []
        for change in changes {
            if case .keep = change, lessons.isMore(than: 7) {
                lessons.remove(change.bytes)
            } else {
                kept.append(change)
            }
        }
        changes = kept
        return count - kept.count
    }
}

extension JournalEntry {
    /// About how much memory it takes.
    fileprivate var bytes: Int {
        switch input {
        case .message(let heard): 256 + heard.topic.utf8.count + heard.payload.count
        case .taught(let lesson): 256 + lesson.topic.utf8.count + lesson.payload.count
        case .silence(_, let devices): 256 + 32 * devices.count
        case .command, .exerciseBegan, .exerciseEnded, .outage, .backlog, .started, .time: 256
        }
    }
}

extension HubDatabase.LessonChange {
    fileprivate var bytes: Int {
        switch self {
        case .keep(let lesson): 256 + lesson.topic.utf8.count + lesson.payload.count
        case .forget(_, let topic): 128 + topic.utf8.count
        }
    }

    fileprivate var key: [String] {
        switch self {
        case .keep(let lesson): [lesson.decoder, lesson.topic]
        case .forget(let decoder, let topic): [decoder, topic]
        }
    }
}
