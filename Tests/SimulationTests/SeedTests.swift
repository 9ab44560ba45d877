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

    @Test func `play the same again from the same seed`() throws {
        let setting = try Sample.setting.get()
        #expect(try SeedRun(seed: 11, setting).run() == SeedRun(seed: 11, setting).run())
    }

    @Test func `keep every promise with databases in files, opened anew after each crash`() throws {
        let folder = NSTemporaryDirectory() + "smokehub-simulation-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try SeedRun(seed: 3, Sample.setting.get(), folder: folder).run().steps > 0)
    }
}
