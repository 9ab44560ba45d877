import Devices
import Foundation
import MQTT
import Registry
import Rules
import Store

// From a message to the rules.
extension Pipeline {
    func take(_ publication: Publication, at moment: Instant) {
        if publication.topic == canary.topic { return takeCanary(publication, at: moment) }
        let message = Message(
            topic: publication.topic, payload: publication.payload, retained: publication.retained)
        do {
            guard let drill = DrillTopic(publication.topic) else {
                let unlearnt = learn(message, at: moment)
                let report = try decoders.report(message)
                // What could teach nothing may be an alarm all the same.
                if let unlearnt { noteMalformed(unlearnt, message, at: moment) }
                if let report { take(report, message, exercise: nil, at: moment) }
                return
            }
            switch drill.content {
            case .control: control(drill.drill, message, at: moment)
            case .device:
                if let report = try decoders.report(message, in: drill) {
                    take(report, message, exercise: drill.drill, at: moment)
                }
            }
        } catch {
            noteMalformed(error, message, at: moment)
        }
    }

    private func take(_ report: Report, _ message: Message, exercise: String?, at moment: Instant) {
        guard exercise == nil || listening.backlogUntil == nil else { return }
        if !report.unmapped.isEmpty { noteUnmapped(report, retained: message.retained, exercise: exercise, at: moment) }
        if let detector = SyntheticDetector(speaking: report, in: exercise, registry.estate) {
            let contract = settings.supervision.contracts.contract(of: detector.device)
            return heed(
                report, message, of: (detector.device, registry.devices.count), under: contract, exercise: exercise,
                at: moment)
        }
        let position = registry.position(of: report.ecosystem, address: report.address)
        if exercise == nil, !supervise(report, message, index: position, at: moment) { return }
        guard let index = position else {
            // What it is the way to is registered, and supervised.
            if report.isGateway { return }
            guard let known = deviceThatSpeaks(on: message.topic, as: report) else {
                return noteUnknown(report, message, exercise: exercise, at: moment)
            }
            let malformed = Malformed("the payload is no JSON object", address: known)
            return noteMalformed(malformed, message, at: moment)
        }
        if let place = report.place, place != registry.devices[index].place {
            noteMisplaced(registry.devices[index], said: place, at: moment)
        }
        heed(report, message, of: index, exercise: exercise, at: moment)
    }

    /// Shows the rules what a registered device says.
    func heed(_ report: Report, _ message: Message, of index: Int, exercise: String?, at moment: Instant) {
        heed(
            report, message, of: (registry.devices[index], index), under: supervisor.contract(of: index),
            exercise: exercise, at: moment)
    }

    private func heed(
        _ report: Report, _ message: Message, of speaker: (device: Device, index: Int), under contract: Contract,
        exercise: String?, at moment: Instant
    ) {
        let backlog = listening.backlogUntil != nil
        let timeBefore = engine.now
        let placement = engine.apply(
            Observation(
                device: speaker.device, index: speaker.index, readings: report.readings(under: contract),
                stamp: report.deviceTime,
                sequence: report.sequence, receivedAt: moment, retained: message.retained, backlog: backlog,
                exercise: exercise))
        if exercise == nil { noteUpkeep(report, of: speaker.index, retained: message.retained, at: moment) }
        guard let placement else { return }
        // In a backlog mere signs of life move time, too, and are not journaled themselves.
        if backlog, timeBefore > journaledTime { journal(.time, at: timeBefore) }
        journal(
            .message(
                JournalEntry.Heard(
                    topic: message.topic, payload: Data(message.payload), retained: message.retained,
                    backlog: backlog, eventAt: placement.at, late: placement.late,
                    overtaken: placement.overtaken, readings: report.restsOnEarlier ? report.readings : nil)),
            at: moment, raisesHazard: report.raisesHazard)
    }

    /// A registered device whose own topic this is, which a payload that is no JSON made look like a part of another's.
    private func deviceThatSpeaks(on topic: String, as report: Report) -> String? {
        guard report.ecosystem == .zigbee2mqtt, let start = topic.range(of: report.address)?.lowerBound else {
            return nil
        }
        let address = String(topic[start...])
        return registry.position(of: .zigbee2mqtt, address: address) == nil ? nil : address
    }

    private func control(_ drill: String, _ message: Message, at moment: Instant) {
        // A drill begins when its player says so, never because a broker remembers one.
        guard !message.retained else { return }
        // What waited at the broker is a drill of yesterday.
        guard listening.backlogUntil == nil else { return }
        switch DrillControl(drill: drill, payload: message.payload, receivedAt: moment) {
        case .begin(let exercise)?:
            if engine.begin(exercise, at: moment) {
                journal(.exerciseBegan(exercise), at: moment)
            }
        case .end?:
            if engine.end(exercise: drill, at: moment) { journal(.exerciseEnded(id: drill), at: moment) }
        case nil:
            let malformed = Malformed(
                #"a drill's control message has to be {"command":"begin",…} or {"command":"end"}"#)
            noteMalformed(malformed, message, at: moment)
        }
        collect()
    }
}
