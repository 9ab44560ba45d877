import Foundation

/// The text of a file that people edit, and its name for messages.
public struct ConfigFile: Hashable, Sendable {
    /// As the user named it: `Config/devices.csv`.
    public var name: String
    /// Without a byte order mark.
    public var text: String

    public init(name: String, text: String) {
        self.name = name
        self.text = text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
    }

    /// Whether there is such a file, or anything else of its name.
    public static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// - Throws: if the file cannot be read or is not UTF-8.
    public static func read(_ path: String) throws(ConfigError) -> ConfigFile {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw unreadable(path, error)
        }
        guard let text = String(validating: data, as: UTF8.self) else { throw notUTF8(path, data) }
        return ConfigFile(name: path, text: text)
    }

    /// A mistake that concerns the file as a whole.
    public func mistake(_ problem: String, mend: String) -> ConfigError {
        ConfigError(file: name, line: 0, column: 0, problem: problem, mend: mend)
    }

    private static func unreadable(_ path: String, _ error: any Error) -> ConfigError {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let (problem, mend) =
            if !exists {
                ("there is no such file", "create it, or name the folder that holds it with --config")
            } else if isFolder.boolValue {
                ("this is a folder", "put a file of this name in its place")
            } else {
                ("cannot be read (\(error.localizedDescription))", "let the hub's user read it")
            }
        return ConfigError(file: path, line: 0, column: 0, problem: problem, mend: mend)
    }

    private static func notUTF8(_ path: String, _ data: Data) -> ConfigError {
        var line = 1
        for bytes in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if String(validating: bytes, as: UTF8.self) == nil {
                var column = 1
                for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
                    if scalar == "\u{FFFD}" { break }
                    column += 1
                }
                return ConfigError(
                    file: path, line: line, column: column, problem: "this is not UTF-8", mend: "save the file as UTF-8"
                )
            }
            line += 1
        }
        return ConfigError(
            file: path, line: 0, column: 0, problem: "this is not UTF-8", mend: "save the file as UTF-8")
    }
}
