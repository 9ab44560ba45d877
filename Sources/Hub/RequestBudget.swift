import Devices
import Registry

/// What devices and gateways have to be asked: each once in 30 s, so that one that does not answer is not flooded, and
/// 20 a second in all, for a thousand gateways that answer at once would be a storm. Those on whom a device of the
/// registry depends come first, and strangers take none of their room. Bounded: more than 10,000 of either are not
/// remembered, and are asked when there is reason again.
struct RequestBudget {
    private var registered = Queue()
    private var strangers = Queue()

    static let waitingMax = 10_000
    static let pause = Duration.seconds(30)
    static let atOnce = 20

    mutating func add(_ requests: [Lesson.Request]) {
        for request in requests {
            if request.isRegistered { registered.add(request) } else { strangers.add(request) }
        }
    }

    /// Those that may be asked now. To be called once a second.
    mutating func take(at moment: Instant) -> [Lesson.Request] {
        let first = registered.take(atMost: Self.atOnce, at: moment)
        return first + strangers.take(atMost: Self.atOnce - first.count, at: moment)
    }

    private struct Queue {
        private var waiting: [Lesson.Request] = []
        /// Of those that wait: a question to the same topic is the same, whatever time its payload gives.
        private var topics: Set<String> = []
        private var askedAt: [String: Instant] = [:]

        mutating func add(_ request: Lesson.Request) {
            guard waiting.count < waitingMax, topics.insert(request.topic).inserted else { return }
            waiting.append(request)
        }

        mutating func take(atMost countMax: Int, at moment: Instant) -> [Lesson.Request] {
            guard !waiting.isEmpty else { return [] }
            var taken: [Lesson.Request] = []
            waiting.removeAll { request in
                guard taken.count < countMax else { return false }
                if let asked = askedAt[request.topic], moment < asked + pause { return false }
                taken.append(request)
                topics.remove(request.topic)
                return true
            }
            if askedAt.count > waitingMax { askedAt.removeAll() }
            for request in taken { askedAt[request.topic] = moment }
            return taken
        }
    }
}
