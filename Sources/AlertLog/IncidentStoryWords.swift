import Registry
import Rules

/// The words of ``IncidentStory`` beside those that the log has itself, both languages side by side.
struct IncidentStoryWords: Sendable {
    private let language: Language

    init(_ language: Language) { self.language = language }

    private func say(_ english: String, _ chinese: String) -> String {
        LogRecord.Text(english, chinese).in(language)
    }

    var drill: String { say("(a DRILL, nothing real)", "（演習，並非真實事件）") }
    var restsOn: String { say("Because of ", "根據：") }
    var nobodyTold: String { say("The log shows nobody whom this reached.", "紀錄中沒有任何人收到通知。") }
    var nobodyAnswered: String { say("Nobody answered.", "無人回應。") }

    /// What kind of thing a line tells of.
    func what(_ line: LogLine) -> String {
        switch line.event {
        case .signal: say("heard", "收到")
        case .incident: say("decided", "決定")
        case .alert: say("reminded", "提醒")
        case .delivery: line.details["told"] == nil ? say("NOT TOLD", "未能通知") : say("told", "通知")
        case .receipt: say("answered", "回覆")
        case .operator: say("person", "人員")
        case .trouble: say("trouble", "故障")
        case .drill: say("drill", "演習")
        case .hub: say("hub", "系統")
        }
    }

    func span(_ day: String, _ first: String, _ last: String, _ length: Duration) -> String {
        say("\(day), \(first) to \(last) (\(spoken(length)))", "\(day) \(first) 至 \(last)（\(spoken(length))）")
    }

    func rule(_ name: String, _ says: String?) -> String {
        guard let says else { return say("By the rule \(name).", "規則 \(name)。") }
        return say("By the rule \(name): \(says)", "規則 \(name)：\(says)")
    }

    func signal(_ device: String, place: String, kinds: String, _ time: String, marks: [String]) -> String {
        let kind = kinds.split(separator: "+").map { self.kind(String($0)) }.joined(separator: say(" and ", "及"))
        let marks = marks.map(mark).joined(separator: say(", ", "、"))
        return say(
            "\(device) (\(place)): \(kind) since \(time), \(marks).", "\(device)（\(place)）：\(kind)，\(time)起，\(marks)。")
    }

    private func kind(_ kind: String) -> String { Signal.Kind(rawValue: kind)?.noun.in(language) ?? kind }

    private func mark(_ mark: String) -> String {
        switch mark {
        case "live": say("heard live", "即時訊號")
        case "retained": say("only as the broker had kept it", "只是伺服器保留的狀態")
        case "late": say("heard late", "延遲收到")
        case "stuck": say("stuck since its last incident", "自上次事件後卡住")
        case "cleared": say("clear by now", "其後已解除")
        case "timed out": say("counted as clear, for it said nothing more", "不再發出訊號，視為已解除")
        default: mark
        }
    }

    /// `unanswered 90s` and since when it ran.
    func delay(_ delay: String, _ since: String?) -> String {
        let parts = delay.split(separator: " ", maxSplits: 1).map(String.init)
        let (name, time) = (parts[0], parts.count > 1 ? written(parts[1]) : "")
        let what =
            switch name {
            case "unanswered": say("nobody had answered for \(time)", "\(time)內無人回應")
            case "holding": say("they had all gone on alarming for \(time)", "全部持續報警\(time)")
            case "cleared": say("every detector had been clear for \(time)", "所有探測器已解除\(time)")
            case "lasting": say("the stage had lasted \(time)", "該階段已維持\(time)")
            case "within": say("it came within \(time)", "於\(time)之內")
            default: say("\(name) for \(time)", "\(name) \(time)")
            }
        guard let since else { return say("In time: \(what).", "時限：\(what)。") }
        return say("Time ran out: \(what), since \(since).", "時限已到：由\(since)起，\(what)。")
    }

    /// `90s` as it is said: `90 s`, `90秒`.
    private func written(_ time: String) -> String {
        let number = time.prefix { $0.isNumber }
        switch time.dropFirst(number.count) {
        case "ms": return say("\(number) ms", "\(number)毫秒")
        case "s": return say("\(number) s", "\(number)秒")
        case "m": return say("\(number) min", "\(number)分鐘")
        case "h": return say("\(number) h", "\(number)小時")
        default: return time
        }
    }

    func told(_ tell: String) -> String {
        let names = tell.split(separator: " ").map { Audience(rawValue: String($0))?.words.in(language) ?? String($0) }
        return say("To be told: \(names.joined(separator: ", ")).", "通知：\(names.joined(separator: "、"))。")
    }

    func next(_ time: String, _ says: String, rule: String, stoppedBy: [String]) -> String {
        let stops = stoppedBy.map(stop)
        return say(
            "If nobody acts: at \(time), \(says) (\(rule)). It is stopped by \(stops.joined(separator: ", or by ")).",
            "如無人採取行動：\(time) \(says)（\(rule)）。可由以下方式中止：\(stops.joined(separator: "；"))。")
    }

    private func stop(_ token: String) -> String {
        switch token {
        case "answer": say("anybody who was told and answers", "任何獲通知的人作出回應")
        case "clear": say("the detectors clearing", "探測器解除警報")
        case "alarm": say("a new alarm", "再有新警報")
        case "confirm": say("a person who confirms it", "有人證實屬實")
        case "reset": say("a reset at the controls", "操作人員重置")
        default: token
        }
    }

    func after(_ duration: Duration) -> String {
        say("\(spoken(duration)) after it was decided.", "決定後\(spoken(duration))。")
    }

    func closed(_ time: String) -> String { say("It was closed at \(time).", "事件於\(time)結束。") }

    func open(_ stage: Stage?) -> String {
        let stage = stage?.words.in(language) ?? "?"
        return say("It is still open: \(stage).", "事件仍在進行：\(stage)。")
    }

    func firstTold(_ duration: Duration) -> String {
        say(
            "The first people had been told \(spoken(duration)) after the first decision at the latest.",
            "最遲於首次決定後\(spoken(duration))，首批人員已獲通知。")
    }

    func firstAnswer(_ who: String, _ duration: Duration) -> String {
        say(
            "The first to answer was \(who), \(spoken(duration)) after the first decision.",
            "首個回應者為\(who)，在首次決定後\(spoken(duration))。")
    }

    /// `14 ms`, `1.4 s`, `3 min 20 s`, `1 h 5 min`.
    private func spoken(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.wholeMilliseconds)
        if milliseconds < 1000 { return say("\(milliseconds) ms", "\(milliseconds)毫秒") }
        if milliseconds < 60_000 {
            let tenths = milliseconds / 100
            return say("\(tenths / 10).\(tenths % 10) s", "\(tenths / 10).\(tenths % 10)秒")
        }
        let seconds = milliseconds / 1000
        if seconds < 3600 { return say("\(seconds / 60) min \(seconds % 60) s", "\(seconds / 60)分\(seconds % 60)秒") }
        return say("\(seconds / 3600) h \(seconds / 60 % 60) min", "\(seconds / 3600)小時\(seconds / 60 % 60)分")
    }
}
