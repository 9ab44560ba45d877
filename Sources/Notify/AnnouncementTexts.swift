import Registry
import Rules

/// How a language says what is announced, as `announcements` in its file gives it. What is missing there is said in English,
/// or in traditional Chinese to those who read Chinese.
struct AnnouncementTexts: Sendable {
    private let templates: [Alert.News.Kind: MessageTemplate]

    /// - Returns: `nil` if the language has no words for it.
    func words(_ news: Alert.News, _ values: [String: String]) -> String? {
        var values = values
        values["until"] = news.until
        return templates[news.kind]?.render(values)
    }

    /// - Returns: `nil` if there are mistakes, which are noted.
    init?(_ node: YAMLNode, _ mistakes: inout Mistakes) {
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return nil }
        mapping.checkKeys(Alert.News.Kind.allCases.map(\.rawValue), &mistakes)
        var templates: [Alert.News.Kind: MessageTemplate] = [:]
        for kind in Alert.News.Kind.allCases {
            guard let node = mapping[kind.rawValue] else { continue }
            templates[kind] = mistakes.reading { () throws(ConfigError) in
                try MessageTemplate(node, variables: Self.variables(of: kind))
            }
        }
        self.templates = templates
    }

    private static func variables(of kind: Alert.News.Kind) -> [String] {
        switch kind {
        case .bellOff, .bellOverdue: ["block", "estate", "until"]
        case .bellBack: ["block", "estate"]
        case .needHelp, .falseAlarm, .unclear: ["block", "estate", "place"]
        }
    }
}
