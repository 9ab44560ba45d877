public import Registry

// The words of which the sentences about rules are made, both languages side by side, as an estate officer in Hong Kong
// says them.
extension LogRecord.Text {
    /// In one of the two languages: Traditional Chinese for every Chinese tag, else English.
    public func `in`(_ language: Language) -> String {
        language.tag == "zh" || language.tag.hasPrefix("zh-") ? traditionalChinese : english
    }

    /// Both languages joined.
    static func + (one: Self, other: Self) -> Self {
        Self(one.english + other.english, one.traditionalChinese + other.traditionalChinese)
    }

    static let empty = Self("", "")

    /// `a, b or c`, `a、b或c`.
    static func list(_ parts: [Self], _ last: Self) -> Self {
        guard let end = parts.last, parts.count > 1 else { return parts.first ?? .empty }
        let head = parts.dropLast()
        return Self(
            "\(head.map(\.english).joined(separator: ", ")) \(last.english) \(end.english)",
            "\(head.map(\.traditionalChinese).joined(separator: "、"))\(last.traditionalChinese)\(end.traditionalChinese)"
        )
    }

    static let or = Self("or", "或")
    static let and = Self("and", "及")
}

extension Duration {
    /// `90 s`, `5 min`, `1 h`; `90秒`, `5分鐘`, `1小時`.
    package var words: LogRecord.Text {
        let milliseconds = wholeMilliseconds
        let seconds = milliseconds / 1000
        if milliseconds % 1000 != 0 { return LogRecord.Text("\(milliseconds) ms", "\(milliseconds)毫秒") }
        if seconds >= 86_400, seconds % 86_400 == 0 {
            let days = seconds / 86_400
            return LogRecord.Text("\(days) \(days == 1 ? "day" : "days")", "\(days)日")
        }
        if seconds >= 3600, seconds % 3600 == 0 { return LogRecord.Text("\(seconds / 3600) h", "\(seconds / 3600)小時") }
        if seconds >= 120, seconds % 60 == 0 { return LogRecord.Text("\(seconds / 60) min", "\(seconds / 60)分鐘") }
        return LogRecord.Text("\(seconds) s", "\(seconds)秒")
    }
}

extension Audience {
    package var words: LogRecord.Text {
        switch self {
        case .flat: LogRecord.Text("the flats where it alarms", "報警的單位")
        case .neighbours: LogRecord.Text("the other flats of those floors", "同層其他單位")
        case .floor: LogRecord.Text("everybody on those floors", "該樓層所有人")
        case .floorAbove: LogRecord.Text("everybody one floor above", "上一層所有人")
        case .floorBelow: LogRecord.Text("everybody one floor below", "下一層所有人")
        case .block: LogRecord.Text("everybody in the block", "全座所有人")
        case .adjacent: LogRecord.Text("everybody in the blocks next to it", "相鄰大廈所有人")
        case .estate: LogRecord.Text("everybody in the estate", "全屋苑所有人")
        case .guards: LogRecord.Text("the guards", "保安員")
        case .wardens: LogRecord.Text("the wardens", "樓層主任")
        case .office: LogRecord.Text("the estate office", "管理處")
        case .maintenance: LogRecord.Text("the maintenance staff", "維修人員")
        case .owners: LogRecord.Text("the owners of those flats who live elsewhere", "不在該處居住的業主")
        case .nextOfKin: LogRecord.Text("the next of kin of those flats", "該單位住戶的親屬")
        case .told: LogRecord.Text("everybody who was told of it before", "曾獲通知的所有人")
        }
    }
}

extension Hazard {
    /// As a heading.
    var title: LogRecord.Text {
        switch self {
        case .fire: LogRecord.Text("FIRE", "火警")
        case .co: LogRecord.Text("CARBON MONOXIDE", "一氧化碳")
        case .gas: LogRecord.Text("GAS", "燃氣洩漏")
        case .water: LogRecord.Text("WATER", "漏水")
        case .help: LogRecord.Text("CALL FOR HELP", "求助")
        }
    }

    /// As in "the fire is confirmed".
    var subject: LogRecord.Text {
        switch self {
        case .fire: LogRecord.Text("the fire", "火警")
        case .co: LogRecord.Text("the carbon monoxide", "一氧化碳")
        case .gas: LogRecord.Text("the gas leak", "燃氣洩漏")
        case .water: LogRecord.Text("the water leak", "漏水")
        case .help: LogRecord.Text("the call for help", "求助")
        }
    }
}

extension Stage {
    /// As in "while it is being investigated".
    package var words: LogRecord.Text {
        switch self {
        case .investigate: LogRecord.Text("being investigated", "查核")
        case .confirmed: LogRecord.Text("confirmed", "證實")
        case .spreading: LogRecord.Text("spreading", "蔓延")
        case .clearing: LogRecord.Text("clearing", "解除中")
        case .closed: LogRecord.Text("closed", "結束")
        }
    }

    /// Upwards; those that are not on the ladder come last.
    var order: Int {
        switch self {
        case .investigate: 1
        case .confirmed: 2
        case .spreading: 3
        case .clearing: 4
        case .closed: 5
        }
    }
}

extension Signal.Kind {
    /// Without an article.
    package var noun: LogRecord.Text {
        switch self {
        case .smoke: LogRecord.Text("smoke", "煙霧")
        case .heat: LogRecord.Text("heat", "高溫")
        case .flame: LogRecord.Text("flame", "火焰")
        case .co: LogRecord.Text("carbon monoxide", "一氧化碳")
        case .gas: LogRecord.Text("gas", "燃氣")
        case .waterLeak: LogRecord.Text("water leak", "漏水")
        case .button: LogRecord.Text("manual call point", "手動火警鐘掣")
        case .help: LogRecord.Text("call for help", "求助")
        }
    }

    /// What a detector detects; `nil` for what is pressed.
    private var detected: LogRecord.Text? { Signal.Kinds.momentary.contains(self) ? nil : noun }

    /// What is pressed; `nil` for what detects.
    private var pressed: LogRecord.Text? {
        guard Signal.Kinds.momentary.contains(self) else { return nil }
        return self == .help ? LogRecord.Text("help button", "求助按鈕") : noun
    }

    /// `a smoke, heat or flame detector`, `煙霧、高溫或火焰探測器`.
    static func detectors(_ kinds: Signal.Kinds) -> LogRecord.Text {
        let detected = kinds.members.compactMap(\.detected)
        let pressed = kinds.members.compactMap(\.pressed).map { LogRecord.Text("a ", "") + $0 }
        let detectors = LogRecord.Text("a ", "") + .list(detected, .or) + LogRecord.Text(" detector", "探測器")
        return .list((detected.isEmpty ? [] : [detectors]) + pressed, .or)
    }

    /// `a smoke detector alarms or somebody presses a manual call point`.
    ///
    /// - Parameter before: it may have been earlier in the incident.
    static func alarm(_ kinds: Signal.Kinds, before: Bool) -> LogRecord.Text {
        let detected = kinds.members.compactMap(\.detected)
        let pressed = kinds.members.compactMap(\.pressed)
        let (what, which) = (LogRecord.Text.list(detected, .or), LogRecord.Text.list(pressed, .or))
        let ever = before ? "曾" : ""
        let detectors = LogRecord.Text(
            "a \(what.english) detector \(before ? "has alarmed" : "alarms")",
            "\(ever)有\(what.traditionalChinese)探測器報警")
        let buttons = LogRecord.Text(
            "somebody \(before ? "has pressed" : "presses") a \(which.english)",
            "\(ever)有人按下\(which.traditionalChinese)")
        return .list((detected.isEmpty ? [] : [detectors]) + (pressed.isEmpty ? [] : [buttons]), .or)
    }

    /// `smoke, heat or flame`, for what several of are counted.
    static func names(_ kinds: Signal.Kinds) -> LogRecord.Text {
        .list(kinds.members.compactMap { $0.detected ?? $0.pressed }, .or)
    }
}

/// `stair-1` stands for itself, `stair` for every stair.
func areaWords(_ areas: [String]) -> LogRecord.Text {
    let known: [String: LogRecord.Text] = [
        "lobby": LogRecord.Text("the lobby", "大堂"), "corridor": LogRecord.Text("a corridor", "走廊"),
        "stair": LogRecord.Text("a stair", "樓梯"), "lift": LogRecord.Text("a lift lobby", "升降機大堂"),
        "plant": LogRecord.Text("a plant room", "機房"), "roof": LogRecord.Text("the roof", "天台"),
    ]
    return .list(areas.map { known[$0] ?? LogRecord.Text($0, $0) }, .or)
}
