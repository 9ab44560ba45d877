import Notify
import Registry
import Rules
import Store

// From a committed alert to the people, over channels that lose, hang, refuse and are slow.
extension Simulation {
    func tell(_ hub: inout VirtualHub) throws {
        let alerts = watch.takeAlerts()
        let undurable = hub.undurable
        hub.undurable = []
        guard var notifier = notifier.take() else { return }
        defer { self.notifier = notifier }
        let writes = disk?.writes ?? 0
        do {
            let departures = try notifier.turn(undurable: undurable, at: now) { alert, dispatcher in
                let wrong = hearers.expand(alert, in: setting.directory) { dispatcher.outbox[$0] != nil }
                if let wrong { throw Watch.Broken(invariant: .once, what: wrong) }
            }
            try checkHanded(alerts, notifier)
            for departure in departures { try depart(departure, notifier) }
            if notifier.dispatcher.unwritten.isEmpty { keptHearers = hearers }
        } catch let crash as Crash {
            // It may have been durable all the same when the process died.
            if disk?.writes ?? 0 > writes { keptHearers = hearers }
            throw crash
        }
    }

    /// 1: whatever the disk is like, an alert is in the notifier's hands in the turn in which it was decided.
    private func checkHanded(_ alerts: [Alert], _ notifier: VirtualNotifier) throws {
        for alert in alerts where !hearers.knows(alert.id) {
            throw Watch.Broken(invariant: .told, what: "\(alert.id) has not reached the notifier")
        }
        let outbox = notifier.dispatcher.outbox
        if outbox.inFlight > 256 * VirtualNotifier.channels.count {
            throw Watch.Broken(invariant: .bounded, what: "\(outbox.inFlight) deliveries are in flight")
        }
        if notifier.dispatcher.unwritten.records.count > Notifier.Settings().unwrittenRecordsMax {
            throw Watch.Broken(invariant: .bounded, what: "too many lines wait for the log")
        }
    }

    private func depart(_ departure: Dispatcher.Departure, _ notifier: VirtualNotifier) throws {
        statistics.departures += 1
        let delivery = departure.delivery
        if let wrong = hearers.depart(delivery, at: now) {
            throw Watch.Broken(invariant: .once, what: wrong)
        }
        try checkExercise(departure)
        inFlight[delivery.id] = departure
        let (accepted, after) = fate()
        trace.note(now) { "tells \(delivery.id) \(accepted ? "" : "in vain")" }
        agenda.plan(
            .outcome(of: delivery.id, accepted: accepted, generation: notifier.generation), at: now + after)
    }

    /// 4: what an exercise says says so, and what is real rests on real alarms.
    private func checkExercise(_ departure: Dispatcher.Departure) throws {
        let (delivery, alert) = (departure.delivery, departure.alert)
        // Texts are slow to make, and those of one alert differ little.
        guard alert.exercise != nil || statistics.departures % 8 == 1 else { return }
        let notice = setting.catalogue.notice(
            alert, delivery: delivery.id, to: departure.contact,
            resident: setting.directory.resident(delivery.target), directory: setting.directory, now: now,
            before: departure.before)
        let isMarked = notice.text.hasPrefix(MessageCatalogue.exercisePrefix)
        if isMarked != (alert.exercise != nil) {
            throw Watch.Broken(invariant: .exercise, what: "\(delivery.id) reads: \(notice.text)")
        }
        guard alert.exercise == nil else { return }
        for device in alert.because where !watch.belief.everAlarmed.contains(device) {
            throw Watch.Broken(
                invariant: .exercise, what: "\(alert.id) is real, because of \(device), which never alarmed in earnest")
        }
    }

    /// What becomes of a message, and when that is known.
    private func fate() -> (accepted: Bool, after: Duration) {
        switch channelMood {
        case .healthy: return (true, channelChance.seconds(0.05...0.8))
        case .dead: return (false, VirtualNotifier.sendTimeout)
        case .poor:
            let hangs = channelChance.chance(0.2)
            let accepted = !hangs && channelChance.chance(0.6)
            return (accepted, hangs ? VirtualNotifier.sendTimeout : channelChance.seconds(0.05...10))
        }
    }

    func take(outcome accepted: Bool, of id: Delivery.ID, generation: Int) {
        guard notifier?.generation == generation, let departure = inFlight.removeValue(forKey: id) else { return }
        let outcome: Outcome =
            if accepted {
                .accepted()
            } else {
                channelChance.chance(0.3) ? .refused("refused") : .failed("no answer in time")
            }
        notifier?.take(outcome, of: id, at: now)
        if accepted { hearers.accept(departure.delivery, at: now) }
    }
}
