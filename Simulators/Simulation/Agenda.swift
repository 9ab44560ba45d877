import HeapModule
import Registry
import Rules

/// What is going to happen, the earliest first; of what happens at the same moment, what was planned first.
struct Agenda {
    private var heap = Heap<Entry>()
    private var planned = 0

    private struct Entry: Comparable {
        var at: Instant
        var number: Int
        var event: Event

        static func < (left: Entry, right: Entry) -> Bool { (left.at, left.number) < (right.at, right.number) }
        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
    }

    var next: Instant? { heap.min?.at }

    mutating func plan(_ event: Event, at moment: Instant) {
        planned += 1
        heap.insert(Entry(at: moment, number: planned, event: event))
    }

    mutating func take() -> Event? { heap.popMin()?.event }
}

/// One thing that happens in the simulated world.
enum Event {
    /// The air at a detector begins or ceases to be what it alarms at.
    case hazard(device: Int, begins: Bool, drill: String? = nil)
    /// A detector that alarms says so again. - episode: of which alarm; a later one has its own repeats.
    case repeats(device: Int, episode: Int)
    case says(device: Int, Saying, drill: String? = nil)
    /// A message reaches the broker.
    case arrives(Packet)
    /// The air is clear again, and nobody hears of it.
    case loses(device: Int)
    /// A detector's flag sticks at alarm, or is mended.
    case sticks(device: Int, Bool)
    case dies(device: Int, Bool)
    /// The radio of a block loses so many of its messages, beside what it always loses.
    case noise(block: String, Double)
    case setClock(device: Int, Clockwork)
    case brokerLink(up: Bool)
    /// The broker comes up without what it had kept.
    case sessionLost
    case disk(Disk.Mood)
    case crash
    case restart
    case command(Press)
    case drillControl(id: String, begins: Bool)
    case outcome(of: String, accepted: Bool, generation: Int)
    case channels(Mood)
    case gateway(block: String, up: Bool)
    /// The hub looks by itself, as its poll would.
    case wake

    /// What a device may say by itself.
    enum Saying { case heartbeat, test, lowBattery, offline, online }

    /// What an operator presses: on the incident that is open at that moment, or on what can be put out of action.
    struct Press {
        var verb: OperatorCommand.Verb
        /// Which of the open incidents, by rank; or this one. Without a ``scope``, which of those that stand is to end.
        var rank: Int
        var incident: String?
        /// For how long, in what ends by itself.
        var length: Duration?
        var scope: Disablement.Scope?
        var second: String?
        /// To reset although detectors alarm.
        var isForced = true
    }

    enum Mood { case healthy, poor, dead }
}
