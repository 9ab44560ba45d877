import Registry

// What residents answer, as far as others have to hear of it.
extension RuleEngine {
    /// Tells those who keep watch what somebody has answered. It neither silences, confirms nor closes anything: whoever
    /// says that nothing burns may be wrong, and is in the flat that alarms.
    ///
    /// Who needs help is heard after the incident has closed, too, and wherever they are: in its block, if nothing says
    /// more.
    mutating func pass(on command: OperatorCommand) -> OperatorAnswer {
        let found = find(command.incident)
        let incident = found.map { self[$0.drill].blocks[$0.block].incidents[$0.position] }
        guard incident != nil || command.verb == .needHelp else {
            return .unknown("no incident '\(command.incident)' is open")
        }
        let place: Place
        if case .place(let said)? = command.scope {
            place = said
        } else if let incident {
            place = Place(block: incident.block)
        } else {
            return .unknown("no incident '\(command.incident)' is open, and nothing says where they are")
        }
        guard let block = found?.block ?? estate.position(ofBlock: place.block) else {
            return .unknown("no block '\(place.block)' is in estate.yaml")
        }
        outcome.records.append(Narration.answer(command, incident, at: place, now, estate))
        real.blocks[block].announcements += 1
        let state = real.blocks[block]
        var alert = Alert(
            announcing: Narration.announcement(of: command, at: place, estate),
            id: "\(state.block)-notice-\(state.announcements)", at: now, block: state.block, places: [place],
            verb: command.verb.rawValue, to: command.verb == .needHelp ? [.guards, .wardens, .office] : [.guards],
            news: Narration.news(of: command).map { Alert.News($0) })
        alert.exercise = incident?.exercise ?? command.exercise
        outcome.alerts.append(alert)
        return .done
    }
}
