// What each pattern asks for, in a clause that goes on from "when": one small function a pattern. A new pattern is an
// error in the switch below until it has its words.
extension Pattern {
    /// `two detectors … alarm within 60 s`.
    ///
    /// - Parameter rule: whose pattern it is.
    func words(in rule: Rule, settings: RuleSet.Settings) -> LogRecord.Text {
        switch self {
        case .signal(let kinds, let areas): Self.signal(kinds, areas, rule)
        case .count(let count): count.words
        case .beside(let some, let others): Self.beside(some, others)
        case .unanswered(let duration): Self.unanswered(duration)
        case .confirmedByPerson:
            LogRecord.Text("a person says that it is real", "有人到場證實屬實")
        case .cleared(let duration): Self.cleared(duration)
        case .lasting(let duration): Self.lasting(duration)
        case .newFlat(let kinds): Self.newFlat(kinds)
        case .stuck: Self.stuck(rearm: settings.rearm)
        case .blocks(let minimum, let stage): Self.blocks(minimum, stage)
        case .held(let selection, let duration): Self.held(selection, duration)
        case .sequence(let steps, let window): Self.sequence(steps, within: window)
        case .absent(let missing, let first, let window): Self.absent(missing, after: first, within: window)
        case .investigated(let duration): Self.investigated(duration)
        case .adjacent(let stage): Self.adjacent(stage)
        case .all(let parts): Self.joined(parts, LogRecord.Text("and", "並且"), in: rule, settings)
        case .any(let parts): Self.joined(parts, .or, in: rule, settings)
        case .time(let span): Self.time(span)
        case .buildingAlarm(isolated: true):
            LogRecord.Text("the block's own alarm is out of service", "大廈自身的警鐘停用")
        case .buildingAlarm(isolated: false):
            LogRecord.Text("the block's own alarm is in service", "大廈自身的警鐘正常")
        case .nuisance(let times, let window): Self.nuisance(times, within: window)
        case .not(let part):
            LogRecord.Text("it is not so that ", "以下情況不成立：") + part.words(in: rule, settings: settings)
        }
    }

    private static func signal(_ kinds: Signal.Kinds, _ areas: [String], _ rule: Rule) -> LogRecord.Text {
        let place = areas.isEmpty ? LogRecord.Text.empty : areaWords(areas)
        let live =
            rule.needsLive
            ? LogRecord.Text(" (heard live, not only kept by the broker)", "（須為即時訊號，並非只是伺服器保留的舊狀態）") : .empty
        // Where a rule waits for a stage, the alarm may have come before that.
        return LogRecord.Text("", place.traditionalChinese)
            + Signal.Kind.alarm(kinds, before: !rule.from.isEmpty)
            + LogRecord.Text(areas.isEmpty ? "" : " in \(place.english)", "") + live
    }

    private static func beside(_ some: Signal.Kinds, _ others: Signal.Kinds) -> LogRecord.Text {
        LogRecord.Text("", "同一單位或公用地方內，")
            + Signal.Kind.detectors(some) + LogRecord.Text(" and ", "與")
            + Signal.Kind.detectors(others)
            + LogRecord.Text(
                " of the same flat or area alarm at the same time (at least one of them live)", "同時報警（至少一個為即時訊號）")
    }

    private static func unanswered(_ duration: Duration) -> LogRecord.Text {
        let time = duration.words
        return LogRecord.Text(
            "a live alarm has lasted \(time.english) and nobody has answered",
            "即時警報持續\(time.traditionalChinese)而無人回應")
    }

    private static func cleared(_ duration: Duration) -> LogRecord.Text {
        let time = duration.words
        return LogRecord.Text(
            "every detector of the incident has been clear for \(time.english) (counted anew if a person confirms it)",
            "事件中所有探測器均已解除警報\(time.traditionalChinese)（如有人證實屬實則重新計時）")
    }

    private static func lasting(_ duration: Duration) -> LogRecord.Text {
        let time = duration.words
        return LogRecord.Text(
            "this stage has lasted \(time.english) and every detector is clear",
            "此階段已維持\(time.traditionalChinese)而所有探測器均已解除警報")
    }

    private static func newFlat(_ kinds: Signal.Kinds) -> LogRecord.Text {
        LogRecord.Text("", "事件中未曾報警的單位或公用地方") + Signal.Kind.alarm(kinds, before: false)
            + LogRecord.Text(" in a flat or area that the incident has not had yet", "")
    }

    private static func stuck(rearm: Duration) -> LogRecord.Text {
        let time = rearm.words
        return LogRecord.Text(
            "a detector that has not cleared since its last incident closed still repeats its alarm "
                + "\(time.english) after that, or later",
            "探測器自上次事件結束後從未解除，\(time.traditionalChinese)後仍重複報警")
    }

    private static func blocks(_ minimum: Int, _ stage: Stage) -> LogRecord.Text {
        let reached = stage.words
        return LogRecord.Text(
            "\(minimum) blocks have such an incident that is \(reached.english)\(stage == .spreading ? "" : " or worse"), "
                + "those that are clearing not counted",
            "\(minimum)座同時有此類事件達到「\(reached.traditionalChinese)」\(stage == .spreading ? "" : "或以上")階段（解除中的不計）")
    }
}

extension Pattern.Count {
    /// `detectors of 2 different flats or areas (smoke or heat), …, alarm within 60 s (at least one of them live)`.
    var words: LogRecord.Text {
        counted + nearWords + timeWords + LogRecord.Text(" (at least one of them live)", "（至少一個為即時訊號）")
    }

    private var counted: LogRecord.Text {
        let kinds = Signal.Kind.names(kinds)
        let within = scopeWords
        let what =
            switch of {
            case .devices: LogRecord.Text("\(minimum) detectors", "\(minimum)個探測器")
            case .flats:
                LogRecord.Text(
                    "detectors of \(minimum) different flats or areas", "\(minimum)個不同單位或公用地方的探測器")
            case .dwellings: LogRecord.Text("detectors of \(minimum) different flats", "\(minimum)個不同單位的探測器")
            case .areas:
                LogRecord.Text("detectors of \(minimum) different common areas", "\(minimum)個不同公用地方的探測器")
            case .floors: LogRecord.Text("detectors on \(minimum) different floors", "\(minimum)個不同樓層的探測器")
            }
        return LogRecord.Text(
            "\(what.english)\(within.english) (\(kinds.english))",
            "\(within.traditionalChinese)有\(what.traditionalChinese)（\(kinds.traditionalChinese)）")
    }

    private var scopeWords: LogRecord.Text {
        switch scope {
        case .flat: LogRecord.Text(" of one flat or area", "同一單位或公用地方")
        case .floor: LogRecord.Text(" of one floor", "同一樓層")
        case .block: LogRecord.Text(" of the block", "同一座")
        }
    }

    private var nearWords: LogRecord.Text {
        near
            ? LogRecord.Text(
                ", near each other (same floor, one floor up or down, or a common area),",
                "，位置相近（同層、上下一層，或公用地方），")
            : .empty
    }

    private var timeWords: LogRecord.Text {
        switch time {
        case .ever: LogRecord.Text(" have alarmed in this incident", "曾在此事件中報警")
        case .within(let window):
            LogRecord.Text(
                " begin to alarm within \(window.words.english)", "在\(window.words.traditionalChinese)內先後報警")
        case .holding(let duration, let window):
            LogRecord.Text(
                (window.map { " begin to alarm within \($0.words.english), and" } ?? "")
                    + " all still alarm \(duration.words.english) after the last of them began",
                (window.map { "在\($0.words.traditionalChinese)內先後報警，並" } ?? "")
                    + "在最後一個報警後\(duration.words.traditionalChinese)仍全部報警")
        }
    }
}
