import Registry
import Rules
import Store

/// All texts of one language, as `messages/<language>.yaml` gives them.
struct MessageTexts: Sendable {
    let language: Language
    let places: PlaceTexts
    private let speaker: String
    private let drill: String
    private let between: String
    private let late: MessageTemplate
    private let contradiction: String
    private let bellNeverHeard: String
    private let repetition: MessageTemplate
    let bodies: StagedTexts
    private let titles: StagedTexts
    private let updates: UpdateTexts
    let short: ShortTexts
    let answers: [AnswerWords.Vocabulary]
    private let announcements: AnnouncementTexts?
    /// `nil` where the file does not say how people choose for themselves.
    let wishes: WishTexts?

    /// What a message says beside the alert itself.
    struct Circumstances: Sendable {
        var position: ReaderPosition
        /// The names of the blocks, and the estate's, in this language.
        var blocks: [String]
        var estate: String
        var minutesLate: Int
        /// What the person was told before; `nil` if this is the first.
        var before: Told.Before?
        /// Where the person answers; `nil` if they are not asked.
        var link: String?
        /// They may answer by a text as well.
        var takesReplies = false

        var block: String { blocks.joined(separator: ", ") }
    }

    /// The whole message, from who speaks to the id by which a repetition is recognised.
    func text(_ alert: Alert, _ circumstances: Circumstances) -> String {
        if let words = announcement(alert, circumstances) { return prefix(alert) + speaker + words + " #\(alert.id)" }
        var sentences: [String] = []
        if alert.exercise != nil { sentences.append(drill) }
        if let update = update(alert, circumstances) { sentences.append(update) }
        sentences.append(
            bodies.entry(alert, circumstances.position)?.template.render(values(alert, circumstances))
                ?? whereabouts(alert, circumstances))
        if alert.contradiction { sentences.append(alert.bellNeverHeard == true ? bellNeverHeard : contradiction) }
        if alert.late { sentences.append(late.render(["minutes": "\(circumstances.minutesLate)"])) }
        if alert.repetition > 0 { sentences.append(repetition.render(["number": "\(alert.repetition + 1)"])) }
        return prefix(alert) + speaker + sentences.joined(separator: between) + " #\(alert.id)"
    }

    /// The message in one SMS, if the estate's names leave room for it.
    func shortText(_ alert: Alert, _ circumstances: Circumstances) -> String {
        announcement(alert, circumstances).map { short.announcement($0, alert) }
            ?? short.text(alert, circumstances, isUpdate: update(alert, circumstances) != nil)
    }

    private func update(_ alert: Alert, _ circumstances: Circumstances) -> String? {
        circumstances.before.flatMap { updates.clause(alert, since: $0, places) }
    }

    /// `FIRE: Block A, flat 12C`
    func title(_ alert: Alert, _ circumstances: Circumstances) -> String {
        if alert.announcement != nil {
            return prefix(alert)
                + (alert.block == "*" ? circumstances.estate : "\(circumstances.estate): \(circumstances.block)")
        }
        return prefix(alert)
            + (titles.entry(alert, .default)?.template.render(values(alert, circumstances))
                ?? whereabouts(alert, circumstances))
    }

    private func announcement(_ alert: Alert, _ circumstances: Circumstances) -> String? {
        if let news = alert.news, let words = announcements?.words(news, values(alert, circumstances)) { return words }
        let isChinese = language.tag.hasPrefix("zh")
        return alert.announcement.map { isChinese ? $0.traditionalChinese : $0.english }
    }

    private func prefix(_ alert: Alert) -> String { alert.exercise == nil ? "" : MessageCatalogue.exercisePrefix }

    private func values(_ alert: Alert, _ circumstances: Circumstances) -> [String: String] {
        ["block": circumstances.block, "place": places.list(alert.places), "estate": circumstances.estate]
    }

    /// All that can be said of an alert that there is no text for.
    private func whereabouts(_ alert: Alert, _ circumstances: Circumstances) -> String {
        "\(circumstances.block) \(places.list(alert.places))"
    }

    // MARK: Reading

    private static let keys = [
        "speaker", "between", "drill", "late", "contradiction", "repetition", "places", "texts", "short", "titles",
        "answers", "update",
    ]
    private static let optionalKeys = ["announcements", "bell-never-heard", "wishes"]

    /// - Returns: `nil` if there are mistakes, which are noted.
    init?(_ file: ConfigFile, language: Language, _ mistakes: inout Mistakes) {
        let before = mistakes.errors.count
        guard let root = mistakes.reading({ () throws(ConfigError) in try YAMLDocument(file).root.mapping() }) else {
            return nil
        }
        root.checkKeys(Self.keys + Self.optionalKeys, required: Self.keys, &mistakes)
        func word(_ key: String) -> String? {
            root[key].flatMap { node in mistakes.reading { () throws(ConfigError) in try node.text() } }
        }
        func template(_ key: String, _ variables: [String]) -> MessageTemplate? {
            root[key].flatMap { node in
                mistakes.reading { () throws(ConfigError) in try MessageTemplate(node, variables: variables) }
            }
        }
        let words = ["speaker", "drill", "between", "contradiction"].map(word)
        let late = template("late", ["minutes"])
        let repetition = template("repetition", ["number"])
        let bellNeverHeard = word("bell-never-heard")
        let places = root["places"].flatMap { PlaceTexts($0, namedMax: 3, &mistakes) }
        let bodies = root["texts"].map { StagedTexts($0, byPosition: true, &mistakes) }
        let titles = root["titles"].map { StagedTexts($0, byPosition: false, &mistakes) }
        let short = root["short"].flatMap { ShortTexts($0, &mistakes) }
        let updates = root["update"].flatMap { UpdateTexts($0, &mistakes) }
        let answers = root["answers"].map { AnswerWords.Vocabulary.read($0, &mistakes) }
        announcements = root["announcements"].flatMap { AnnouncementTexts($0, &mistakes) }
        let wishes = root["wishes"].flatMap { WishTexts($0, &mistakes) }
        guard mistakes.errors.count == before, let speaker = words[0], let drill = words[1], let between = words[2],
            let contradiction = words[3], let late, let repetition, let places, let bodies,
            let titles, let short, let updates, let answers
        else { return nil }
        self.language = language
        self.speaker = speaker
        self.drill = drill
        self.between = between
        self.contradiction = contradiction
        self.bellNeverHeard = bellNeverHeard ?? contradiction
        self.late = late
        self.repetition = repetition
        self.places = places
        self.bodies = bodies
        self.titles = titles
        self.short = short
        self.updates = updates
        self.answers = answers
        self.wishes = wishes
    }
}
