import Foundation
import Registry

/// The end of every import.
enum ImportPlan {
    /// Says what would be added, or adds it.
    ///
    /// - Throws: if `devices.csv` cannot be read or written.
    static func finish(_ plan: DeviceImport, folder: String, write: Bool) throws {
        let count = plan.added.count
        guard count > 0 else { return Line.out("Nothing to add.") }
        guard write else { return Line.out("\(count) to add; --write adds them to devices.csv.") }
        let path = folder + "/devices.csv"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try plan.appended(to: text).write(toFile: path, atomically: true, encoding: .utf8)
        Line.out("\(count) added to \(path); 'smokehub check' reads it, and the hub takes them at its next start.")
    }
}
