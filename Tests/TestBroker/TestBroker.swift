import Foundation
import MQTT

/// A real mosquitto for one test: on a free port of 127.0.0.1, with its files in a folder of its own, gone with the test.
public final class TestBroker {
    public let port: Int
    /// Holds `mosquitto.conf`, `mosquitto.log`, the persistence and what the variant needs.
    public let folder: String
    public let certificates: Certificates?
    private var process: BrokerProcess?

    public enum Variant: Sendable {
        /// Everybody may do everything.
        case plain
        /// Users and their passwords, and the lines of an ACL file.
        case passwords([String: String], acl: [String] = [])
        /// TLS; who connects must show a certificate of ``Certificates/authority``.
        case clientCertificates
        /// The same, but the broker's own certificate has expired.
        case expired
        /// The same, but the broker's own certificate is for another host.
        case otherHost
    }

    /// Starts it and returns when it accepts connections. `lines` are added to its configuration.
    public init(_ variant: Variant = .plain, lines extra: [String] = []) throws {
        folder = NSTemporaryDirectory() + "smokehub-broker-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        guard let port = freeLoopbackPort() else { throw Problem(text: "no free port") }
        self.port = port
        switch variant {
        case .clientCertificates, .expired, .otherHost: certificates = try Certificates(folder: folder)
        case .plain, .passwords: certificates = nil
        }
        let configuration = try Self.base(port, folder) + lines(of: variant) + extra
        try configuration.joined(separator: "\n").appending("\n")
            .write(toFile: "\(folder)/mosquitto.conf", atomically: true, encoding: .utf8)
        try start()
    }

    deinit {
        process?.kill()
        do { try FileManager.default.removeItem(atPath: folder) } catch { print("cannot remove \(folder): \(error)") }
    }

    /// Starts it again after ``stop()`` or ``kill()``: same port, same persistence.
    public func start() throws { process = try BrokerProcess(folder: folder, port: port) }

    /// As `systemctl stop` does: it saves its sessions and retained messages.
    public func stop() {
        process?.stop()
        process = nil
    }

    /// As a power cut does: what it has not saved is gone.
    public func kill() {
        process?.kill()
        process = nil
    }

    /// What it has logged so far.
    public var log: String { readFile("\(folder)/mosquitto.log") ?? "" }

    /// Settings that reach it, with a short back-off; over TLS with the certificate that it accepts.
    public func settings(clientID: String) -> BrokerSettings {
        var settings = BrokerSettings(host: "127.0.0.1", port: port, clientID: clientID)
        settings.backoff = .init(first: .milliseconds(20), longest: .milliseconds(200))
        settings.tls = certificates.map {
            .init(authority: $0.authority, certificate: $0.client.certificate, key: $0.client.key)
        }
        return settings
    }

    public struct Problem: Error, CustomStringConvertible {
        public let text: String
        public var description: String { text }
    }

    private static func base(_ port: Int, _ folder: String) -> [String] {
        [
            "listener \(port) 127.0.0.1", "persistence true", "persistence_location \(folder)/",
            "max_inflight_messages 10000", "max_queued_messages 0", "set_tcp_nodelay true", "log_dest stdout",
            "log_type all", "log_timestamp_format %H:%M:%S",
        ] + (currentUser.map { ["user \($0)"] } ?? [])
    }

    private func lines(of variant: Variant) throws -> [String] {
        switch variant {
        case .plain: return ["allow_anonymous true"]
        case .passwords(let users, let acl):
            var lines = ["allow_anonymous false", "password_file \(folder)/passwords"]
            try users.map { "\($0):\($1)\n" }.joined()
                .write(toFile: "\(folder)/passwords", atomically: true, encoding: .utf8)
            try run("mosquitto_passwd", "-U", "\(folder)/passwords")
            if !acl.isEmpty {
                lines.append("acl_file \(folder)/acl")
                try acl.joined(separator: "\n").appending("\n")
                    .write(toFile: "\(folder)/acl", atomically: true, encoding: .utf8)
            }
            return lines
        case .clientCertificates: return tls(certificates?.server)
        case .expired: return tls(certificates?.expired)
        case .otherHost: return tls(certificates?.elsewhere)
        }
    }

    private func tls(_ server: Certificates.Pair?) -> [String] {
        guard let server, let certificates else { return [] }
        return [
            "allow_anonymous true", "cafile \(certificates.authority)", "certfile \(server.certificate)",
            "keyfile \(server.key)", "require_certificate true",
        ]
    }
}
