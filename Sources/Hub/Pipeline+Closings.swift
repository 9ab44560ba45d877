import Logging
import Registry
import Rules
import Store

// What is known of incidents that have closed: their causes, and how often the alarm was about nothing.
extension Pipeline {
    /// The engine forgets an incident when it closes, so whether there was one at all is the database's to say.
    func refusal(of command: OperatorCommand) -> OperatorAnswer? {
        let id = command.incident
        guard command.verb == .cause, !engine.openIncidents.contains(where: { $0.id == id }),
            !unwritten.outcome.closings.contains(where: { $0.id == id })
        else { return nil }
        do {
            return try database.hasClosed(id) ? nil : .unknown("there has been no incident '\(id)'")
        } catch {
            return .refused("what has closed cannot be read (\(error)); ask again later")
        }
    }

    /// Tells an incident that has closed from one that there never was.
    func explained(_ answer: OperatorAnswer, _ command: OperatorCommand) -> OperatorAnswer {
        guard case .unknown = answer, !command.verb.isOfScope else { return answer }
        do {
            guard try database.hasClosed(command.incident) else { return answer }
            return .refused("\(command.incident) is closed for good; what alarms now has an incident of its own")
        } catch {
            return answer
        }
    }

    /// Puts the number of false alarms on the board. A few rows at most, and not on the way of an alarm.
    func countFalseAlarms() {
        do {
            let detectors = registry.devices.count { device in
                Signal.Kind(detectedBy: device.kind).map { ![.button, .help].contains($0) } ?? false
            }
            board.update(
                try database.falseAlarms(since: now() - FalseAlarms.spanMax, detectors: detectors))
        } catch {
            logger.warning("Closed incidents cannot be counted", metadata: ["reason": "\(error)"])
        }
    }
}
