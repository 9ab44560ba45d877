import Foundation
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The rules command` {
    private static let sample = HubFolder.root + "/Config"

    @Test func `tests the sample's rules by the sample's tables`() async throws {
        let test = try await HubProcess.run(["rules", "test", "--config", Self.sample])
        #expect(test.code == 0)
        #expect(test.errors == [])
        #expect(test.output.count == 1 && test.output[0].hasSuffix("tables hold."), "\(test.output)")
    }

    @Test func `names the line of a table that does not hold, and ends with 1`() async throws {
        let folder = try HubFolder(port: 1883)
        try folder.write(
            "kitchen.table",
            [
                "table  Toast", "00:00  smoke  a/1/A  | first-detector:investigate",
                "01:00  wait  | unanswered:investigate",
            ])
        let file = folder.configuration + "/kitchen.table"
        let test = try await HubProcess.run(["rules", "test", file, "--config", folder.configuration])
        #expect(test.code == 1)
        #expect(
            test.output == [
                "\(file):3:1: Toast: after '01:00 wait'", "    expected  unanswered:investigate",
                "    came      nothing", "1 of 1 tables do not hold.",
            ])
    }

    @Test func `names the place of a mistake in a table, and ends with 2`() async throws {
        let folder = try HubFolder(port: 1883)
        try folder.write("kitchen.table", ["table  Toast", "00:00  smoke  a/1/X  |"])
        let file = folder.configuration + "/kitchen.table"
        let test = try await HubProcess.run(["rules", "test", file, "--config", folder.configuration])
        #expect(test.code == 2)
        #expect(test.output == [])
        #expect(test.errors == ["\(file):2:15: no flat 'X' in block a; write one of A, B, C, D"])
    }

    @Test func `names a rule that no table of the configuration fires`() async throws {
        let folder = try HubFolder(port: 1883)
        try FileManager.default.createDirectory(
            atPath: folder.configuration + "/rules-tests", withIntermediateDirectories: true)
        try folder.write(
            "rules-tests/one.table", ["table  Toast", "00:00  smoke  a/1/A  | first-detector:investigate"])
        let test = try await HubProcess.run(["rules", "test", "--config", folder.configuration])
        #expect(test.code == 0)
        #expect(test.output.contains { $0.contains("no table fires the rule 'near-flats'") })
        #expect(!test.output.contains { $0.contains("'first-detector'") })
    }
}
