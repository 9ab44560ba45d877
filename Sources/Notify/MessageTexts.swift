import Registry
import Rules

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
    private let bodies: [Key: MessageTemplate]

    private struct Key: Hashable, Sendable {
        var hazard: Hazard
        var stage: Stage
        var position: Position
    }

    /// From where somebody reads the message.
    enum Position: String, Hashable, Sendable, CaseIterable {
        case inside
        case sameFloor = "same-floor"
        case above, below
        case sameBlock = "same-block"
        case otherBlock = "other-block"
        /// Whoever is sent to look, to guide and to mend.
        case staff
        case `default`

        init(_ nearness: Nearness, _ role: Resident.Role) {
            self =
                switch nearness {
                // Whoever is elsewhere is told what happens there, not to leave.
                case _ where !role.isThere: .otherBlock
                case .inside: .inside
                case _ where role != .resident: .staff
                case .sameFloor: .sameFloor
                case .above: .above
                case .below: .below
                case .sameBlock: .sameBlock
                case .otherBlock: .otherBlock
                case .anywhere: .default
                }
        }
    }

    /// What a message says beside the alert itself.
    struct Circumstances: Sendable {
        var position: Position
        /// The block's name and the estate's, in this language.
        var block: String
        var estate: String
        var minutesLate: Int
    }

    /// The whole message, from who speaks to the id by which a repetition is recognised.
    func text(_ alert: Alert, _ circumstances: Circumstances) -> String {
        if let announcement = alert.announcement {
            let isChinese = language.tag.hasPrefix("zh")
            let words = isChinese ? announcement.traditionalChinese : announcement.english
            return speaker + words + " #\(alert.id)"
        }
        let place = places.list(alert.places)
        let values = ["block": circumstances.block, "place": place, "estate": circumstances.estate]
        let body =
            [circumstances.position, .default].lazy
            .compactMap { position in
                alert.hazard.flatMap { hazard in
                    alert.stage.flatMap { bodies[Key(hazard: hazard, stage: $0, position: position)] }
                }
            }.first
        var sentences: [String] = []
        if alert.exercise != nil { sentences.append(drill) }
        sentences.append(body?.render(values) ?? "\(circumstances.block) \(place)")
        if alert.contradiction { sentences.append(alert.bellNeverHeard == true ? bellNeverHeard : contradiction) }
        if alert.late { sentences.append(late.render(["minutes": "\(circumstances.minutesLate)"])) }
        if alert.repetition > 0 { sentences.append(repetition.render(["number": "\(alert.repetition + 1)"])) }
        let prefix = alert.exercise == nil ? "" : MessageCatalogue.exercisePrefix
        return prefix + speaker + sentences.joined(separator: between) + " #\(alert.id)"
    }

    // MARK: Reading

    private static let keys = [
        "speaker", "between", "drill", "late", "contradiction", "repetition", "places", "texts",
    ]
    private static let optionalKeys = ["bell-never-heard"]
    private static let variables = ["block", "place", "estate"]

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
        let places = root["places"].flatMap { PlaceTexts($0, &mistakes) }
        let bodies = root["texts"].map { Self.bodies($0, &mistakes) }
        guard mistakes.errors.count == before, let speaker = words[0], let drill = words[1], let between = words[2],
            let contradiction = words[3], let late, let repetition, let places, let bodies
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
    }

    private static func bodies(_ node: YAMLNode, _ mistakes: inout Mistakes) -> [Key: MessageTemplate] {
        var bodies: [Key: MessageTemplate] = [:]
        for (hazard, stages) in entries(of: node, Hazard.self, required: Hazard.allCases, &mistakes) {
            for (stage, positions) in entries(of: stages, Stage.self, required: Stage.allCases, &mistakes) {
                for (position, text) in entries(of: positions, Position.self, required: [.default], &mistakes) {
                    let key = Key(hazard: hazard, stage: stage, position: position)
                    bodies[key] = mistakes.reading { () throws(ConfigError) in try body(text) }
                }
            }
        }
        return bodies
    }

    private static func body(_ node: YAMLNode) throws(ConfigError) -> MessageTemplate {
        guard try MessageTemplate.names(["block", "place"], in: node) else {
            throw node.mistake("the text does not say where it is", mend: "write {{place}} or {{block}} into it")
        }
        return try MessageTemplate(node, variables: variables)
    }

    /// The entries of a mapping whose keys are the names of a kind.
    private static func entries<Name: RawRepresentable<String> & CaseIterable>(
        of node: YAMLNode, _ kind: Name.Type, required: [Name], _ mistakes: inout Mistakes
    ) -> [(Name, YAMLNode)] {
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return [] }
        mapping.checkKeys(kind.allCases.map(\.rawValue), required: required.map(\.rawValue), &mistakes)
        return mapping.entries.compactMap { entry in Name(rawValue: entry.key).map { ($0, entry.value) } }
    }
}
