import Foundation
import Registry

/// A folder of scenario files, one `<name>.yaml` each.
public struct ScenarioFolder: Sendable {
    public var path: String

    public init(_ path: String) { self.path = path }

    /// Where the scenarios lie if nobody says: below the current folder, beside the configuration, or above the
    /// program where it was built.
    public static func usual(beside configuration: String, program: String) -> ScenarioFolder {
        let places = [".", configuration + "/.."] + ancestors(of: program)
        let found = places.map { $0 + "/Simulators/Scenarios" }.first { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
        }
        return ScenarioFolder(found.map { $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 } ?? "Simulators/Scenarios")
    }

    /// Of all scenarios, in alphabetical order.
    ///
    /// - Throws: ``DrillError/noScenarios(folder:)``.
    public func names() throws -> [String] {
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw DrillError.noScenarios(folder: path)
        }
        let names = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
        guard !names.isEmpty else { throw DrillError.noScenarios(folder: path) }
        return names
    }

    /// - Parameter name: as ``names()`` gives it.
    /// - Throws: ``DrillError/unknownScenario(_:known:)``, or every mistake in the file.
    public func scenario(_ name: String, cast: Cast?) throws -> Scenario {
        let known = try names()
        guard known.contains(name) else { throw DrillError.unknownScenario(name, known: known) }
        return try Scenario.read("\(path)/\(name).yaml", cast: cast)
    }

    private static func ancestors(of program: String) -> [String] {
        var folder = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
        var ancestors: [String] = []
        while folder.path != "/" {
            ancestors.append(folder.path)
            folder.deleteLastPathComponent()
        }
        return ancestors
    }
}
