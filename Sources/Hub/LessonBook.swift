import Devices
import Foundation
import Registry
import Store

/// What the decoders have been taught and asked to be kept, in the order in which they learnt it.
struct LessonBook {
    private(set) var kept: [KeptLesson] = []

    mutating func note(
        _ lessons: [(by: Device.Ecosystem, lesson: Lesson)], of message: Message, at moment: Instant
    ) {
        for change in HubDatabase.LessonChange.changes(lessons, of: message, at: moment) {
            switch change {
            case .keep(let lesson):
                kept.removeAll { $0.decoder == lesson.decoder && $0.topic == lesson.topic }
                kept.append(lesson)
            case .forget(let decoder, let topic): kept.removeAll { $0.decoder == decoder && $0.topic == topic }
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
