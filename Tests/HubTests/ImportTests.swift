import AlertLog
import Foundation
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `The import from Zigbee2MQTT` {
    /// As much as 1,000 devices expose. The hub beside it does not mind.
    @Test func `reads a list of 5 MB, which is no trouble for the hub`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let voice = try Voice(broker)
        let words = String(repeating: "x", count: 5000)
        let devices = (0..<1000).map { number in
            let name = number < 4 ? "a/4/4\("ABCD".dropFirst(number).prefix(1)) hall" : "d\(number)"
            return #"{"type":"EndDevice","friendly_name":"\#(name)","definition":{"model":"HS1SA","#
                + #""description":"\#(words)","exposes":[{"property":"smoke"}]}}"#
        }
        try await voice.say("zigbee2mqtt/bridge/devices", "[\(devices.joined(separator: ","))]", retain: true)
        try await voice.say("zigbee2mqtt/hall", String(repeating: "x", count: 300 * 1024))
        let log = LogTrail(folder.state)
        try await log.trouble("payload too large")
        #expect(log.troubles("payload too large").map { $0.details["topic"] } == ["zigbee2mqtt/hall"])
        try await hub.stop()
        let shown = try await HubProcess.run([
            "import", "zigbee2mqtt", "--config", folder.configuration, "--name", "{block}/{floor}/{floor}{flat} {room}",
        ])
        #expect(shown.code == 0)
        #expect(shown.output.count { $0.hasPrefix("+ ") } == 4)
        #expect(shown.output.count { $0.hasPrefix("? ") } == 996)
    }

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

extension `The import from Zigbee2MQTT` {
    @Test func `asks the broker that it is told, with the user of hub.yaml, whatever hub.yaml's broker is`()
        async throws
    {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: 1)
        let voice = try Voice(broker)
        try await voice.say(
            "zigbee2mqtt/bridge/devices",
            #"[{"type":"EndDevice","friendly_name":"a 4A","definition":{"exposes":[{"property":"smoke"}]}}]"#,
            retain: true)
        let words = ["import", "zigbee2mqtt", "--config", folder.configuration, "--name", "{block} {floor}{flat}"]
        let shown = try await HubProcess.run(words + ["--broker", "mqtt://127.0.0.1:\(broker.port)"])
        #expect(shown.code == 0)
        #expect(shown.output.contains { $0.hasPrefix("+ a-4-A-smoke") })
        let wrong = try await HubProcess.run(words + ["--broker", "127.0.0.1"])
        #expect(wrong.code == 2)
        #expect(wrong.errors.contains { $0.contains("write mqtt://host:1883, or mqtts://host:8883 for TLS") })
        let unreachable = try await HubProcess.run(words + ["--broker", "mqtt://127.0.0.1:1"])
        #expect(unreachable.code == 1)
    }
}

@Suite(.timeLimit(.minutes(1))) struct `The import from Home Assistant's discovery` {
    @Test func `reads what the broker keeps, files each device where it belongs, and writes only when told to`()
        async throws
    {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let voice = try Voice(broker)
        func announce(_ topic: String, _ device: String, _ more: String) async throws {
            try await voice.say(
                "homeassistant/binary_sensor/\(topic)/config",
                #"{"dev_cla":"smoke","dev":{\#(device)},"stat_t":"\#(more)"}"#, retain: true)
        }
        try await announce("d1/smoke", #""ids":"d1","name":"a 4/4A hall","mdl":"S1""#, "own/d1/smoke")
        try await announce("d2/smoke", #""ids":"d2","name":"alarm","sa":"a 4/4B""#, "own/d2/smoke")
        try await announce("0x1/smoke", #""ids":["zigbee2mqtt_0x1"],"name":"a 4/4C hall""#, "zigbee2mqtt/a 4/4C hall")
        try await announce("e1/loop", #""ids":"84fc","name":"a 4/4D hall""#, "e1/binary_sensor/loop/state")
        try await announce("z/smoke", #""ids":"z_1","name":"somewhere""#, "zwave/Hall/113/0/Smoke_Alarm/Sensor_status")
        try await announce("z2/smoke", #""ids":"d1""#, "evil/smoke")
        let registry = URL(fileURLWithPath: folder.configuration + "/devices.csv")
        let before = try String(contentsOf: registry, encoding: .utf8)
        let words = [
            "import", "homeassistant", "--config", folder.configuration, "--name",
            "{block} {floor}/{floor}{flat} {room}",
            "--name", "{block} {floor}/{floor}{flat}",
        ]
        let shown = try await HubProcess.run(words)
        #expect(shown.code == 0)
        #expect(
            shown.output.filter { $0.hasPrefix("+") }.map { $0.split(separator: "  ", maxSplits: 3).last ?? "" }
                .sorted() == [
                    "esphome e1", "homeassistant_discovery d1", "homeassistant_discovery d2", "zigbee2mqtt a 4/4C hall",
                ])
        #expect(shown.output.contains { $0.hasPrefix("? zwavejs Hall: its name tells no place") })
        #expect(shown.output.contains { $0.hasPrefix("! homeassistant/binary_sensor/z2/smoke/config announces 'd1'") })
        #expect(shown.output.last == "4 to add; --write adds them to devices.csv.")
        #expect(try String(contentsOf: registry, encoding: .utf8) == before)
        let written = try await HubProcess.run(words + ["--write"])
        #expect(written.code == 0)
        #expect(try String(contentsOf: registry, encoding: .utf8).hasPrefix(before))
        #expect(try String(contentsOf: registry, encoding: .utf8).contains(",homeassistant_discovery,d1,a,4,A,,"))
        #expect(try await HubProcess.run(["check", "--config", folder.configuration]).code == 0)
        let again = try await HubProcess.run(words)
        #expect(again.output.filter { $0.hasPrefix("=") }.count == 4)
        #expect(again.output.last == "Nothing to add.")
    }

    @Test func `says that nothing is announced`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: 1)
        let run = try await HubProcess.run([
            "import", "homeassistant", "--config", folder.configuration, "--broker",
            "mqtt://127.0.0.1:\(broker.port)", "--prefix", "ha",
        ])
        #expect(run.code == 1)
        #expect(run.errors.contains { $0.contains("keeps nothing on ha/+/+/+/config") })
    }
}
