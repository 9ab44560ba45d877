import Foundation
import Registry
import Rules

/// The texts of a language that are to fit one SMS, as `short` in its file gives them.
///
/// They are put together as: `DRILL / 演習` in an exercise, who speaks, the text, the alert's id, and the link to answer
/// by. What else there is to say stands before the id as long as it makes the message no dearer. Where all of it is longer
/// than one SMS, with a link, with long names or in an exercise, the text's brief form takes its place.
struct ShortTexts: Sendable {
    let texts: StagedTexts
    let places: PlaceTexts
    private let speaker: String
    private let link: Link
    private let update: String
    private let contradiction: String
    private let late: MessageTemplate
    private let repetition: MessageTemplate
    private let reply: String

    /// When the link to answer by stands in the message.
    enum Link: String, Sendable, CaseIterable {
        case always
        /// For a language in which the place and the link together fill more than one SMS.
        case ifItFits = "if-it-fits"
    }

    /// The first form that fits one SMS: in full, else in brief; else the one that takes the fewest.
    ///
    /// - Parameter isUpdate: something has changed since the person was last told.
    func text(_ alert: Alert, _ circumstances: MessageTexts.Circumstances, isUpdate: Bool) -> String {
        let links: [String?] =
            circumstances.link.map { link == .always ? [$0] : [$0, nil] } ?? [nil]
        let forms = links.flatMap { [(link: $0, isBrief: false), (link: $0, isBrief: true)] }
        var best: (text: String, segments: Int)?
        for form in forms {
            let text = text(alert, circumstances, isUpdate: isUpdate, link: form.link, isBrief: form.isBrief)
            let segments = SMSText(text).segments
            if segments <= 1 { return text }
            if segments < best?.segments ?? .max { best = (text, segments) }
        }
        return best?.text ?? ""
    }

    private func text(
        _ alert: Alert, _ circumstances: MessageTexts.Circumstances, isUpdate: Bool, link: String?, isBrief: Bool
    ) -> String {
        let body = body(alert, circumstances, isBrief: isBrief)
        let prefix = prefix(alert)
        let suffix = " #\(alert.shortID)" + (link.map { " \($0)" } ?? "")
        var (lead, tail) = ("", "")
        var whole: String { prefix + lead + body + tail + suffix }
        let segments = SMSText(whole).segments
        // The most important first: each stays only if it costs no further segment.
        if isUpdate {
            lead = update
            if SMSText(whole).segments > segments { lead = "" }
        }
        for sentence in extras(alert, circumstances) {
            let before = tail
            tail += " " + sentence
            if SMSText(whole).segments > segments { tail = before }
        }
        return whole
    }

    private func body(_ alert: Alert, _ circumstances: MessageTexts.Circumstances, isBrief: Bool) -> String {
        var values = [
            "block": (circumstances.blocks.first ?? alert.block) + places.further(circumstances.blocks.count - 1),
            "place": alert.block == "*" ? alert.places.first.map(places.name) ?? "" : places.list(alert.places),
            "estate": circumstances.estate,
        ]
        // Any value makes the section show.
        if isBrief { values["brief"] = "yes" }
        return texts.entry(alert, circumstances.position)?.template.render(values)
            ?? [values["block"], values["place"]].compactMap { $0 }.joined(separator: " ")
    }

    private func extras(_ alert: Alert, _ circumstances: MessageTexts.Circumstances) -> [String] {
        var extras: [String] = []
        if alert.contradiction { extras.append(contradiction) }
        if alert.late { extras.append(late.render(["minutes": "\(circumstances.minutesLate)"])) }
        if alert.repetition > 0 { extras.append(repetition.render(["number": "\(alert.repetition + 1)"])) }
        if circumstances.takesReplies { extras.append(reply) }
        return extras
    }

    /// What is announced, in the words that it came with.
    func announcement(_ words: String, _ alert: Alert) -> String {
        // Words such as "SmokeHub now hears the panel" say themselves who speaks.
        let says = words.hasPrefix(speaker.trimmingCharacters(in: .whitespaces))
        return (says ? drill(alert) : prefix(alert)) + words + " #\(alert.shortID)"
    }

    private func prefix(_ alert: Alert) -> String { drill(alert) + speaker }

    private func drill(_ alert: Alert) -> String {
        alert.exercise == nil ? "" : MessageCatalogue.exercisePrefix
    }

    // MARK: Reading

    private static let keys = [
        "speaker", "link", "places", "texts", "update", "contradiction", "late", "repetition", "reply",
    ]

    /// - Returns: `nil` if there are mistakes, which are noted.
    init?(_ node: YAMLNode, _ mistakes: inout Mistakes) {
        let before = mistakes.errors.count
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return nil }
        mapping.checkKeys(Self.keys, required: Self.keys, &mistakes)
        func word(_ key: String) -> String? {
            mapping[key].flatMap { node in mistakes.reading { () throws(ConfigError) in try node.text() } }
        }
        func template(_ key: String, _ variables: [String]) -> MessageTemplate? {
            mapping[key].flatMap { node in
                mistakes.reading { () throws(ConfigError) in try MessageTemplate(node, variables: variables) }
            }
        }
        let words = ["speaker", "update", "contradiction", "reply"].map(word)
        let link: Link? = mapping["link"].flatMap { node in
            mistakes.reading { () throws(ConfigError) in try node.choice() }
        }
        let late = template("late", ["minutes"])
        let repetition = template("repetition", ["number"])
        let places = mapping["places"].flatMap { PlaceTexts($0, namedMax: 1, &mistakes) }
        let texts = mapping["texts"].map {
            StagedTexts($0, byPosition: true, sections: ["brief"], &mistakes)
        }
        guard mistakes.errors.count == before, let speaker = words[0], let update = words[1],
            let contradiction = words[2], let reply = words[3], let link, let late, let repetition, let places,
            let texts
        else { return nil }
        self.speaker = speaker
        self.link = link
        self.update = update
        self.contradiction = contradiction
        self.late = late
        self.repetition = repetition
        self.reply = reply
        self.places = places
        self.texts = texts
    }
}

extension Alert {
    /// The id as a person reads it, as short as it can be told from every other of the estate: `a7/3` of `a-fire-7/3`,
    /// for a block numbers its incidents in one row.
    public var shortID: String {
        let parts = incident.split(separator: "-", omittingEmptySubsequences: false)
        guard let hazard, id.hasPrefix(incident), let number = parts.last, number.allSatisfy(\.isNumber),
            let middle = parts.lastIndex(where: { $0 == hazard.rawValue }), middle > 0
        else { return id }
        let block = parts[..<middle].joined(separator: "-")
        // a1-2 is not a12.
        let dash = block.last?.isNumber == true ? "-" : ""
        return block + dash + number + id.dropFirst(incident.count)
    }
}
