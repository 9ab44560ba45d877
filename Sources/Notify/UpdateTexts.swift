import Registry
import Rules
import Store

/// How a language says what is new since somebody was last told, as `update` in its file gives it.
struct UpdateTexts: Sendable {
    private let lead: MessageTemplate
    private let separator: String
    private let confirmed: String
    private let spreading: String
    private let clearing: String
    private let again: String
    private let place: MessageTemplate
    private let silent: String

    /// `Update: now confirmed; now also flat 13C.`; `nil` if nothing has changed.
    func clause(_ alert: Alert, since before: Told.Before, _ places: PlaceTexts) -> String? {
        var changes: [String] = []
        if let stage = alert.stage, let change = change(to: stage, from: before.stage) { changes.append(change) }
        let added = alert.places.filter { !before.places.contains($0) }
        // Older versions did not note the places; and of very many nobody remembers which are new.
        if !alert.isOver, !added.isEmpty, (1..<Told.placesMax).contains(before.places.count) {
            changes.append(place.render(["place": places.list(added)]))
        }
        if !alert.isOver, alert.contradiction, !before.contradiction { changes.append(silent) }
        return changes.isEmpty ? nil : lead.render(["changes": changes.joined(separator: separator)])
    }

    private func change(to stage: Stage, from before: Stage) -> String? {
        switch (before, stage) {
        case (.clearing, .investigate), (.clearing, .confirmed), (.clearing, .spreading): again
        case (.investigate, .confirmed): confirmed
        case (.investigate, .spreading), (.confirmed, .spreading): spreading
        case (.investigate, .clearing), (.confirmed, .clearing), (.spreading, .clearing): clearing
        // That it is over, the all-clear itself says.
        default: nil
        }
    }

    private static let keys = [
        "lead", "separator", "confirmed", "spreading", "clearing", "again", "place", "silent",
    ]

    /// - Returns: `nil` if there are mistakes, which are noted.
    init?(_ node: YAMLNode, _ mistakes: inout Mistakes) {
        let before = mistakes.errors.count
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return nil }
        mapping.checkKeys(Self.keys, required: Self.keys, &mistakes)
        func word(_ key: String) -> String {
            mapping[key].flatMap { node in mistakes.reading { () throws(ConfigError) in try node.text() } } ?? ""
        }
        func template(_ key: String, _ variable: String) -> MessageTemplate? {
            mapping[key].flatMap { node in
                mistakes.reading { () throws(ConfigError) in
                    guard try MessageTemplate.names([variable], in: node) else {
                        throw node.mistake(
                            "the text does not say what has changed", mend: "write {{\(variable)}} into it")
                    }
                    return try MessageTemplate(node, variables: [variable])
                }
            }
        }
        separator = word("separator")
        confirmed = word("confirmed")
        spreading = word("spreading")
        clearing = word("clearing")
        again = word("again")
        silent = word("silent")
        let templates = [template("lead", "changes"), template("place", "place")].compactMap { $0 }
        guard mistakes.errors.count == before, templates.count == 2 else { return nil }
        lead = templates[0]
        place = templates[1]
    }
}
