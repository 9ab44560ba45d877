import Registry

// What residents answer, in words.
extension Narration {
    /// For those who are sent.
    static func announcement(of command: OperatorCommand, at place: Place, _ estate: Estate) -> Text {
        let place = PlaceNames(estate).text(place)
        let id = command.incident
        return switch command.verb {
        case .needHelp:
            Text(
                "HELP IS NEEDED at \(place.english) (\(id)). Go there now.",
                "\(place.traditionalChinese)有人求助（\(id)）。請立即前往。")
        case .unclear:
            Text(
                "Somebody at \(place.english) has answered in words that were not understood (\(id)). Ask them.",
                "\(place.traditionalChinese)有人回覆，但內容無法識別（\(id)）。請向對方查詢。")
        default:
            Text(
                "\(place.english) says that it is a false alarm (\(id)). Go and look; until you answer it stays open.",
                "\(place.traditionalChinese)表示是誤報（\(id)）。請前往查看；在你回覆之前，警報不會解除。")
        }
    }

    /// `nil` of what residents do not say.
    static func news(of command: OperatorCommand) -> Alert.News.Kind? {
        Alert.News.Kind(rawValue: command.verb.rawValue)
    }

    /// For the alert log: nobody by name.
    ///
    /// - Parameter incident: `nil` if it has closed.
    static func answer(
        _ command: OperatorCommand, _ incident: Incident?, at place: Place, _ moment: Instant, _ estate: Estate
    ) -> LogRecord {
        let words = PlaceNames(estate).text(place)
        let text =
            switch command.verb {
            case .needHelp: Text("\(words.english) asks for help", "\(words.traditionalChinese)求助")
            case .unclear:
                Text(
                    "The guards are told to ask at \(words.english), from where words came that were not understood",
                    "已通知保安員向\(words.traditionalChinese)查詢，該處的回覆內容無法識別")
            default: Text("\(words.english) says that it is a false alarm", "\(words.traditionalChinese)表示是誤報")
            }
        return LogRecord(
            at: moment, event: .operator, level: command.verb == .needHelp ? .alarm : .info, estate: estate.id,
            place: place, incident: command.incident, stage: incident?.stage,
            exercise: incident?.exercise ?? command.exercise,
            text: text, details: ["verb": command.verb.rawValue, "by": command.by])
    }
}
