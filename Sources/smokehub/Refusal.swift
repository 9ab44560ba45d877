import ArgumentParser
import Drill
import Foundation
import Hub
import Registry

/// Whole lines, at once also into a pipe.
enum Line {
    static func out(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
    static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// Says on standard error what is wrong, and turns it into the exit code that every command gives for it: 2 for what
/// is wrong in a file or on the command line, 1 for what goes wrong later.
func refusing<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as ConfigErrors {
        Line.error("\(error)")
        throw ExitCode(2)
    } catch let error as ConfigError {
        Line.error("\(error)")
        throw ExitCode(2)
    } catch let error as AddressMistake {
        Line.error("Error: \(error)")
        throw ExitCode(2)
    } catch let error as DrillError {
        Line.error("Error: \(error)")
        throw ExitCode(error.isUsage ? 2 : 1)
    } catch is CancellationError {
        Line.error("Error: it was broken off before it was done")
        throw ExitCode(1)
    } catch let error as ExitCode {
        throw error
    } catch {
        Line.error("Error: \(error)")
        throw ExitCode(1)
    }
}

extension DrillError {
    fileprivate var isUsage: Bool {
        switch self {
        case .unknownScenario, .noScenarios, .realAlarms: true
        case .unknownDevice, .speechless, .broker: false
        }
    }
}
