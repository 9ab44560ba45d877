import Notify
import Registry
import Rules
import Store

/// The notifier without its tasks and clock: the real ``Dispatcher``, in the order of `Notifier.loop()`. Take what has
/// arrived, follow the alerts, decide, write, and only then hand over; but that nothing is decided while it writes.
struct VirtualNotifier {
    private(set) var dispatcher: Dispatcher
    private let disk: Disk
    private var failingSince: Instant?
    private var nextAttempt: Instant?
    /// Which process this is: what an earlier one had sent reports to nobody.
    let generation: Int

    static let rewriteInterval = Duration.seconds(1)
    static let deliveriesAtOnce = 12
    /// How long a channel may keep a delivery, as in `Notifier.Settings`.
    static let sendTimeout = Duration.seconds(15)
    /// The channels of the made-up estate.
    static let channels: [String: any Channel] = Dictionary(
        ["push", "sms", "mail", "radio", "siren"].map { ($0, Mouthpiece()) }, uniquingKeysWith: { first, _ in first })

    /// Named and never called: the simulation itself carries what departs.
    private struct Mouthpiece: Channel {
        func send(_ notice: Notice, to contact: Contact) async -> Outcome { .failed("not in a simulation") }
    }

    init(_ setting: Setting, disk: Disk, random: SplitMix64, generation: Int) throws {
        self.disk = disk
        self.generation = generation
        var settings = Notifier.Settings()
        // Whom the rules name is what the hearers check.
        settings.escalation.people = []
        dispatcher = Dispatcher(
            try disk.outbox.state(), directory: setting.directory, channels: Self.channels, settings: settings,
            random: random)
    }

    var nextDue: Instant? {
        let due = [dispatcher.outbox.nextDue, dispatcher.nextEscalation].compactMap(\.self).min()
        guard let nextAttempt else { return due }
        return min(due ?? nextAttempt, nextAttempt)
    }

    mutating func take(_ outcome: Outcome, of delivery: Delivery.ID, at moment: Instant) {
        dispatcher.take(outcome, of: delivery, at: moment)
    }

    /// One turn of the loop. - Parameter seen: is shown every alert when it has been expanded.
    mutating func turn(
        undurable: [Alert], at moment: Instant, seen: (Alert, Dispatcher) throws -> Void
    ) throws -> [Dispatcher.Departure] {
        if !undurable.isEmpty { try follow(at: moment, seen: seen) }
        for alert in undurable {
            let told = dispatcher.expand(alert, sequence: nil, at: moment)
            try seen(told, dispatcher)
        }
        try follow(at: moment, seen: seen)
        let departures = dispatcher.departures(at: moment)
        dispatcher.settle(at: moment)
        try write(at: moment)
        return departures
    }

    /// Of each alert some people at a time, each time written down, so that a crash may come in its midst.
    private mutating func follow(at moment: Instant, seen: (Alert, Dispatcher) throws -> Void) throws {
        while true {
            let alerts = try disk.hub.alerts(after: dispatcher.cursor, limit: 256)
            for (sequence, alert) in alerts {
                let told = dispatcher.expand(
                    alert, sequence: sequence, at: moment, atOnce: Self.deliveriesAtOnce)
                while dispatcher.unfolding != nil {
                    try write(at: moment)
                    dispatcher.unfold(atOnce: Self.deliveriesAtOnce, at: moment)
                }
                try seen(told, dispatcher)
            }
            if alerts.count < 256 { break }
        }
    }

    /// - Throws: ``Crash`` only.
    private mutating func write(at moment: Instant) throws {
        if let nextAttempt, moment < nextAttempt { return }
        guard !dispatcher.unwritten.isEmpty else { return }
        do {
            try disk.write(dispatcher.unwritten)
            dispatcher.unwritten = NotifyBatch()
            if let failingSince { dispatcher.noteRecovery(failingSince: failingSince, at: moment) }
            failingSince = nil
            nextAttempt = nil
        } catch let error as StoreError {
            if failingSince == nil {
                failingSince = moment
                dispatcher.noteUnwritable("\(error)", at: moment)
            }
            dispatcher.trimUnwritten()
            nextAttempt = moment + Self.rewriteInterval
        }
    }
}
