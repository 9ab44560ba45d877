import Foundation
import Glibc

/// `smokehub`, the program itself, as a child.
public final class HubProcess: Sendable {
    /// What it says on standard error, a line each.
    public var errors: Trail<String> { child.errors }
    public var output: Trail<String> { child.output }
    /// Its exit code, or minus the signal that ended it.
    public var end: Trail<Int32> { child.end }
    public var processID: pid_t { child.processID }
    private let child: ChildProcess

    /// Beside the tests.
    public static let program =
        (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0]))
        .deletingLastPathComponent().path + "/smokehub"

    /// - Parameter through: the command that starts it, such as `nsenter`.
    public init(
        _ arguments: [String], input: String = "", through: [String] = [], environment: [String: String] = [:]
    ) throws {
        let settings = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        child = try ChildProcess((settings.isEmpty ? [] : ["env"] + settings) + through + [Self.program] + arguments)
        child.feed(input)
    }

    /// The hub in the foreground.
    public static func serve(
        _ folder: HubFolder, state: String? = nil, through: [String] = []
    ) throws -> HubProcess {
        try HubProcess(
            ["serve", "--config", folder.configuration, "--state", state ?? folder.state], through: through)
    }

    /// Runs a command to its end.
    public static func run(
        _ arguments: [String], input: String = "", through: [String] = [], environment: [String: String] = [:]
    ) async throws -> (code: Int32, output: [String], errors: [String]) {
        let process = try HubProcess(arguments, input: input, through: through, environment: environment)
        let code = try await process.end.first("the end of \(arguments)") { _ in true }
        return (code, process.output.all, process.errors.all)
    }

    public func untilReady() async throws {
        try await errors.first("ready") { $0 == "ready" }
    }

    /// As a power cut does.
    public func kill() async throws {
        child.send(SIGKILL)
        try await end.first("the end after SIGKILL") { _ in true }
    }

    /// As systemd does. - Returns: the exit code.
    @discardableResult
    public func terminate() async throws -> Int32 {
        child.send(SIGTERM)
        return try await end.first("the end after SIGTERM") { _ in true }
    }
}
