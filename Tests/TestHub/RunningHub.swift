public import Hub
import Logging
public import Registry
import Synchronization

/// A hub inside the tests' own process.
public final class RunningHub: Sendable {
    public let board: HubBoard
    /// Until it is stopped, for it holds the state's folder.
    public var service: HubService? { held.withLock { $0 } }
    /// What it logs: level, message and metadata in one line.
    public let messages = Trail<String>()
    public let readiness = Trail<Instant>()
    private let held = Mutex<HubService?>(nil)
    private let running: Task<Void, any Error>

    public init(
        _ folder: HubFolder, now: @escaping @Sendable () -> Instant = Instant.now,
        adjust: (inout HubConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = try HubConfiguration.load(folder.configuration)
        adjust(&configuration)
        let logger = Logger(label: "hub") { [messages] _ in TrailLogHandler(trail: messages) }
        let service = try HubService(
            configuration, state: try StateFolder(folder.state), logger: logger, now: now,
            onReady: { [readiness] in readiness.append(now()) })
        board = service.board
        held.withLock { $0 = service }
        running = Task { try await service.run() }
    }

    deinit { running.cancel() }

    /// - Parameter times: how often it has become ready.
    public func untilReady(_ times: Int = 1) async throws {
        try await readiness.first(times, "ready")
    }

    /// Asks it to stop, and waits for that.
    public func stop() async throws {
        running.cancel()
        held.withLock { $0 = nil }
        try await running.value
    }
}

private struct TrailLogHandler: LogHandler {
    let trail: Trail<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    init(trail: Trail<String>) { self.trail = trail }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let details = (event.metadata ?? [:]).map { "\($0)=\($1)" }.sorted().joined(separator: " ")
        trail.append("\(event.level) \(event.message) \(details)")
    }
}
