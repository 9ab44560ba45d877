import Devices
import Registry

// The words of patterns that are made of others, of courses in time, and of conditions.
extension Pattern {
    typealias Text = LogRecord.Text

    static func held(_ selection: Selection, _ duration: Duration) -> Text {
        guard duration > .zero else { return selection.words }
        let time = duration.words
        return selection.words
            + Text(
                " and still alarms \(time.english) after it began", "，並在\(time.traditionalChinese)後仍然報警")
    }

    static func sequence(_ steps: [Selection], within window: Duration) -> Text {
        let time = window.words
        let course = Text(
            steps.map(\.words.english).joined(separator: ", then "),
            steps.map(\.words.traditionalChinese).joined(separator: "，其後"))
        return course
            + Text(
                ", each another detector, the last within \(time.english) of the first",
                "（各為不同探測器，首尾相隔不超過\(time.traditionalChinese)）")
    }

    static func absent(_ missing: Selection, after first: Selection, within window: Duration) -> Text {
        let time = window.words
        return first.words
            + Text(", and within \(time.english) after that there is none that ", "，而其後\(time.traditionalChinese)內沒有")
            + Text("alarms like this: \(missing.words.english)", missing.words.traditionalChinese)
    }

    static func investigated(_ duration: Duration) -> Text {
        let time = duration.words
        return Text(
            "somebody answered \(time.english) ago and a live alarm still lasts",
            "有人回應後已過\(time.traditionalChinese)，而即時警報仍未解除")
    }

    static func adjacent(_ stage: Stage) -> Text {
        let reached = stage.words
        return Text(
            "in a block next to this one it is \(reached.english)\(stage == .spreading ? "" : " or worse")",
            "相鄰大廈的同類事件達到「\(reached.traditionalChinese)」\(stage == .spreading ? "" : "或以上")階段")
    }

    static func time(_ span: DayTime) -> Text {
        func clock(_ minutes: Int) -> String {
            let hour = minutes / 60
            let minute = minutes % 60
            return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
        }
        return Text(
            "it is between \(clock(span.from)) and \(clock(span.to))", "時間在\(clock(span.from))至\(clock(span.to))之間")
    }

    static func nuisance(_ times: Int, within window: Duration) -> Text {
        let time = window.words
        return Text(
            "each of these detectors has raised what was never confirmed \(times) times or more in \(time.english)",
            "涉及的探測器在\(time.traditionalChinese)內曾\(times)次或以上發出未獲證實的警報")
    }

    static func joined(_ parts: [Pattern], _ word: Text, in rule: Rule, _ settings: RuleSet.Settings) -> Text {
        let words = parts.map { part in
            let words = part.words(in: rule, settings: settings)
            guard case .any(let choices) = part, choices.count > 1 else { return words }
            // What belongs together is kept together.
            return Text("either \(words.english)", "（\(words.traditionalChinese)）")
        }
        return Text(
            words.map(\.english).joined(separator: ", \(word.english) "),
            words.map(\.traditionalChinese).joined(separator: "，\(word.traditionalChinese)"))
    }
}

extension Selection {
    /// `a smoke or heat detector in a corridor alarms`.
    var words: LogRecord.Text {
        let place = areas.isEmpty ? LogRecord.Text.empty : areaWords(areas)
        let room = rooms.joined(separator: ", ")
        let model = models.joined(separator: ", ")
        var words =
            LogRecord.Text("", place.traditionalChinese) + Signal.Kind.alarm(kinds, before: false)
            + LogRecord.Text(areas.isEmpty ? "" : " in \(place.english)", "")
        if !rooms.isEmpty { words = words + LogRecord.Text(" (room: \(room))", "（房間：\(room)）") }
        if !models.isEmpty { words = words + LogRecord.Text(" (model: \(model))", "（型號：\(model)）") }
        return words
    }
}

extension ReadingRule {
    /// What it makes a signal or a trouble of, in a sentence.
    public var words: LogRecord.Text {
        let name = measured
        switch pattern {
        case .above(let levels, let signal):
            let points = levels.levels.map { level -> LogRecord.Text in
                let value = Self.written(level.value)
                guard level.duration > .zero else { return LogRecord.Text(value, value) }
                let time = level.duration.words
                return LogRecord.Text("\(value) for \(time.english)", "\(value)達\(time.traditionalChinese)")
            }
            let list = LogRecord.Text.list(points, .or)
            let clear = Self.written(levels.clearsBelow)
            return LogRecord.Text(
                "A \(name.english) of at least \(list.english) counts as \(Signal.Kind.names(signal.bit).english), and clears below \(clear).",
                "\(name.traditionalChinese)不低於\(list.traditionalChinese)即視為\(Signal.Kind.names(signal.bit).traditionalChinese)警報，低於\(clear)才解除。"
            )
        case .rises(let rise, let signal):
            let time = rise.within.words
            let value = Self.written(rise.by)
            return LogRecord.Text(
                "A \(name.english) that rises by \(value) in \(time.english) counts as \(Signal.Kind.names(signal.bit).english).",
                "\(name.traditionalChinese)在\(time.traditionalChinese)內上升\(value)即視為\(Signal.Kind.names(signal.bit).traditionalChinese)警報。"
            )
        case .missing(let duration):
            let time = duration.words
            return LogRecord.Text(
                "No \(name.english) for \(time.english) from a device that gave one is a trouble.",
                "裝置連續\(time.traditionalChinese)沒有\(name.traditionalChinese)讀數即列為故障。")
        }
    }

    /// What is measured, with its unit.
    private var measured: LogRecord.Text {
        switch reading {
        case .temperature: LogRecord.Text("temperature (°C)", "溫度（°C）")
        case .coPPM: LogRecord.Text("carbon monoxide concentration (ppm)", "一氧化碳濃度（ppm）")
        case .smokeDensity: LogRecord.Text("smoke density", "煙霧濃度")
        case .humidity: LogRecord.Text("humidity (%)", "濕度（%）")
        case .battery: LogRecord.Text("battery charge (%)", "電量（%）")
        case .batteryVoltage: LogRecord.Text("battery voltage (V)", "電池電壓（V）")
        default: LogRecord.Text(reading.rawValue, reading.rawValue)
        }
    }

    private static func written(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
