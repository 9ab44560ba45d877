import Devices
import Foundation
import Registry
import Store

/// What the decoders have been taught and asked to be kept, in the order in which they learnt it.
struct LessonBook {
    private var known: [Key: (number: Int, lesson: KeptLesson)] = [:]
    private var learnt = 0

    private struct Key: Hashable {
        var decoder: String
        var topic: String
    }

    var kept: [KeptLesson] { known.values.sorted { $0.number < $1.number }.map(\.lesson) }

    mutating func note(
        _ lessons: [(by: Device.Ecosystem, lesson: Lesson)], of message: Message, at moment: Instant
    ) {
        for change in HubDatabase.LessonChange.changes(lessons, of: message, at: moment) {
            switch change {
            case .keep(let lesson):
                learnt += 1
                known[Key(decoder: lesson.decoder, topic: lesson.topic)] = (learnt, lesson)
            case .forget(let decoder, let topic): known[Key(decoder: decoder, topic: topic)] = nil
            }
        }
    }
}

extension HubDatabase.LessonChange {
    /// What lessons change of what is kept.
    static func changes(
        _ lessons: [(by: Device.Ecosystem, lesson: Lesson)], of message: Message, at moment: Instant
    ) -> [Self] {
        lessons.flatMap { decoder, lesson in
            lesson.forgotten.map { .forget(decoder: decoder.rawValue, topic: $0) }
                + (lesson.isKept
                    ? [
                        .keep(
                            KeptLesson(
                                decoder: decoder.rawValue, topic: message.topic, payload: Data(message.payload),
                                retained: message.retained, at: moment))
                    ] : [])
        }
    }
}
