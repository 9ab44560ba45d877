public import AlertLog
import Rules

/// The alert log of a hub, followed.
public final class LogTrail: Sendable {
    public let lines = Trail<LogLine>()
    private let following: Task<Void, Never>

    public init(_ folder: String) {
        following = Task { [lines] in
            do {
                for try await entry in LogFollower(folder: folder, follows: true) {
                    if let line = entry.line { lines.append(line) }
                }
            } catch {
                print("the alert log cannot be followed: \(error)")
            }
        }
    }

    deinit { following.cancel() }

    @discardableResult
    public func line(
        _ what: String, from start: Int = 0, where fits: (LogLine) -> Bool
    ) async throws -> LogLine {
        try await lines.first("a line of the alert log: \(what)", from: start, where: fits)
    }

    /// The line that a trouble of this name has begun, or is put right.
    @discardableResult
    public func trouble(_ name: String, _ state: String = "open", from start: Int = 0) async throws -> LogLine {
        try await line("trouble '\(name)' \(state)", from: start) {
            $0.event == .trouble && $0.details["trouble"] == name && $0.details["state"] == state
        }
    }

    public func troubles(_ name: String) -> [LogLine] {
        lines.all.filter { $0.event == .trouble && $0.details["trouble"] == name }
    }

    /// What the incidents' lines say was decided: rule, stage, place and detectors.
    public var decisions: [String] {
        lines.all.filter { $0.event == .incident }.map { line in
            "\(line.block ?? "*") \(line.stage?.rawValue ?? "") \(line.details["rule"] ?? "") "
                + "[\(line.details["because"] ?? "")]"
        }
    }
}
