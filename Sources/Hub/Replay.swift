public import Devices
import Foundation
public import Registry
public import Rules
public import Store

/// Plays what happened through rules again: a hub's journal, or a recording of an estate's traffic. Time is the
/// recording's own.
public struct Replay {
    private var engine: RuleEngine
    private let registry: EstateRegistry
    private let decoders: DecoderTable

    /// - Throws: if a base topic in the settings is no topic.
    public init(_ configuration: HubConfiguration) throws {
        registry = configuration.registry
        engine = RuleEngine(estate: registry.estate, devices: registry.devices, rules: configuration.rules)
        decoders = try DecoderTable([
            NativeDecoder(estate: registry.estate.id),
            Zigbee2MQTTDecoder(bases: configuration.settings.zigbee2MQTTBaseTopics),
        ])
    }

    /// What one entry of a journal led to.
    public mutating func play(_ entry: JournalEntry) -> [Decision] {
        switch entry.input {
        case .message(let heard):
            play(
                Message(topic: heard.topic, payload: Array(heard.payload), retained: heard.retained), at: entry.at,
                backlog: heard.backlog, placement: DeviceClock.Placement(at: heard.eventAt, late: heard.late))
        case .command(let command): engine.apply(command, at: entry.at)
        case .exerciseBegan(let exercise): engine.begin(exercise, at: entry.at)
        case .exerciseEnded(let id): engine.end(exercise: id, at: entry.at)
        case .outage: engine.beginOutage()
        case .backlog(let from):
            engine.advance(to: from)
            engine.beginBacklog(from: from, until: entry.at)
        case .started:
            engine.advance(to: entry.at)
            engine.endInterruptedExercises()
            engine.beginOutage()
        case .time: engine.advance(to: entry.at)
        }
        return engine.takeConsequences().decisions
    }

    /// What a recorded message led to, and what time alone led to before it.
    public mutating func play(_ recorded: RecordedMessage) -> [Decision] {
        play(recorded.message, at: recorded.at, backlog: false, placement: nil)
        return engine.takeConsequences().decisions
    }

    private mutating func play(
        _ message: Message, at moment: Instant, backlog: Bool, placement: DeviceClock.Placement?
    ) {
        if !backlog { engine.advance(to: max(engine.now, moment)) }
        guard let drill = DrillTopic(message.topic) else {
            // What cannot be understood led to nothing in the hub either.
            guard let report = try? decoders.report(message) else { return }
            return play(report, message, at: moment, backlog: backlog, placement: placement, exercise: nil)
        }
        switch drill.content {
        case .control:
            guard !message.retained else { return }
            switch DrillControl(drill: drill.drill, payload: message.payload, receivedAt: moment) {
            case .begin(let exercise)?: engine.begin(exercise, at: moment)
            case .end?: engine.end(exercise: drill.drill, at: moment)
            case nil: break
            }
        case .device:
            guard let report = try? decoders.report(message, in: drill) else { return }
            play(report, message, at: moment, backlog: backlog, placement: placement, exercise: drill.drill)
        }
    }

    private mutating func play(
        _ report: Report, _ message: Message, at moment: Instant, backlog: Bool, placement: DeviceClock.Placement?,
        exercise: String?
    ) {
        guard let index = registry.position(of: report.ecosystem, address: report.address) else { return }
        engine.apply(
            Observation(
                device: registry.devices[index], index: index, readings: report.readings, stamp: report.deviceTime,
                sequence: report.sequence, receivedAt: moment, retained: message.retained, backlog: backlog,
                placement: placement, exercise: exercise))
    }
}

/// A line that `mosquitto_sub -F %j` or `-F %J` wrote.
public struct RecordedMessage: Hashable, Sendable {
    public var at: Instant
    public var message: Message

    /// - Throws: if the line is no such JSON object.
    public init(_ line: [UInt8]) throws(Malformed) {
        let json = try JSON(line)
        func text(_ name: String) throws(Malformed) -> String {
            guard let text = json.member(name, of: json.root).flatMap({ json.text(of: $0) }) else {
                throw Malformed("\(name): expected a text, as 'mosquitto_sub -F %j' writes it")
            }
            return text
        }
        let written = try text("tst")
        guard let at = Self.instant(written) else {
            throw Malformed("tst \"\(written)\": expected a time such as 2026-11-22T15:45:37.123456Z+0800")
        }
        guard let payload = json.member("payload", of: json.root) else { throw Malformed("there is no payload") }
        self.at = at
        message = Message(
            topic: try text("topic"), payload: json.bytes(of: payload),
            retained: json.member("retain", of: json.root).map { json.bytes(of: $0) == Array("1".utf8) } ?? false)
    }

    /// mosquitto_sub writes local time, a `Z` all the same, and the zone behind it without a colon.
    private static func instant(_ text: String) -> Instant? {
        if let instant = Instant(rfc3339: text) { return instant }
        let zone = text.suffix(5)
        guard let sign = zone.first, "+-".contains(sign) else { return nil }
        let time = text.dropLast(5)
        return Instant(rfc3339: "\(time.hasSuffix("Z") ? time.dropLast() : time)\(zone.prefix(3)):\(zone.suffix(2))")
    }
}
