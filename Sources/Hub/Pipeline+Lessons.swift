import Devices
import Foundation
import Logging
import MQTT
import Registry
import Store

// What messages teach the decoders: made durable, and acted upon.
extension Pipeline {
    /// Teaches again what was kept, oldest first.
    ///
    /// - Returns: the topic filters that have to be heard because of it.
    static func taught(_ decoders: inout DecoderTable, _ lessons: [KeptLesson], _ logger: Logger) -> [String] {
        var filters: [String] = []
        for lesson in lessons {
            // Of an ecosystem that is not heard any more.
            guard let decoder = Device.Ecosystem(rawValue: lesson.decoder) else { continue }
            do {
                let message = Message(topic: lesson.topic, payload: Array(lesson.payload), retained: lesson.retained)
                filters += try decoders.learn(message, for: decoder).flatMap(\.lesson.heard)
            } catch {
                logger.warning(
                    "What a decoder had been taught cannot be understood any more",
                    metadata: ["topic": "\(lesson.topic.shortened)", "reason": "\(error)"])
            }
        }
        return filters
    }

    /// - Throws: ``Malformed`` if a message is meant to teach something and cannot be understood.
    func learn(_ message: Message, at moment: Instant) throws(Malformed) {
        let lessons = try decoders.learn(message)
        guard !lessons.isEmpty else { return }
        for (decoder, lesson) in lessons {
            if !lesson.heard.isEmpty { listen(to: lesson.heard) }
            if let request = lesson.request, requests.allows(request.topic, at: moment) {
                outlets.announcer.request(request.payload, topic: request.topic)
            }
            guard lesson.isKept || !lesson.forgotten.isEmpty else { continue }
            journal(
                .taught(
                    KeptLesson(
                        decoder: decoder.rawValue, topic: message.topic, payload: Data(message.payload),
                        retained: message.retained, at: moment)), at: moment)
        }
        unwritten.lessons += HubDatabase.LessonChange.changes(lessons, of: message, at: moment)
    }

    private func listen(to filters: [String]) {
        do {
            try session.subscribe(filters.map { Subscription($0) })
        } catch {
            logger.error("A decoder asks to hear what is no topic", metadata: ["reason": "\(error)"])
        }
    }
}

/// How often devices and gateways are asked something: once in 30 s each, so that one that does not answer is not
/// flooded. Bounded: when it is full, it forgets, and may ask again.
struct RequestBudget {
    private var askedAt: [String: Instant] = [:]

    static let topicsMax = 10_000
    static let pause = Duration.seconds(30)

    mutating func allows(_ topic: String, at moment: Instant) -> Bool {
        if let asked = askedAt[topic], moment < asked + Self.pause { return false }
        if askedAt.count >= Self.topicsMax { askedAt.removeAll() }
        askedAt[topic] = moment
        return true
    }
}
