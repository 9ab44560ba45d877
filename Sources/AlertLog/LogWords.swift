import Registry
import Rules

/// What the log's own words are in a language; the sentences come with the lines.
struct LogWords: Sendable {
    var levels: [Level: String]
    var wholeEstate: String
    var drill: String
    var unreadable: String
    var day: @Sendable (LocalClock.Reading) -> String

    static func `in`(_ language: Language) -> LogWords {
        language.isChinese ? chinese : english
    }

    /// How many columns the longest level takes.
    var levelColumns: Int { levels.values.map(\.columns).max() ?? 0 }

    private static let english = LogWords(
        levels: [.info: "INFO", .trouble: "TROUBLE", .alarm: "ALARM", .fire: "FIRE"], wholeEstate: "whole estate",
        drill: "DRILL", unreadable: "This line cannot be read: "
    ) { day in
        let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        return "\(weekdays[day.weekday]) \(day.day) \(months[day.month - 1]) \(day.year)"
    }

    private static let chinese = LogWords(
        levels: [.info: "資訊", .trouble: "故障", .alarm: "警報", .fire: "火警"], wholeEstate: "整個屋苑",
        drill: "演習", unreadable: "無法讀取此行："
    ) { day in
        let weekdays = ["日", "一", "二", "三", "四", "五", "六"]
        return "\(day.year)年\(day.month)月\(day.day)日 星期\(weekdays[day.weekday])"
    }
}

extension Language {
    var isChinese: Bool { tag == "zh" || tag.hasPrefix("zh-") }

    /// The language of the log that fits a locale: Traditional Chinese for every Chinese locale, else English.
    ///
    /// Read from the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is not empty: `zh_HK.UTF-8`.
    public init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = locale?.hasPrefix("zh") == true ? .traditionalChinese : .english
    }
}
