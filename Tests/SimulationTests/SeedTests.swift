import Foundation
import Simulation
import Testing

/// The sample rules and texts.
enum Sample {
    static let setting = Result {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try Setting.load(root.appendingPathComponent("Config").path)
    }
}

@Suite struct `Short runs under faults` {
    @Test(arguments: UInt64(1)...8)
    func `keep every promise`(_ seed: UInt64) throws {
        let result = try SeedRun(seed: seed, Sample.setting.get()).run()
        #expect(result.steps > 0)
    }
}
