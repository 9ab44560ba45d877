import Registry
import Rules

/// What a receiver sorts messages by, in the words of the standard's chapter 3.2.2.
struct CAPEstimate: Hashable, Sendable {
    var category: String
    var urgency: String
    var severity: String
    var certainty: String

    init(_ hazard: Hazard, _ stage: Stage) {
        category =
            switch hazard {
            case .fire: "Fire"
            case .co, .gas: "CBRNE"
            case .water: "Safety"
            case .help: "Rescue"
            }
        switch stage {
        // «Possible threat to life or property»: a lone detector.
        case .investigate: (urgency, severity, certainty) = ("Expected", Self.possible(hazard), "Possible")
        case .confirmed: (urgency, severity, certainty) = (Self.urgency(hazard), Self.severity(hazard), "Observed")
        case .spreading: (urgency, severity, certainty) = (Self.urgency(hazard), Self.worse(hazard), "Observed")
        case .clearing: (urgency, severity, certainty) = ("Expected", Self.possible(hazard), "Possible")
        case .closed: (urgency, severity, certainty) = ("Past", "Minor", "Observed")
        }
    }

    private static func urgency(_ hazard: Hazard) -> String { hazard == .water ? "Expected" : "Immediate" }

    private static func possible(_ hazard: Hazard) -> String { hazard == .water ? "Minor" : "Moderate" }

    private static func severity(_ hazard: Hazard) -> String {
        switch hazard {
        case .fire, .co, .gas: "Severe"
        case .help: "Moderate"
        case .water: "Minor"
        }
    }

    private static func worse(_ hazard: Hazard) -> String {
        switch hazard {
        case .fire, .co, .gas: "Extreme"
        case .help: "Severe"
        case .water: "Moderate"
        }
    }
}

/// The kind of event in words; in English where a language has none here.
enum CAPEvent {
    static func words(_ hazard: Hazard, _ language: Language) -> String {
        let words: (english: String, traditional: String, simplified: String) =
            switch hazard {
            case .fire: ("Fire alarm", "火警", "火警")
            case .co: ("Carbon monoxide alarm", "一氧化碳警報", "一氧化碳警报")
            case .gas: ("Gas alarm", "氣體洩漏警報", "燃气泄漏警报")
            case .water: ("Water leak", "漏水", "漏水")
            case .help: ("Call for help", "求助", "求助")
            }
        guard language.tag.hasPrefix("zh") else { return words.english }
        return language.tag.hasPrefix("zh-Hans") ? words.simplified : words.traditional
    }
}
