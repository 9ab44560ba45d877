import Foundation
import MQTT
import TestBroker

struct Missing: Error, CustomStringConvertible {
    let description: String
}

extension Session {
    /// Turns the loop until an event fits; whatever else comes meanwhile is lost.
    @discardableResult
    func until(_ what: String, _ fits: (Batch.Event) -> Bool) throws -> Batch.Event {
        var seen: [Batch.Event] = []
        for _ in 0..<60 {
            let batch = nextBatch(waitingAtMost: .seconds(1))
            if let event = batch.events.first(where: fits) { return event }
            seen += batch.events
        }
        throw Missing(description: "\(what); but there came \(seen)")
    }

    func untilSubscribed() throws {
        try until("subscribed") { if case .subscribed = $0 { true } else { false } }
    }

    func untilRefused() throws -> String {
        guard case .refused(let error) = try until("refused", { if case .refused = $0 { true } else { false } })
        else { return "" }
        return "\(error)"
    }

    func untilDisconnected() throws {
        try until("disconnected") { if case .disconnected = $0 { true } else { false } }
    }

    /// The payloads of the next messages, at least so many; none is acknowledged.
    func messages(_ count: Int) throws -> [String] {
        var payloads: [String] = []
        for _ in 0..<60 where payloads.count < count {
            payloads += nextBatch(waitingAtMost: .seconds(1)).messages.map {
                String(decoding: $0.payload, as: UTF8.self)
            }
        }
        return payloads
    }
}

extension TestBroker {
    /// With mosquitto's own client, QoS 1; returns when the broker has it.
    func publish(_ topic: String, _ payload: String, retain: Bool = false) throws {
        try client("mosquitto_pub", ["-t", topic, "-m", payload, "-q", "1"] + (retain ? ["-r"] : []))
    }

    /// One message a line.
    func publish(_ topic: String, lines: [String]) throws {
        let file = "\(folder)/lines"
        try lines.joined(separator: "\n").appending("\n").write(toFile: file, atomically: true, encoding: .utf8)
        try client("mosquitto_pub", ["-t", topic, "-l", "-q", "1"], input: file)
    }

    func client(_ name: String, _ arguments: [String], input: String = "/dev/null") throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name, "-h", "127.0.0.1", "-p", "\(port)"] + arguments
        process.standardInput = FileHandle(forReadingAtPath: input)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Missing(description: "\(name) \(process.terminationStatus)") }
    }
}
