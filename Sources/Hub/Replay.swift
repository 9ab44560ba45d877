public import Devices
import Foundation
public import Registry
public import Rules
public import Store

/// Plays what happened through rules again: a hub's journal, a piece of one, or a recording of an estate's traffic. Time
/// is the recording's own.
public struct Replay {
    /// How many messages could not be understood, and how many came from devices that devices.csv does not have.
    public private(set) var malformed = 0
    public private(set) var unknown = 0
    var engine: RuleEngine
    let registry: EstateRegistry
    private let contracts: Contracts
    private var decoders: DecoderTable
    /// What the decoders have been taught, by decoder and topic, for a piece that begins later.
    private(set) var lessons = LessonBook()

    /// - Throws: if a base topic in the settings is no topic.
    public init(_ configuration: HubConfiguration) throws {
        registry = configuration.registry
        engine = RuleEngine(estate: registry.estate, devices: registry.devices, rules: configuration.rules)
        contracts = configuration.settings.supervision.contracts
        decoders = try configuration.decoders(hearing: registry)
    }

    /// What the next step led to, and what time alone led to before it.
    public mutating func play(_ step: ReplayStep) -> Consequences {
        switch step {
        case .entry(let entry): play(entry)
        case .recorded(let recorded):
            learn(recorded)
            play(recorded.message, at: recorded.at, backlog: false, placement: nil)
        case .beginning(let beginning): begin(beginning)
        }
        return engine.takeConsequences()
    }

    private mutating func play(_ entry: JournalEntry) {
        switch entry.input {
        case .message(let heard):
            play(
                Message(topic: heard.topic, payload: Array(heard.payload), retained: heard.retained), at: entry.at,
                backlog: heard.backlog,
                placement: DeviceClock.Placement(
                    at: heard.eventAt, late: heard.late, overtaken: heard.overtaken ?? false),
                readings: heard.readings)
        case .taught(let lesson): teach(lesson)
        case .silence(let isSilent, let devices):
            engine.advance(to: entry.at)
            engine.note(silent: isSilent, devices: devices.compactMap(registry.position(of:)))
        case .command(let command): engine.apply(command, at: entry.at)
        case .exerciseBegan(let exercise): engine.begin(exercise, at: entry.at)
        case .exerciseEnded(let id): engine.end(exercise: id, at: entry.at)
        case .outage:
            engine.beginOutage()
            _ = decoders.missed()
        case .backlog(let from):
            engine.advance(to: from)
            engine.beginBacklog(from: from, until: entry.at)
        case .started:
            engine.advance(to: entry.at)
            engine.endInterruptedExercises()
            engine.beginOutage()
            _ = decoders.missed()
        case .time: engine.advance(to: entry.at)
        }
    }

    /// Takes up what a piece of a journal says of the time before it.
    private mutating func begin(_ beginning: JournalBeginning) {
        engine.restore(
            time: beginning.time, present: beginning.time,
            devices: beginning.devices.compactMap { device in
                registry.position(of: device.id).map { ($0, device.state) }
            }, blocks: beginning.blocks, exercises: [])
        for lesson in beginning.lessons ?? [] { teach(lesson) }
        if beginning.hearsNobody { engine.beginOutage() }
    }

    /// Before anything else, what the decoders knew when a journal begins.
    public mutating func teach(_ lesson: KeptLesson) {
        let message = Message(topic: lesson.topic, payload: Array(lesson.payload), retained: lesson.retained)
        guard let decoder = Device.Ecosystem(rawValue: lesson.decoder),
            let learnt = try? decoders.learn(message, for: decoder)
        else { return }
        lessons.note(learnt, of: message, at: lesson.at)
    }

    private mutating func learn(_ recorded: RecordedMessage) {
        // One that cannot be understood is counted when it is asked what it says.
        let learnt = (try? decoders.learn(recorded.message)) ?? []
        lessons.note(learnt, of: recorded.message, at: recorded.at)
    }

    private mutating func play(
        _ message: Message, at moment: Instant, backlog: Bool, placement: DeviceClock.Placement?,
        readings: [Reading]? = nil
    ) {
        if !backlog { engine.advance(to: max(engine.now, moment)) }
        guard let drill = DrillTopic(message.topic) else {
            // What cannot be understood led to nothing in the hub either.
            guard var report = report(message, in: nil) else { return }
            if let readings { report.readings = readings }
            return play(report, message, at: moment, backlog: backlog, placement: placement, exercise: nil)
        }
        switch drill.content {
        case .control:
            guard !message.retained else { return }
            switch DrillControl(drill: drill.drill, payload: message.payload, receivedAt: moment) {
            case .begin(let exercise)?: engine.begin(exercise, at: moment)
            case .end?: engine.end(exercise: drill.drill, at: moment)
            case nil: malformed += 1
            }
        case .device:
            guard var report = report(message, in: drill) else { return }
            if let readings { report.readings = readings }
            play(report, message, at: moment, backlog: backlog, placement: placement, exercise: drill.drill)
        }
    }

    private mutating func report(_ message: Message, in drill: DrillTopic?) -> Report? {
        do {
            return try drill.map { try decoders.report(message, in: $0) } ?? decoders.report(message)
        } catch {
            malformed += 1
            return nil
        }
    }

    private mutating func play(
        _ report: Report, _ message: Message, at moment: Instant, backlog: Bool, placement: DeviceClock.Placement?,
        exercise: String?
    ) {
        let known = registry.position(of: report.ecosystem, address: report.address)
        let synthetic = SyntheticDetector(speaking: report, in: exercise, registry.estate)?.device
        guard let device = synthetic ?? known.map({ registry.devices[$0] }) else {
            unknown += 1
            return
        }
        engine.apply(
            Observation(
                device: device, index: synthetic == nil ? known ?? 0 : registry.devices.count,
                readings: report.readings(under: contracts.contract(of: device)),
                stamp: report.deviceTime,
                sequence: report.sequence, receivedAt: moment, retained: message.retained, backlog: backlog,
                placement: placement, exercise: exercise))
    }

    /// The block of the device that a message is about; `nil` if it is about none.
    func block(of heard: JournalEntry.Heard) -> String? {
        let message = Message(topic: heard.topic, payload: Array(heard.payload), retained: heard.retained)
        let drill = DrillTopic(message.topic)
        if case .control? = drill?.content { return nil }
        // What cannot be understood is about no block.
        let report = try? drill.map { try decoders.report(message, in: $0) } ?? decoders.report(message)
        guard let report else { return nil }
        if let synthetic = SyntheticDetector(speaking: report, in: drill?.drill, registry.estate) {
            return synthetic.device.place.block
        }
        guard let index = registry.position(of: report.ecosystem, address: report.address) else { return nil }
        return registry.devices[index].place.block
    }
}
