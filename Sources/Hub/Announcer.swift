import Foundation
import Logging
import MQTT
import Registry
import Rules
import Synchronization

/// Publishes what the hub decides: every alert, the state of each block's incidents, and the canary.
///
/// | topic | content |
/// | --- | --- |
/// | `smokehub/<estate>/block/<block>/alert` | each alert, once, QoS 1; its id recognises a repeat |
/// | `smokehub/<estate>/block/<block>/incident` | the incident of the block that changed last, and the ids of all that are open; retained |
///
/// The broker's acknowledgement of an alert is remembered in the database, so that after a crash what it never had is
/// published again.
final class Announcer: Sendable {
    private let publisher: Publisher
    private let estate: String
    private let logger: Logger
    private let progress = Mutex(Progress())

    private struct Progress {
        /// Batches of alerts that are on their way, oldest first, by the sequence of their last alert.
        var underway: [(through: Int64, left: Int)] = []
        var announced: Int64 = 0
        var isNews = false
        var canaryFailure: String?
        /// The last canary that the broker has taken.
        var canaryTaken: [UInt8] = []
        /// The open incidents of each block, real ones under "" and those of exercises under their id.
        var incidents: [String: [String: [Incident]]] = [:]
    }

    init(publisher: Publisher, estate: String, logger: Logger) {
        self.publisher = publisher
        self.estate = estate
        self.logger = logger
    }

    /// Takes up after a restart.
    ///
    /// - Parameters:
    ///   - missed: alerts that the broker may never have had.
    ///   - states: the incidents that are open.
    func resume(after announced: Int64, missed: [(sequence: Int64, alert: Alert)], incidents: [Incident]) {
        progress.withLock { progress in
            progress.announced = announced
            for incident in incidents where !Exercise.isCanary(incident.exercise) {
                progress.incidents[incident.block, default: [:]][incident.exercise ?? "", default: []].append(incident)
            }
        }
        for (sequence, alert) in missed { announce([alert], through: sequence) }
        publish(incidents)
    }

    /// What is only announced to people is no alert of a block.
    ///
    /// - Parameter sequence: of the last of them; `nil` for alerts that are not in the database.
    func announce(_ told: [Alert], through sequence: Int64?) {
        let alerts = told.filter { $0.announcement == nil && !$0.isCanary }
        if let sequence {
            progress.withLock { $0.underway.append((sequence, alerts.count)) }
            if alerts.isEmpty { arrived(through: sequence, count: 0) }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for alert in alerts {
            let topic = "smokehub/\(estate)/block/\(alert.block)/alert"
            do {
                let message = OutgoingMessage(topic: topic, payload: Array(try encoder.encode(alert)))
                send(message, id: alert.id, through: sequence)
            } catch {
                logger.error("An alert cannot be written as JSON", metadata: ["alert": "\(alert.id)"])
            }
        }
    }

    private func send(_ message: OutgoingMessage, id: Alert.ID, through sequence: Int64?) {
        publisher.publish(message) { [weak self] result in
            guard let self else { return }
            guard case .failure(let error) = result else {
                if let sequence { arrived(through: sequence, count: 1) }
                return
            }
            // It stays unannounced, so that the next start publishes it again; the residents are told apart from it.
            logger.warning("An alert did not reach the broker", metadata: ["alert": "\(id)", "reason": "\(error)"])
            // Where only time ran out, it waits on: the queue is bounded, and refuses what is too much.
            if case .timedOut = error.reason { send(message, id: id, through: sequence) }
        }
    }

    private func arrived(through sequence: Int64, count: Int) {
        progress.withLock { progress in
            guard let position = progress.underway.firstIndex(where: { $0.through == sequence }) else { return }
            progress.underway[position].left -= count
            while let first = progress.underway.first, first.left <= 0 {
                progress.announced = max(progress.announced, first.through)
                progress.isNews = true
                progress.underway.removeFirst()
            }
        }
    }

    /// The last alert up to which the broker has taken over all, if that is news.
    func takeAnnounced() -> Int64? {
        progress.withLock { progress in
            defer { progress.isNews = false }
            return progress.isNews ? progress.announced : nil
        }
    }

    /// Publishes the state of every incident that changed.
    func show(_ outcome: Consequences) {
        // The canary's are nobody's business.
        let incidents = outcome.incidents.filter { !Exercise.isCanary($0.exercise) }
        guard !incidents.isEmpty else { return }
        progress.withLock { progress in
            for state in outcome.blocks where !Exercise.isCanary(state.exercise) {
                progress.incidents[state.block, default: [:]][state.exercise ?? ""] = state.incidents
            }
            for id in outcome.endedExercises {
                for block in progress.incidents.keys.sorted() { progress.incidents[block]?[id] = nil }
            }
        }
        publish(incidents)
    }

    /// The state of one incident, as others see it.
    private struct IncidentWire: Encodable {
        var block: String
        var incident: String
        var hazard: Hazard
        var stage: Stage
        /// When it came to this stage, in milliseconds since 1970.
        var at: Instant
        var exercise: String?
        var places: [Place]
        var acknowledged: Bool
        /// Until when its sounders are silenced; absent when they are not.
        var silencedUntil: Instant?
        /// Every incident that is open in the block, by its id.
        var open: [String]

        init(_ incident: Incident, open: [Incident]) {
            block = incident.block
            self.incident = incident.id
            hazard = incident.hazard
            stage = incident.stage
            at = incident.rungSince
            exercise = incident.exercise
            places = incident.places
            acknowledged = incident.acknowledgement != nil
            silencedUntil = incident.silence?.until
            self.open = open.map(\.id)
        }
    }

    private func publish(_ incidents: [Incident]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for incident in incidents {
            let open = progress.withLock { progress in
                let byExercise = progress.incidents[incident.block] ?? [:]
                return byExercise.keys.sorted().flatMap { byExercise[$0] ?? [] }
            }
            do {
                let state = IncidentWire(incident, open: open)
                publisher.publish(
                    OutgoingMessage(
                        topic: "smokehub/\(estate)/block/\(incident.block)/incident",
                        payload: Array(try encoder.encode(state)), retain: true)
                ) { [logger] result in
                    guard case .failure(let error) = result else { return }
                    logger.warning("An incident's state did not reach the broker", metadata: ["reason": "\(error)"])
                }
            } catch {
                logger.error("An incident cannot be written as JSON", metadata: ["incident": "\(incident.id)"])
            }
        }
    }

    /// Asks a device or gateway something. One that is lost is asked again when there is reason to.
    func request(_ payload: [UInt8], topic: String) {
        publisher.publish(OutgoingMessage(topic: topic, payload: payload, quality: .atMostOnce)) {
            [logger] result in
            guard case .failure(let error) = result else { return }
            logger.warning("A request did not reach the broker", metadata: ["topic": "\(topic)", "reason": "\(error)"])
        }
    }

    /// Whether the broker has taken a canary, so that it is the broker that keeps it back.
    func hasTaken(canary: [UInt8]) -> Bool { progress.withLock { $0.canaryTaken == canary } }

    /// Why the last canary did not get as far as the broker; `nil` if it did.
    var canaryFailure: String? { progress.withLock { $0.canaryFailure } }

    func publish(canary: [UInt8], topic: String) {
        // One that is lost is noticed by its absence.
        publisher.publish(OutgoingMessage(topic: topic, payload: canary)) { [weak self] result in
            var failure: String?
            if case .failure(let error) = result { failure = error.description }
            self?.progress.withLock { progress in
                progress.canaryFailure = failure
                if failure == nil { progress.canaryTaken = canary }
            }
        }
    }
}
