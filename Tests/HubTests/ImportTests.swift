import Foundation
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The import from Zigbee2MQTT` {
    @Test func `reads the list that the broker keeps, and writes only when told to`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let voice = try Voice(broker)
        try await voice.say(
            "zigbee2mqtt/bridge/devices",
            """
            [{"type":"EndDevice","friendly_name":"a/4/4A kitchen","definition":{"model":"HS1SA",
              "exposes":[{"property":"smoke"}]}}]
            """, retain: true)
        let registry = URL(fileURLWithPath: folder.configuration + "/devices.csv")
        let before = try String(contentsOf: registry, encoding: .utf8)
        let words = [
            "import", "zigbee2mqtt", "--config", folder.configuration, "--name", "{block}/{floor}/{floor}{flat} {room}",
        ]
        let shown = try await HubProcess.run(words)
        #expect(shown.code == 0)
        #expect(shown.output.contains { $0.hasPrefix("+ a-4-A-smoke") })
        #expect(shown.output.last == "1 to add; --write adds them to devices.csv.")
        #expect(try String(contentsOf: registry, encoding: .utf8) == before)
        let written = try await HubProcess.run(words + ["--write"])
        #expect(written.code == 0)
        #expect(try String(contentsOf: registry, encoding: .utf8).hasPrefix(before))
        let checked = try await HubProcess.run(["check", "--config", folder.configuration])
        #expect(checked.code == 0)
        #expect(try await HubProcess.run(words).output.contains { $0.hasPrefix("= a-4-A-smoke") })
    }
}
