import Foundation
import Glibc
import MQTT

/// A mosquitto of our own on a free port of 127.0.0.1, with everything in a folder of its own.
struct Broker {
    let port: Int
    private let process: ChildProcess

    init(folder: String) throws {
        port = try Self.freePort()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let user = String(cString: getpwuid(geteuid()).pointee.pw_name)
        try """
        listener \(port) 127.0.0.1
        allow_anonymous true
        persistence true
        persistence_location \(folder)/
        autosave_interval 0
        max_inflight_messages 10000
        max_queued_messages 0
        set_tcp_nodelay true
        user \(user)
        log_dest stderr
        log_type information
        log_type notice
        log_type warning
        log_type error
        connection_messages true

        """.write(toFile: folder + "/mosquitto.conf", atomically: true, encoding: .utf8)
        let found = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"]
        guard let mosquitto = found.first(where: { access($0, X_OK) == 0 }) else { throw Failure("no mosquitto") }
        process = try ChildProcess(mosquitto, ["-c", folder + "/mosquitto.conf"])
        _ = try process.line(containing: " running")
    }

    /// How many times a client has connected.
    func connections(of client: String) throws -> Int { process.lines(containing: " as \(client) (").count }

    /// When it took a client's next connection: before it sent the first message of its session.
    func connection(of client: String, after earlier: Int) throws -> ContinuousClock.Instant {
        try wait("a connection of \(client)", within: .seconds(60)) {
            process.lines(containing: " as \(client) (").dropFirst(earlier).first?.at
        }
    }

    func stop() throws { try process.stop() }

    func settings(_ client: String) -> BrokerSettings {
        var settings = BrokerSettings(host: "127.0.0.1", port: port, clientID: client)
        settings.receiveMaximum = 10_000
        settings.batchMessagesMax = 4000
        return settings
    }

    /// Makes the session of a client who is away.
    func keepSession(of client: String, _ filter: String) throws {
        let session = try Session(settings(client), subscriptions: [Subscription(filter)])
        try wait("a session", within: .seconds(10)) {
            let isThere = session.nextBatch(waitingAtMost: .milliseconds(100)).events.contains {
                if case .subscribed = $0 { true } else { false }
            }
            return isThere ? () : nil
        }
        session.end()
    }

    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard bound else { throw Failure("no free port on 127.0.0.1") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
