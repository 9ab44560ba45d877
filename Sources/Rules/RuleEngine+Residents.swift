import Registry

// What residents answer, as far as others have to hear of it.
extension RuleEngine {
    /// Tells those who keep watch what somebody has answered. It neither silences, confirms nor closes anything: whoever
    /// says that nothing burns may be wrong, and is in the flat that alarms.
    mutating func pass(
        on command: OperatorCommand, _ incident: Incident, _ drill: Int?, _ block: Int
    ) -> OperatorAnswer {
        guard case .place(let place)? = command.scope else { return .refused("nothing says where they are") }
        var record = Narration.answer(command, incident, at: place, estate)
        record.at = now
        outcome.records.append(record)
        real.blocks[block].announcements += 1
        let number = real.blocks[block].announcements
        var alert = Alert(
            announcing: Narration.announcement(of: command.verb, incident, at: place, estate),
            id: "\(incident.block)-notice-\(number)", at: now, block: incident.block, places: [place],
            verb: command.verb.rawValue, to: command.verb == .needHelp ? [.guards, .wardens, .office] : [.guards])
        alert.exercise = incident.exercise
        outcome.alerts.append(alert)
        return .done
    }
}
