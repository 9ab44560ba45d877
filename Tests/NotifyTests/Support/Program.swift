import Foundation

/// A program that is run to its end.
enum Program {
    /// - Returns: its status, and what it wrote to both of its outputs.
    /// - Throws: if it cannot be started.
    static func run(
        _ path: String, _ arguments: [String], input: [UInt8] = []
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        // Not through a pipe, for a write to one whose reader has died ends all the tests.
        let file = NSTemporaryDirectory() + "smokehub-input-" + UUID().uuidString
        try Data(input).write(to: URL(fileURLWithPath: file))
        defer { unlink(file) }
        let stdout = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
        process.standardOutput = stdout
        process.standardError = stdout
        try process.run()
        let output = String(decoding: stdout.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    /// A file of this folder.
    static func support(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(name).path
    }
}
