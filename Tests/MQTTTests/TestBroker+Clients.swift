import Foundation
import MQTT
import TestBroker

extension TestBroker {
    /// A session with the client id `hub` on `t/#`.
    func session(version: BrokerSettings.Version = .v5) throws -> Driven {
        var settings = settings(clientID: "hub")
        settings.version = version
        return try driven(settings)
    }

    func driven(_ settings: BrokerSettings) throws -> Driven {
        Driven(try Session(settings, subscriptions: [Subscription("t/#")]))
    }

    /// With mosquitto's own client, QoS 1; returns when the broker has it.
    func publish(_ topic: String, _ payload: String, retain: Bool = false) throws {
        try client(
            "mosquitto_pub",
            ["-t", topic, "-q", "1"] + (payload.isEmpty ? ["-n"] : ["-m", payload]) + (retain ? ["-r"] : []))
    }

    /// One message a line.
    func publish(_ topic: String, lines: [String]) throws {
        let file = "\(folder)/lines"
        try lines.joined(separator: "\n").appending("\n").write(toFile: file, atomically: true, encoding: .utf8)
        try client("mosquitto_pub", ["-t", topic, "-l", "-q", "1"], input: file)
    }

    func publish(_ topic: String, bytes: [UInt8]) throws {
        let file = "\(folder)/bytes"
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        try client("mosquitto_pub", ["-t", topic, "-s", "-q", "1"], input: file)
    }

    private func client(_ name: String, _ arguments: [String], input: String = "/dev/null") throws {
        var all = [name, "-h", "127.0.0.1", "-p", "\(port)"] + arguments
        if let certificates {
            all += ["--cafile", certificates.authority]
            all += ["--cert", certificates.client.certificate, "--key", certificates.client.key]
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = all
        process.standardInput = FileHandle(forReadingAtPath: input)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Missing(description: "\(name) \(process.terminationStatus)") }
    }
}
