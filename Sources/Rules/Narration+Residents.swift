import Registry

// What residents answer, in words.
extension Narration {
    /// For those who are sent.
    static func announcement(
        of verb: OperatorCommand.Verb, _ incident: Incident, at place: Place, _ estate: Estate
    ) -> Text {
        let place = PlaceNames(estate).text(place)
        return verb == .needHelp
            ? Text(
                "HELP IS NEEDED at \(place.english) (\(incident.id)). Go there now.",
                "\(place.traditionalChinese)有人求助（\(incident.id)）。請立即前往。")
            : Text(
                "\(place.english) says that it is a false alarm (\(incident.id)). Go and look; until you answer it stays open.",
                "\(place.traditionalChinese)表示是誤報（\(incident.id)）。請前往查看；在你回覆之前，警報不會解除。")
    }

    /// For the alert log: nobody by name.
    static func answer(
        _ command: OperatorCommand, _ incident: Incident, at place: Place, _ estate: Estate
    ) -> LogRecord {
        let words = PlaceNames(estate).text(place)
        let text =
            command.verb == .needHelp
            ? Text("\(words.english) asks for help", "\(words.traditionalChinese)求助")
            : Text("\(words.english) says that it is a false alarm", "\(words.traditionalChinese)表示是誤報")
        return LogRecord(
            at: incident.openedAt, event: .operator, level: command.verb == .needHelp ? .alarm : .info,
            estate: estate.id, place: place, incident: incident.id, stage: incident.stage, exercise: incident.exercise,
            text: text, details: ["verb": command.verb.rawValue, "by": command.by])
    }
}
