public import Registry
import Rules

/// What a person may ask for by a text, beside what they answer.
public enum Wish: String, Hashable, Sendable, CaseIterable {
    /// To be told nothing more over the contact that they write from, danger included: gateways and the law ask for it.
    case stop
    case start
    /// The link to their page.
    case settings
}

/// The words of one language that people write to choose for themselves, and what they are told then: `wishes` in its file.
struct WishTexts: Sendable {
    let vocabularies: [AnswerWords.Vocabulary]
    private let stopped: String
    private let started: String
    private let link: MessageTemplate

    /// - Returns: `nil` if there are mistakes, which are noted.
    init?(_ node: YAMLNode, _ mistakes: inout Mistakes) {
        let before = mistakes.errors.count
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return nil }
        let keys = Wish.allCases.map(\.rawValue) + ["stopped", "started", "link"]
        mapping.checkKeys(keys, required: keys, &mistakes)
        vocabularies = Wish.allCases.compactMap { wish in
            guard let words = mapping[wish.rawValue] else { return nil }
            return AnswerWords.Vocabulary.read(words, .wish(wish), &mistakes)
        }
        func text(_ key: String) -> String? {
            mapping[key].flatMap { node in mistakes.reading { () throws(ConfigError) in try node.text() } }
        }
        let (stopped, started) = (text("stopped"), text("started"))
        let link = mapping["link"].flatMap { node in
            mistakes.reading { () throws(ConfigError) in try MessageTemplate(node, variables: ["link"]) }
        }
        guard let stopped, let started, let link, mistakes.errors.count == before else { return nil }
        self.stopped = stopped
        self.started = started
        self.link = link
    }

    func reply(to wish: Wish, link: String?) -> String {
        switch wish {
        case .stop: stopped
        case .start: started
        case .settings: self.link.render(["link": link ?? ""])
        }
    }
}

extension MessageCatalogue {
    /// What somebody is told who has chosen by a text; in English where their language's file has no `wishes`.
    package func replyText(to wish: Wish, in wanted: Language, link: String?) -> String {
        let language = language(for: wanted)
        let texts = texts.first { $0.language == language && $0.wishes != nil } ?? texts.first { $0.wishes != nil }
        return texts?.wishes?.reply(to: wish, link: link) ?? (link ?? wish.rawValue.uppercased())
    }

    func reply(_ reply: Dispatcher.Reply, to resident: Resident, link: String?) -> Notice {
        let text = replyText(to: reply.wish, in: resident.language, link: link)
        let id = "wish-\(reply.at.milliseconds)"
        return Notice(
            id: "\(id)/\(reply.contact.id)",
            alert: Alert(
                announcing: .init(text, text), id: id, at: reply.at, block: resident.place?.block ?? "*", places: [],
                verb: reply.wish.rawValue, to: []),
            recipient: reply.contact.id, language: language(for: resident.language), text: text, place: "")
    }
}
