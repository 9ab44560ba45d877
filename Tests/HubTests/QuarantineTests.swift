import AlertLog
import Devices
import Foundation
import Hub
import MQTT
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A device that nobody has registered` {
    private static let stranger = "estate/demo/block/a/floor/2/flat/B/device/a-2-B-new/event"

    private func smokehub(_ words: String..., in folder: HubFolder) async throws -> (
        code: Int32, output: [String], errors: [String]
    ) {
        try await HubProcess.run(words + ["--config", folder.configuration])
    }

    @Test func `is shown with what it seems to be, adopted by the command shown, and then an alarm like any other`()
        async throws
    {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let first = try HubProcess.serve(folder)
        try await first.untilReady()
        #expect(
            try await smokehub("devices", "--unknown", in: folder).output == [
                "Not listened to, so that no stranger's alarm is heard there: "
                    + Device.Ecosystem.allCases.map(\.rawValue).filter { !["native", "zigbee2mqtt"].contains($0) }
                    .joined(separator: ", ")
                    + ". devices.csv has no device of theirs; 'listen: true' under ecosystems in hub.yaml hears one all "
                    + "the same.",
                "Nobody is heard that is not in devices.csv.",
            ])
        try await voice.say(Self.stranger, #"{"type":"smoke","state":"ok","battery":80}"#)
        try await voice.say("zigbee2mqtt/b/5/5D hall", #"{"smoke":true,"device":{"model":"HS1SA"}}"#)
        try await voice.say("zigbee2mqtt/spare", #"{"smoke":"perhaps"}"#)
        try await voice.say("zigbee2mqtt/plant", #"{"smoke":false,"device":{"model":"HESZB-120"}}"#)
        let log = LogTrail(folder.state)
        try await log.line("the Zigbee alarm") { $0.details["address"] == "b/5/5D hall" && $0.level == .alarm }
        try await log.trouble("malformed")
        try await log.line("the heat detector") { $0.details["address"] == "plant" }

        let shown = try await smokehub("devices", "--unknown", in: folder)
        #expect(shown.code == 0)
        #expect(shown.output.first?.hasPrefix("ALARM 20") == true)
        #expect(
            shown.output.first?.contains("zigbee2mqtt b/5/5D hall by zigbee2mqtt, gateway bridge  1 message since 20")
                == true)
        #expect(shown.output.contains("  model HS1SA, says smoke: a smoke detector"))
        #expect(
            shown.output.contains(
                "  smokehub devices adopt 'b/5/5D hall' --ecosystem zigbee2mqtt --place BLOCK/FLOOR/FLAT --kind smoke --write"
            ))
        #expect(
            shown.output.contains(
                "  smokehub devices adopt a-2-B-new --ecosystem native --place a/2/B --kind smoke --write"))
        #expect(shown.output.contains { $0.contains("zigbee2mqtt spare") && $0.contains("1 of them not understood") })
        #expect(shown.output.contains("  model HESZB-120, says smoke, of this model heat: a heat detector"))
        #expect(
            shown.output.contains(
                "  smokehub devices adopt plant --ecosystem zigbee2mqtt --place BLOCK/FLOOR/FLAT --kind heat --write"))
        #expect(shown.output.last == "4 unknown devices with 4 messages, 1 alarmed.")
        // A device speaks again, and is one device all the same.
        try await voice.say("zigbee2mqtt/plant", #"{"smoke":false}"#)
        try await voice.say("zigbee2mqtt/unreadable", "{")
        try await log.line("all of them") { $0.details["topic"] == "zigbee2mqtt/unreadable" }
        let status = try await smokehub("status", in: folder)
        #expect(status.output.contains("unknown devices  5, with 6 messages"))
        let json = try await smokehub("devices", "--unknown", "--json", in: folder)
        #expect(json.output.joined().contains(#""gateway":"bridge""#))
        #expect(json.output.joined().contains(#""address":"a-2-B-new""#))

        // The hub knows the rest.
        let native = try await smokehub("devices", "adopt", "a-2-B-new", "--room", "hall", "--write", in: folder)
        #expect(native.code == 0)
        #expect(native.output.first == "+ a-2-B-new  smoke  a/2/B (hall)  native a-2-B-new")
        let zigbee = try await smokehub(
            "devices", "adopt", "b/5/5D hall", "--name", "{block}/{floor}/{floor}{flat} {room}", "--write", in: folder)
        #expect(zigbee.output.first == "+ b-5-D-smoke-2  smoke  b/5/D (hall)  zigbee2mqtt b/5/5D hall")
        #expect(try await smokehub("check", in: folder).code == 0)
        #expect(try await first.terminate() == 0)

        let second = try HubProcess.serve(folder)
        try await second.untilReady()
        let left = try await smokehub("devices", "--unknown", in: folder)
        #expect(left.output.last == "3 unknown devices with 4 messages, 0 alarmed.")
        try await voice.say(Self.stranger, #"{"type":"smoke","state":"alarm"}"#)
        try await ear.alert("an incident") { $0.because == ["a-2-B-new"] }
        #expect(try await second.terminate() == 0)
    }

    @Test func `is remembered with its alarm by a hub that is killed right after`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port, settings: ["checkpoint: 1h"])
        let voice = try Voice(broker)
        let first = try HubProcess.serve(folder)
        try await first.untilReady()
        try await voice.say(Self.stranger, #"{"type":"smoke","state":"alarm"}"#)
        try await LogTrail(folder.state).line("its alarm") { $0.details["address"] == "a-2-B-new" }
        try await first.kill()
        let second = try HubProcess.serve(folder)
        try await second.untilReady()
        let shown = try await smokehub("devices", "--unknown", in: folder)
        // Where the kill came between commit and acknowledgement, the broker has sent the message again.
        let messages = ["1 message", "2 messages"]
        #expect(messages.map { "1 unknown device with \($0), 1 alarmed." }.contains(shown.output.last))
        #expect(try await second.terminate() == 0)
    }

    @Test func `is one of many that alarm: the guards get the first five, and then their number`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let desk = try WebhookReceiver(.answers(200))
        let folder = try HubFolder(
            port: broker.port,
            settings: ["channels:", "  webhook:", "    endpoints: {desk: {url: 'http://127.0.0.1:\(desk.port)/'}}"],
            residents: ["desk,Desk,en,,,,guard,webhook:desk"])
        let voice = try Voice(broker)
        let ahead = Ahead()
        let hub = try RunningHub(folder, now: ahead.now)
        try await hub.untilReady()
        for number in 0..<42 {
            try await voice.say("zigbee2mqtt/stranger-\(number)", #"{"smoke":true}"#)
        }
        let log = LogTrail(folder.state)
        try await log.line("the last of them") { $0.details["address"] == "stranger-41" }
        for number in 0..<5 {
            _ = try await desk.requests.first("one by one") { $0.contains("zigbee2mqtt stranger-\(number);") }
        }
        ahead.by(.seconds(31))
        let sum = "And 37 more unknown devices alarm; smokehub devices --unknown shows them; go and look"
        _ = try await desk.requests.first("their number") { $0.contains(sum) }
        #expect(desk.requests.count == 6)
        #expect(hub.board.unknownDevices.count == 42)
        try await hub.stop()
    }

    @Test(arguments: [
        (["nobody"], "the hub has heard no unknown device 'nobody', or does not run; add --ecosystem and --kind"),
        (
            ["x", "--ecosystem", "tasmota", "--place", "a/2/B"],
            "nothing says what 'x' is for; add --kind, one of smoke"
        ),
        (["x", "--ecosystem", "tasmota", "--kind", "smoke"], "nothing says where 'x' is; add --place"),
        (
            ["x", "--ecosystem", "tasmota", "--kind", "smoke", "--place", "a/2/X"],
            "--place a/2/X: no flat 'X' in block a; write one of A, B, C, D"
        ),
        (
            ["x", "--ecosystem", "tasmota", "--kind", "smoke", "--place", "a/2/B", "--id", "hall"],
            "'hall' is another device's id"
        ),
        (
            ["hall", "--ecosystem", "zigbee2mqtt", "--kind", "smoke", "--place", "a/2/B"],
            "hall in b/3/C has the address 'hall' already"
        ),
        (
            ["x+y", "--ecosystem", "tasmota", "--kind", "smoke", "--place", "a/2/B"], "'x+y' cannot be part of a topic"
        ),
    ])
    func `is not adopted where that makes no sense, and nothing is written`(_ words: [String], _ said: String)
        async throws
    {
        let folder = try HubFolder(port: 1883)
        let file = URL(fileURLWithPath: folder.configuration + "/devices.csv")
        let before = try Data(contentsOf: file)
        let adopt = try await HubProcess.run(
            ["devices", "adopt"] + words + ["--write", "--config", folder.configuration])
        #expect(adopt.code == 1)
        #expect(adopt.errors.first?.contains(said) == true, "\(adopt.errors)")
        #expect(try Data(contentsOf: file) == before)
    }

    @Test func `is adopted without a hub, into a file that keeps its columns, its mode and its link`() async throws {
        let folder = try HubFolder(port: 1883)
        let path = folder.configuration + "/devices.csv"
        let real = folder.path + "/registry.csv"
        try FileManager.default.moveItem(atPath: path, toPath: real)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: real)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: real)
        let words = [
            "devices", "adopt", "0x8F20", "--ecosystem", "tasmota", "--place", "a/2/corridor", "--kind", "heat",
        ]
        let shown = try await HubProcess.run(words + ["--config", folder.configuration])
        #expect(shown.output.last == "--write adds it to devices.csv.")
        let written = try await HubProcess.run(words + ["--write", "--config", folder.configuration])
        #expect(written.code == 0)
        let lines = try String(contentsOfFile: real, encoding: .utf8).split(separator: "\n")
        #expect(lines.last == "a-2-corridor-heat,tasmota,0x8F20,a,2,,corridor,heat")
        #expect(lines.dropLast().map(String.init) == HubFolder.devicesFile)
        let attributes = try FileManager.default.attributesOfItem(atPath: real)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == real)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
                "Config", "registry.csv", "state",
            ])
        #expect(try await HubProcess.run(["check", "--config", folder.configuration]).code == 0)
    }
}
