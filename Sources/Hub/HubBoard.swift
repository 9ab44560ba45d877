import AlertLog
public import Devices
public import Registry
public import Rules
import Synchronization

/// What the hub knows of itself right now, for those who watch it from other threads.
public final class HubBoard: Sendable {
    private let tally = Mutex(Tally())
    /// What the alert log was found to lack, until the pipeline has put it on record.
    private let logDamage = Mutex<LogWriter.Opening?>(nil)
    /// Changed by the pipeline alone.
    let quarantine = Mutex(Quarantine())

    /// What sirens have announced of themselves, by the topics where they did.
    private let sirens = Mutex<[String: AnnouncedSiren]>([:])

    public struct Tally: Sendable {
        /// Since the start.
        public var messages = 0
        public var malformed = 0
        public var unknown = 0
        public var dropped = 0
        /// Lists that were too large and that the hub does not need.
        public var inventories = 0
        public var isConnected = false
        public var hasBeenConnected = false
        /// When the link to the broker was lost; `nil` while it is there.
        public var lostLinkAt: Instant?
        /// How long the last canary took.
        public var canaryDelay: Duration?
        /// The last of the hub's records that is in the alert log.
        public var loggedThrough: Int64 = 0
        /// The last of the notifier's.
        public var notifyLoggedThrough: Int64 = 0
        /// By their ids.
        public var incidents: [Incident.ID: Incident] = [:]
        /// What is disabled or under test.
        public var disablements: [Disablement] = []
        /// Whether each device would speak if it had to, in the registry's order; empty until that is known.
        public var standings: ContiguousArray<Supervisor.Standing> = []
        /// Each block's own fire alarm, in the blocks' order.
        public var buildingAlarms: [RuleEngine.BlockAlarm] = []
        /// The last delivery canary since the start.
        public var deliveryCanary: CanaryCourse?
        public var falseAlarms = FalseAlarms(count: 0, unexplained: 0, firstAt: nil, detectors: 0)
    }

    public var now: Tally { tally.withLock { $0 } }
    /// The devices that speak and are not in the registry.
    public var unknownDevices: Quarantine { quarantine.withLock { $0 } }

    var isConnected: Bool { tally.withLock { $0.isConnected } }
    var hasBeenConnected: Bool { tally.withLock { $0.hasBeenConnected } }
    var lostLinkAt: Instant? { tally.withLock { $0.lostLinkAt } }
    var loggedThrough: Int64 { tally.withLock { $0.loggedThrough } }
    var notifyLoggedThrough: Int64 { tally.withLock { $0.notifyLoggedThrough } }

    func count(messages: Int = 0, malformed: Int = 0, unknown: Int = 0, dropped: Int = 0, inventories: Int = 0) {
        tally.withLock { tally in
            tally.messages += messages
            tally.malformed += malformed
            tally.unknown += unknown
            tally.dropped += dropped
            tally.inventories += inventories
        }
    }

    func found(logDamage opening: LogWriter.Opening) { logDamage.withLock { $0 = opening } }

    /// Notes what a message on a topic taught.
    func note(_ lessons: [(by: Device.Ecosystem, lesson: Lesson)], at topic: String) {
        for (decoder, lesson) in lessons where decoder == .homeAssistant && lesson != .nothing {
            sirens.withLock { sirens in
                for forgotten in lesson.forgotten { sirens[forgotten] = nil }
                if lesson.isKept { sirens[topic] = lesson.siren }
            }
        }
    }

    /// How a siren that announces itself wants to be told; `nil` if it has said nothing.
    func siren(_ address: String) -> AnnouncedSiren? {
        sirens.withLock { sirens in
            sirens.filter { $0.value.address == address }.min { $0.key < $1.key }?.value
        }
    }

    func takeLogDamage() -> LogWriter.Opening? {
        logDamage.withLock { damage in
            defer { damage = nil }
            return damage
        }
    }

    /// Nothing is connected yet, whatever was before.
    func isStarting() {
        tally.withLock { tally in
            tally.isConnected = false
            tally.lostLinkAt = nil
        }
    }

    func connected() {
        tally.withLock { tally in
            tally.isConnected = true
            tally.hasBeenConnected = true
            tally.lostLinkAt = nil
        }
    }

    /// - Returns: whether that is news.
    func disconnected(at moment: Instant) -> Bool {
        tally.withLock { tally in
            let isNews = tally.lostLinkAt == nil
            tally.isConnected = false
            tally.lostLinkAt = tally.lostLinkAt ?? moment
            return isNews
        }
    }

    func canary(delay: Duration) { tally.withLock { $0.canaryDelay = delay } }

    func update(_ course: CanaryCourse) { tally.withLock { $0.deliveryCanary = course } }

    func logged(through sequence: Int64, notify: Int64) {
        tally.withLock {
            $0.loggedThrough = sequence
            $0.notifyLoggedThrough = notify
        }
    }

    func update(_ disablements: [Disablement]) { tally.withLock { $0.disablements = disablements } }

    func update(_ standings: ContiguousArray<Supervisor.Standing>) { tally.withLock { $0.standings = standings } }

    func update(_ changes: [(index: Int, standing: Supervisor.Standing)]) {
        tally.withLock { tally in
            for (index, standing) in changes where tally.standings.indices.contains(index) {
                tally.standings[index] = standing
            }
        }
    }
    func update(_ alarms: [RuleEngine.BlockAlarm]) { tally.withLock { $0.buildingAlarms = alarms } }

    func update(_ falseAlarms: FalseAlarms) { tally.withLock { $0.falseAlarms = falseAlarms } }

    func update(_ incidents: [Incident]) {
        tally.withLock { tally in
            for incident in incidents {
                tally.incidents[incident.id] = incident.stage == .closed ? nil : incident
            }
        }
    }
}
