import Foundation
import Hub
import Registry

/// The `devices.csv` of a configuration folder, to which rows are added.
struct DevicesFile {
    private let folder: String
    /// What opens the people of the same estate, who are checked beside it.
    private let seal: PersonalSeal?

    init(_ settings: HubSettings) {
        folder = settings.folder
        seal = settings.personalData.seal
    }

    /// Says what an import would change, and changes it if told to.
    ///
    /// - Throws: as ``add(_:)``.
    func finish(_ plan: DeviceImport, write isWritten: Bool) throws {
        for line in plan.lines { Line.out("\(line)") }
        guard !plan.added.isEmpty else { return Line.out("Nothing to add.") }
        guard isWritten else {
            try check(plan)
            return Line.out("\(plan.added.count) to add; --write adds them to devices.csv.")
        }
        try add(plan)
        Line.out("\(plan.added.count) added to \(folder)/devices.csv; 'smokehub reload' makes a running hub take them.")
    }

    /// Adds the new rows at its end, in its own columns, in one step.
    ///
    /// - Throws: what `check` would say of the file with the new rows, which is then not written; or why it cannot be.
    func add(_ plan: DeviceImport) throws {
        try ConfigFile.replace(folder + "/devices.csv") { try checked($0, plan) }
    }

    /// - Throws: what `check` would say of the file with the new rows.
    func check(_ plan: DeviceImport) throws {
        _ = try checked(try ConfigFile.read(folder + "/devices.csv"), plan)
    }

    private func checked(_ file: ConfigFile, _ plan: DeviceImport) throws -> String {
        let text = plan.appended(to: file.text)
        _ = try EstateRegistry(
            estate: try ConfigFile.read(folder + "/estate.yaml"), devices: ConfigFile(name: file.name, text: text),
            residents: try ConfigFile.read(folder + "/residents.csv"), seal: seal)
        return text
    }
}
