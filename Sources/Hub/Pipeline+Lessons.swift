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
    static func taught(
        _ decoders: inout DecoderTable, _ lessons: [KeptLesson], _ board: HubBoard, _ logger: Logger
    ) -> [String] {
        var filters: [String] = []
        for lesson in lessons {
            // Of an ecosystem that is not heard any more.
            guard let decoder = Device.Ecosystem(rawValue: lesson.decoder) else { continue }
            do {
                let message = Message(topic: lesson.topic, payload: Array(lesson.payload), retained: lesson.retained)
                let learnt = try decoders.learn(message, for: decoder)
                board.note(learnt, at: message.topic)
                filters += learnt.flatMap(\.lesson.heard)
            } catch {
                logger.warning(
                    "What a decoder had been taught cannot be understood any more",
                    metadata: ["topic": "\(lesson.topic.shortened)", "reason": "\(error)"])
            }
        }
        return filters
    }

    /// - Returns: why not, if a message is meant to teach something and a decoder cannot understand it.
    func learn(_ message: Message, at moment: Instant) -> Malformed? {
        let lessons: [(by: Device.Ecosystem, lesson: Lesson)]
        var refusal: Malformed?
        do throws(Malformed) { lessons = try decoders.learn(message) { refusal = $0 } } catch { return error }
        guard !lessons.isEmpty else { return nil }
        board.note(lessons, at: message.topic)
        for (decoder, lesson) in lessons {
            toHear += lesson.heard
            if let request = lesson.request { requests.add([request]) }
            if let gap = lesson.gap, let index = registry.position(of: gap.ecosystem, address: gap.address) {
                supervisor.missed(index, count: gap.lost)
            }
            guard lesson.isKept || !lesson.forgotten.isEmpty else { continue }
            journal(
                .taught(
                    KeptLesson(
                        decoder: decoder.rawValue, topic: message.topic, payload: Data(message.payload),
                        retained: message.retained, at: moment)), at: moment)
        }
        let changes = HubDatabase.LessonChange.changes(lessons, of: message, at: moment)
        waiting.note(changes)
        unwritten.lessons += changes
        return refusal
    }

    /// Messages may have been missed; asked about once the hub hears again.
    func noteMissed() { requests.add(decoders.missed()) }

    /// Asks what has to be asked.
    func keepRequests(at moment: Instant) {
        guard board.isConnected else { return }
        for request in requests.take(at: moment) {
            outlets.announcer.request(request.payload, topic: request.topic)
        }
    }

    /// Subscribes to what a batch has taught to be heard, together: a gateway with a thousand devices announces them in
    /// one go.
    func listenToMore() {
        guard !toHear.isEmpty else { return }
        defer { toHear.removeAll() }
        do {
            try session.subscribe(toHear.map { Subscription($0) })
        } catch {
            logger.error("A decoder asks to hear what is no topic", metadata: ["reason": "\(error)"])
        }
    }
}
