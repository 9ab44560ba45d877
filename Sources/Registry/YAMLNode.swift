internal import Yams

/// One value of a YAML file, with its place in the file.
public struct YAMLNode: Sendable {
    public let file: String
    public let line: Int
    public let column: Int
    /// The keys that lead here, for messages: `broker.keep-alive`, `blocks[1].floors`; empty for the whole file.
    public let path: String
    public let content: Content

    public enum Content: Sendable {
        /// Nothing stands after the key, or `null` or `~`.
        case nothing
        /// As it was written, without quotes.
        case scalar(String)
        case list([YAMLNode])
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    /// A mistake at this value. The problem should quote what was written; the path is put before it.
    public func mistake(_ problem: String, mend: String) -> ConfigError {
        ConfigError(
            file: file, line: line, column: column, problem: path.isEmpty ? problem : "\(path): \(problem)", mend: mend)
    }

    /// - Throws: if this is no single value. An empty text has to be written as `""`.
    public func text() throws(ConfigError) -> String {
        guard case .scalar(let text) = content else { throw expected("a single value") }
        return text
    }

    /// - Throws: if this is no list.
    public func list() throws(ConfigError) -> [YAMLNode] {
        guard case .list(let nodes) = content else { throw expected("a list such as [a, b]") }
        return nodes
    }

    /// - Throws: if this is no mapping, or a key of it stands twice or is itself a list or mapping.
    public func mapping() throws(ConfigError) -> YAMLMapping {
        guard case .mapping(let entries) = content else { throw expected("'key: value' pairs") }
        return try YAMLMapping(node: self, entries: entries)
    }

    /// The mistake of a value that has not the shape which was asked for.
    func expected(_ what: String) -> ConfigError {
        switch content {
        case .nothing where path.isEmpty: mistake("the file is empty", mend: "write the keys that it is for")
        case .nothing: mistake("nothing is written here", mend: "write \(what), or remove the key")
        case .scalar(let text): mistake("'\(text)' is a single value", mend: "write \(what)")
        case .list: mistake("this is a list", mend: "write \(what)")
        case .mapping: mistake("these are 'key: value' pairs", mend: "write \(what)")
        }
    }

    init(emptyFile file: String) {
        self.file = file
        path = ""
        line = 0
        column = 0
        content = .nothing
    }

    init(_ node: Node, file: String, path: String) {
        self.file = file
        self.path = path
        line = node.mark?.line ?? 0
        column = node.mark?.column ?? 0
        content =
            switch node {
            case .scalar(let scalar): Self.content(scalar)
            case .sequence(let nodes):
                .list(
                    nodes.enumerated().map { index, node in
                        YAMLNode(node, file: file, path: "\(path)[\(index + 1)]")
                    })
            case .mapping(let pairs):
                .mapping(
                    pairs.map { key, value in
                        let name = key.scalar?.string ?? "?"
                        let inner = path.isEmpty ? name : "\(path).\(name)"
                        return (
                            YAMLNode(key, file: file, path: path), YAMLNode(value, file: file, path: inner)
                        )
                    })
            // Yams puts the value in an alias's place while it parses.
            case .alias: .nothing
            }
    }

    private static func content(_ scalar: Node.Scalar) -> Content {
        let isNothing = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        return isNothing ? .nothing : .scalar(scalar.string)
    }
}
