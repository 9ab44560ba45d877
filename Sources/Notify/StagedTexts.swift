import Registry
import Rules

/// Texts by hazard, stage and where the reader is, as a language's file gives them.
struct StagedTexts: Sendable {
    /// In the order of the hazards, the stages and the positions.
    let entries: [Entry]
    private let positions: [Key: Int]

    /// One text, and where it stands in the file.
    struct Entry: Sendable {
        var key: Key
        var template: MessageTemplate
        var node: YAMLNode
    }

    struct Key: Hashable, Sendable {
        var hazard: Hazard
        var stage: Stage
        var position: ReaderPosition
    }

    /// The text for a position, or for all for whom there is no other; `nil` in an announcement.
    func entry(_ alert: Alert, _ position: ReaderPosition) -> Entry? {
        guard let hazard = alert.hazard, let stage = alert.stage else { return nil }
        return [position, .default].lazy
            .compactMap { positions[Key(hazard: hazard, stage: stage, position: $0)] }.first.map { entries[$0] }
    }

    // MARK: Reading

    /// - Parameters:
    ///   - byPosition: each stage has its texts by position, of which `default` is required; otherwise it has one text.
    ///   - sections: what a text may ask for with `{{#name}}…{{/name}}`.
    /// - Returns: what could be read; mistakes are noted.
    init(_ node: YAMLNode, byPosition: Bool, sections: [String] = [], _ mistakes: inout Mistakes) {
        var read: [Key: Entry] = [:]
        func take(_ node: YAMLNode, _ key: Key) {
            read[key] = mistakes.reading { () throws(ConfigError) in
                Entry(key: key, template: try Self.template(node, sections: sections), node: node)
            }
        }
        for (hazard, stages) in Self.children(of: node, Hazard.self, required: Hazard.allCases, &mistakes) {
            for (stage, texts) in Self.children(of: stages, Stage.self, required: Stage.allCases, &mistakes) {
                guard byPosition else {
                    take(texts, Key(hazard: hazard, stage: stage, position: .default))
                    continue
                }
                for (position, text) in Self.children(of: texts, ReaderPosition.self, required: [.default], &mistakes) {
                    take(text, Key(hazard: hazard, stage: stage, position: position))
                }
            }
        }
        var entries: [Entry] = []
        for hazard in Hazard.allCases {
            for stage in Stage.allCases {
                entries += ReaderPosition.allCases.compactMap {
                    read[Key(hazard: hazard, stage: stage, position: $0)]
                }
            }
        }
        self.entries = entries
        positions = Dictionary(
            entries.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    private static func template(_ node: YAMLNode, sections: [String]) throws(ConfigError) -> MessageTemplate {
        guard try MessageTemplate.names(["block", "place"], in: node) else {
            throw node.mistake("the text does not say where it is", mend: "write {{place}} or {{block}} into it")
        }
        return try MessageTemplate(node, variables: ["block", "place", "estate"], sections: sections)
    }

    /// The entries of a mapping whose keys are the names of a kind.
    private static func children<Name: RawRepresentable<String> & CaseIterable>(
        of node: YAMLNode, _ kind: Name.Type, required: [Name], _ mistakes: inout Mistakes
    ) -> [(Name, YAMLNode)] {
        guard let mapping = mistakes.reading({ () throws(ConfigError) in try node.mapping() }) else { return [] }
        mapping.checkKeys(kind.allCases.map(\.rawValue), required: required.map(\.rawValue), &mistakes)
        return mapping.entries.compactMap { entry in Name(rawValue: entry.key).map { ($0, entry.value) } }
    }
}
