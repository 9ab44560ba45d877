internal import Yams

/// Reads a YAML file strictly: every value is asked for with its type, and every mistake has its line and column.
///
///     let document = try YAMLDocument.read("Config/rules.yaml")
///     var mistakes = Mistakes()
///     if let rules = mistakes.reading({ () throws(ConfigError) in try document.root.mapping() }) {
///         rules.checkKeys(["rearm", "rules"], &mistakes)
///         let rearm = mistakes.reading { () throws(ConfigError) in try rules["rearm"]?.duration() }
///     }
///     try mistakes.throwIfAny()
///
/// Scalars stay the text that was written, so a floor `1` is `"1"` and a flat `N` is no boolean.
public struct YAMLDocument: Sendable {
    public var file: String
    /// Of an empty file, or one of comments only, its content is `nothing`.
    public var root: YAMLNode

    /// - Throws: if the file cannot be read, is no YAML, or a mapping holds a key twice.
    public static func read(_ path: String) throws(ConfigError) -> YAMLDocument {
        try YAMLDocument(ConfigFile.read(path))
    }

    /// - Throws: if the text is no YAML, or a mapping in it holds a key twice.
    public init(_ file: ConfigFile) throws(ConfigError) {
        self.file = file.name
        let node: Node?
        do {
            node = try Parser(yaml: file.text, encoding: .utf8).singleRoot()
        } catch {
            throw Self.mistake(error, in: file)
        }
        root = node.map { YAMLNode($0, file: file.name, path: "") } ?? YAMLNode(emptyFile: file.name)
    }

    private static func mistake(_ error: any Error, in file: ConfigFile) -> ConfigError {
        func at(_ mark: Mark, _ problem: String, _ mend: String) -> ConfigError {
            ConfigError(file: file.name, line: mark.line, column: mark.column, problem: problem, mend: mend)
        }
        let asYAML = "write it as YAML: 'key: value', two spaces a level, no tabs, quotes in pairs"
        switch error {
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            let key = duplicates.first ?? ""
            return at(context.mark, "key '\(key)' stands here and again below", "keep one of them")
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _):
            let about = context.map { " \($0.text)" } ?? ""
            return at(mark, "this is no YAML (\(problem)\(about))", asYAML)
        case YamlError.composer(_, let problem, let mark, _):
            return at(mark, "this is no YAML for one document (\(problem))", "keep one document a file")
        case YamlError.reader(let problem, _, _, _):
            return file.mistake("this is no YAML (\(problem))", mend: asYAML)
        default:
            return file.mistake("this is no YAML (\(error))", mend: asYAML)
        }
    }
}
