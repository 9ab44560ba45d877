import Mustache
import Registry

/// One text of a language's file, with variables in `{{ }}`.
struct MessageTemplate: Sendable {
    private let template: MustacheTemplate

    /// - Parameter sections: what may be asked for with `{{#name}}…{{/name}}` and `{{^name}}…{{/name}}` alone.
    /// - Throws: if the text is empty or no mustache, or names a variable that does not exist here.
    init(_ node: YAMLNode, variables: [String], sections: [String] = []) throws(ConfigError) {
        let text = try node.text()
        guard !text.isEmpty else { throw node.mistake("the text is empty", mend: "write the text") }
        for tag in try Self.tags(in: text, at: node) {
            if variables.contains(tag.name) || (tag.isSection && sections.contains(tag.name)) { continue }
            throw node.mistake(
                "'{{\(tag.name)}}' is no variable here",
                mend: "write one of "
                    + (variables.map { "{{\($0)}}" } + sections.map { "{{#\($0)}}…{{/\($0)}}" })
                    .joined(separator: ", "))
        }
        do {
            // Messages are plain text: an '&' in a block's name must stay one.
            template = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + text)
        } catch {
            throw node.mistake(
                "'\(text)' is no mustache template",
                mend: "write variables as {{name}}, sections as {{#name}}…{{/name}}")
        }
    }

    func render(_ values: [String: String]) -> String { template.render(values) }

    /// Whether the text names one of these variables.
    static func names(_ variables: [String], in node: YAMLNode) throws(ConfigError) -> Bool {
        try Self.tags(in: try node.text(), at: node).contains { !$0.isSection && variables.contains($0.name) }
    }

    private static func tags(
        in text: String, at node: YAMLNode
    ) throws(ConfigError) -> [(name: String, isSection: Bool)] {
        var tags: [(name: String, isSection: Bool)] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "{{") {
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "}}") else {
                throw node.mistake("'{{' is never closed", mend: "write }} after the variable's name")
            }
            let tag = rest[..<end.lowerBound]
            let name = tag.drop { "#^/{&".contains($0) || $0 == " " }
                .reversed().drop { $0 == " " || $0 == "}" }.reversed()
            tags.append((String(name), tag.first.map { "#^/".contains($0) } ?? false))
            rest = rest[end.upperBound...]
        }
        return tags
    }
}
