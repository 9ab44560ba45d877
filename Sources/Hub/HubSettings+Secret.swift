import Foundation
import Registry

/// A password or key. Neither a print nor a dump nor a log shows its value.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// For the one place that needs it.
    public let value: String
    /// Where it came from: `env SMOKEHUB_BROKER_PASSWORD`.
    public let source: String

    public init(_ value: String, source: String) {
        self.value = value
        self.source = source
    }

    public var description: String { "secret from \(source)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["source": source]) }
}

/// What a settings file refers to: the environment, and files beside it.
struct SettingsSurroundings: Sendable {
    /// The folder of the settings file; relative paths start there.
    var folder: String
    var environment: [String: String]
    /// What opens sealed values in those files; `nil` if there is no key.
    var seal: PersonalSeal?

    private static let mend = "write {env: NAME} or {file: path}, and put the secret there"

    func path(_ node: YAMLNode) throws(ConfigError) -> String {
        let text = try node.text()
        guard !text.isEmpty else { throw node.mistake("the path is empty", mend: "write a path, or remove the key") }
        return text.hasPrefix("/") || folder.isEmpty ? text : "\(folder)/\(text)"
    }

    /// - Throws: if there is no such file, or the hub may not read it.
    func readableFile(_ node: YAMLNode) throws(ConfigError) -> String {
        let path = try path(node)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
            throw node.mistake("there is no file '\(path)'", mend: "put the file there, or write its path")
        }
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw node.mistake("the file '\(path)' cannot be read", mend: "let the hub's user read it")
        }
        return path
    }

    /// `{env: NAME}` or `{file: path}`; of a file, the text without the line end at its end.
    ///
    /// - Throws: if a literal stands there, or there is no secret where it points.
    func secret(_ node: YAMLNode) throws(ConfigError) -> Secret {
        // Whatever else stands here may be the secret itself, so it is never quoted.
        guard case .mapping = node.content else { throw node.mistake("a secret stands in the file", mend: Self.mend) }
        let mapping = try node.mapping()
        guard mapping.entries.count == 1, let entry = mapping.entries.first else {
            throw node.mistake("a secret has one source", mend: Self.mend)
        }
        let secret: Secret
        switch entry.key {
        case "env":
            let name = try entry.value.text()
            guard let value = environment[name] else {
                throw entry.value.mistake(
                    "the environment has no '\(name)'", mend: "set it where the hub is started, or write {file: path}")
            }
            secret = Secret(value, source: "env \(name)")
        case "file":
            let path = try readableFile(entry.value)
            let text = try ConfigFile.read(path).text
            let end = text.lastIndex { !$0.isNewline }.map { text.index(after: $0) } ?? text.startIndex
            secret = Secret(String(text[..<end]), source: "file \(path)")
        default:
            throw entry.keyNode.mistake("a secret comes from env or file", mend: Self.mend)
        }
        guard !secret.value.isEmpty else {
            throw entry.value.mistake("the \(secret.description) is empty", mend: "put the secret there")
        }
        return secret
    }
}
