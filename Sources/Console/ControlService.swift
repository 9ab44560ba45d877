import Foundation
public import Hub
import Hummingbird
public import Logging
public import ServiceLifecycle

/// Serves the control API on the Unix socket in the state folder, for this machine's operators alone (mode 0600).
public struct ControlService: Service {
    private let hub: HubService
    private let path: String
    private let logger: Logger

    /// The longest path that a Unix socket may have (`sun_path`, with its closing NUL).
    private static let pathBytesMax = 107

    public init(_ hub: HubService, logger: Logger) {
        self.hub = hub
        path = hub.controlSocket
        self.logger = logger
    }

    /// Serves until its task is cancelled or shut down. A hub whose socket cannot be made goes on without.
    public func run() async throws {
        guard path.utf8.count <= Self.pathBytesMax else {
            logger.error(
                "No control socket: the state folder's path is too long for one; give --state a shorter one",
                metadata: ["path": "\(path)"])
            // It throws when cancelled, which means the same.
            do { try await gracefulShutdown() } catch {}
            return
        }
        // Left behind by a hub that was killed; the folder's lock says that none runs.
        unlink(path)
        let socket = path
        var quiet = logger
        // Hummingbird reports each connection that a shutdown cuts off as an error.
        quiet.logLevel = .critical
        let application = Application(
            router: ControlAPI(hub: hub).router(),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path)),
            onServerRunning: { _ in chmod(socket, 0o600) }, logger: quiet)
        try await application.run()
        unlink(path)
    }
}
