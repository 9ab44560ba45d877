import Foundation
import Logging
import MQTT
import Notify
public import Registry
import Rules
import Store

/// Tries the whole way of an alarm, now and then: a detector that nobody has speaks through the broker, in an exercise of
/// its own, and a contact that is nobody's is told. What does not arrive is a trouble, told over another channel.
///
/// What comes back on the broker is not enough: a wrong token, an empty account or a modem without a network is found
/// only by a message that somebody gets.
actor DeliveryCanary {
    /// What it needs of the hub.
    struct Parts: Sendable {
        var settings: HubSettings.DeliveryCanary
        var estate: Estate
        var board: HubBoard
        var notifier: Notifier
        var outbox: NotifyDatabase
        var utcOffset: Duration
        var now: @Sendable () -> Instant
        /// Hands one message to the broker; returns when the broker has taken it.
        var publish: @Sendable (_ topic: String, _ payload: [UInt8]) async throws -> Void
        var logger: Logger
    }

    private let parts: Parts
    private let note: @Sendable (CanaryCourse) -> Void
    private var isUnderWay = false
    private var missingSince: Instant?

    /// - Parameter note: is shown each course when it is over.
    init(_ parts: Parts, note: @escaping @Sendable (CanaryCourse) -> Void) {
        self.parts = parts
        self.note = note
    }

    /// Sends one at each of the settings' times, until its task is cancelled.
    func keepTime() async {
        guard let schedule = parts.settings.schedule else { return }
        while !Task.isCancelled {
            // It throws when cancelled, which means the end.
            do { try await schedule.sleep(utcOffset: parts.utcOffset, now: parts.now) } catch { return }
            _ = await run()
        }
    }

    /// Sends one now. - Returns: `nil` if another is under way.
    func run() async -> CanaryCourse? {
        guard !isUnderWay, let detector = SyntheticDetector(in: parts.estate) else { return nil }
        isUnderWay = true
        defer { isUnderWay = false }
        var course = CanaryCourse(at: parts.now(), channel: parts.settings.channel)
        if let reason = disturbance(besides: nil) {
            course.ending = .skipped(reason)
        } else {
            await send(detector, &course)
        }
        tell(course)
        note(course)
        return course
    }

    /// What it would be in the way of.
    private func disturbance(besides own: String?) -> String? {
        let tally = parts.board.now
        guard tally.isConnected else { return "the hub is not connected to the broker" }
        let others = tally.incidents.values.filter { $0.exercise != own || own == nil }
        if others.contains(where: { $0.exercise == nil }) { return "an incident is open" }
        return others.isEmpty ? nil : "a drill is under way"
    }

    private func send(_ detector: SyntheticDetector, _ course: inout CanaryCourse) async {
        let exercise = Exercise.canaryID(at: course.at)
        let end = course.at + parts.settings.within
        do {
            try await parts.publish(
                "drill/\(exercise)/$control",
                Array(#"{"command":"begin","scenario":"delivery canary","until":"\#(end + .seconds(60))"}"#.utf8))
            course.at = parts.now()
            try await parts.publish("drill/\(exercise)/\(detector.topic)", detector.alarm(at: course.at))
            await watch(exercise, until: course.at + parts.settings.within, &course)
        } catch {
            course.ending = .missing("the broker did not take it: \(error)")
        }
        if case .missing? = course.ending, let reason = disturbance(besides: exercise),
            reason != "the hub is not connected to the broker"
        {
            course.ending = .skipped(reason)
        }
        do {
            try await parts.publish("drill/\(exercise)/$control", Array(#"{"command":"end"}"#.utf8))
        } catch {
            // The hub ends it by itself, when its time is over.
            parts.logger.warning("The canary's end did not reach the broker", metadata: ["reason": "\(error)"])
        }
    }

    /// Looks at how far it has come until it has arrived, or its time is over.
    private func watch(_ exercise: String, until end: Instant, _ course: inout CanaryCourse) async {
        var incident: Incident.ID?
        while true {
            incident = incident ?? parts.board.now.incidents.values.first { $0.exercise == exercise }?.id
            let delivery = incident.flatMap { id in
                try? parts.outbox.deliveries(ofIncident: id).first { $0.target == Directory.canaryTarget }
            }
            if let incident, delivery == nil { course.heardAt = course.heardAt ?? openedAt(incident) }
            if let delivery { note(delivery, openedAt(delivery.incident), &course) }
            let isWaiting = course.ending == nil
            guard isWaiting, parts.now() < end, !Task.isCancelled else { break }
            // Only cancellation ends it early.
            do { try await Task.sleep(for: .milliseconds(20)) } catch { break }
        }
        guard course.ending == nil else { return }
        guard !Task.isCancelled else { return course.ending = .skipped("the hub stops") }
        // A report that the channel may bring, and has not, is no proof that it was not delivered.
        course.ending = course.acceptedAt != nil ? .arrived : .missing(course.whereabouts)
    }

    private func openedAt(_ incident: Incident.ID) -> Instant? { parts.board.now.incidents[incident]?.openedAt }

    private func note(_ delivery: Delivery, _ openedAt: Instant?, _ course: inout CanaryCourse) {
        course.heardAt = course.heardAt ?? openedAt
        course.committedAt = delivery.createdAt
        course.acceptedAt = delivery.acceptedAt
        course.deliveredAt = delivery.deliveredAt
        course.error = delivery.error
        switch delivery.state {
        case .accepted where delivery.deliveredAt != nil || !parts.settings.awaitsReport: course.ending = .arrived
        case .refused, .failed, .expired: course.ending = .missing(course.whereabouts)
        case .pending, .sending, .accepted, .superseded: break
        }
    }

    // MARK: Telling

    private func tell(_ course: CanaryCourse) {
        var details = ["channel": course.channel, "course": course.steps]
        switch course.ending {
        case .skipped(let reason)?:
            parts.notifier.take(
                TellingNote(
                    LogRecord.Text("No canary was sent: \(reason)", "未發出測試訊息：\(reason)"), details, level: .info))
        case .arrived?:
            let text = LogRecord.Text(
                "The canary arrived by \(course.channel) in \(course.took): \(course.steps)",
                "測試訊息經 \(course.channel) 送達，用時 \(course.took)：\(course.steps)")
            parts.notifier.take(TellingNote(text, details, level: .info))
            guard let since = missingSince else { return }
            missingSince = nil
            details["trouble"] = "delivery canary"
            details["state"] = "put right"
            let clock = since.words(utcOffset: parts.utcOffset)
            parts.notifier.take(
                TellingNote(
                    LogRecord.Text(
                        "The canary arrives again; it had been missing since \(clock.english)",
                        "測試訊息恢復送達；自\(clock.traditionalChinese)起未能送達"), details, level: .info))
        case .missing(let reason)?:
            missingSince = missingSince ?? course.at
            details["trouble"] = "delivery canary"
            details["state"] = "open"
            details["error"] = reason
            let seconds = parts.settings.within.wholeMilliseconds / 1000
            parts.notifier.take(
                TellingNote(
                    LogRecord.Text(
                        "The canary did not arrive by \(course.channel) within \(seconds) s: \(reason)",
                        "測試訊息未能在 \(seconds) 秒內經 \(course.channel) 送達：\(reason)"),
                    details, level: .trouble, isAnnounced: true, notOver: course.channel))
        case nil: break
        }
    }
}

/// How far one canary came.
public struct CanaryCourse: Hashable, Sendable {
    /// When its detector spoke.
    public var at: Instant
    public var channel: String
    /// When the hub had it from the broker.
    public var heardAt: Instant?
    /// When its delivery was made, of what had been decided and written.
    public var committedAt: Instant?
    /// When the gateway took it.
    public var acceptedAt: Instant?
    /// When the gateway reported that it had been delivered, where it does.
    public var deliveredAt: Instant?
    /// Why the last attempt failed.
    public var error: String?
    public var ending: Ending?

    public enum Ending: Hashable, Sendable {
        case arrived
        case missing(String)
        /// It would have been in the way of something.
        case skipped(String)
    }

    /// How far it has come when it comes no further.
    var whereabouts: String {
        if let error { return error }
        if committedAt != nil { return "the gateway has not taken it" }
        if heardAt != nil { return "the hub has heard it, and its outbox has not taken it" }
        return "nothing came of it: see whether the broker lets the hub write and read drill/#, and whether rules.yaml "
            + "has a rule for a lone smoke alarm"
    }

    /// From the detector to the far end.
    public var took: String { Self.written((deliveredAt ?? acceptedAt ?? at) - at) }

    /// `broker 3 ms, commit 5 ms, gateway 400 ms, delivered 2.1 s`
    public var steps: String {
        var steps: [String] = []
        var last = at
        for (name, moment) in [
            ("broker", heardAt), ("commit", committedAt), ("gateway", acceptedAt), ("delivered", deliveredAt),
        ] {
            guard let moment else { continue }
            steps.append("\(name) \(Self.written(moment - last))")
            last = moment
        }
        return steps.isEmpty ? "nowhere" : steps.joined(separator: ", ")
    }

    private static func written(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.wholeMilliseconds)
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        let hundredths = (milliseconds + 5) / 10
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
    }
}
