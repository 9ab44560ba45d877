import AlertLog
import Foundation
import Hub
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A device that announces itself to Home Assistant` {
    private let announcement = "homeassistant/binary_sensor/det9/smoke/config"
    private let config = #"{"dev_cla":"smoke","stat_t":"own/det9/smoke","dev":{"ids":["det9"]}}"#

    private func folder(port: Int) throws -> HubFolder {
        let folder = try HubFolder(port: port)
        try folder.write("devices.csv", HubFolder.devicesFile + ["det9,homeassistant_discovery,det9,b,2,B,,smoke"])
        return folder
    }

    @Test func `is heard on the topics that it names, also by a hub that starts anew`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try folder(port: broker.port)
        let voice = try Voice(broker)
        let log = LogTrail(folder.state)
        let first = try RunningHub(folder)
        try await first.untilReady()
        try await voice.say(announcement, config)
        // What cannot take its place shows that the announcement has been read.
        try await voice.say(
            "homeassistant/binary_sensor/evil/smoke/config",
            #"{"dev_cla":"smoke","stat_t":"evil/smoke","dev":{"ids":["det9"]}}"#)
        let refused = try await log.line("the refusal") { $0.details["trouble"] == "announcement" }
        #expect(refused.text.english.contains(announcement))
        #expect(refused.details["identity"] == "det9")
        #expect(refused.details["refused"] == "homeassistant/binary_sensor/evil/smoke/config")
        try await voice.say("own/det9/smoke", "ON", retain: true)
        try await log.line("the alarm") { $0.event == .signal && $0.device == "det9" && $0.level == .alarm }
        try await first.stop()
        let second = try RunningHub(folder)
        try await second.untilReady()
        try await voice.say("own/det9/smoke", "OFF")
        try await log.line("the clear") { $0.event == .signal && $0.device == "det9" && $0.level == .info }
        try await second.stop()
    }

    @Test func `and is bound to a node has to be in the registry`() throws {
        let folder = try folder(port: 1)
        let path = folder.configuration + "/hub.yaml"
        let settings = try String(contentsOfFile: path, encoding: .utf8)
        func weaknesses(_ address: String) throws -> [String] {
            let nodes = "ecosystems: {homeassistant_discovery: {nodes: {\(address): gateway-b}}}\n"
            try (settings + nodes).write(toFile: path, atomically: true, encoding: .utf8)
            return try HubConfiguration.load(folder.configuration).weaknesses.map(\.description)
        }
        #expect(try !weaknesses("det9").contains { $0.contains("homeassistant_discovery.nodes") })
        #expect(try weaknesses("det8").contains { $0.contains("has the address 'det8'") })
    }

    @Test func `alarms on all the topics that were announced in one go`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try folder(port: broker.port)
        let voice = try Voice(broker)
        for number in 0..<40 {
            try await voice.say(
                "homeassistant/binary_sensor/det9/x\(number)/config",
                #"{"dev_cla":"smoke","stat_t":"own/det9/\#(number)","dev":{"ids":["det9"]}}"#, retain: true)
        }
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        try await voice.say("own/det9/39", "ON")
        let log = LogTrail(folder.state)
        try await log.line("the alarm") { $0.event == .signal && $0.device == "det9" && $0.level == .alarm }
        try await hub.stop()
        let packets = broker.log.split(separator: "\n").count { $0.contains("Received SUBSCRIBE from smokehub-hub-1") }
        #expect((1..<20).contains(packets), "40 topics in \(packets) packets")
    }

    @Test func `as a siren is told to sound where it said, by a hub that starts anew too, beside other makers' sirens`()
        async throws
    {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        try folder.write(
            "devices.csv",
            HubFolder.devicesFile + [
                "horn,homeassistant_discovery,horn,b,2,B,,siren", "plug,tasmota,plug,b,2,B,,siren",
                "shellyplus1-b2,shelly_gen2,shellyplus1-b2,b,2,B,,siren",
            ])
        let voice = try Voice(broker)
        let first = try RunningHub(folder)
        try await first.untilReady()
        try await voice.say(
            "homeassistant/siren/horn/x/config", #"{"cmd_t":"own/horn/set","dev":{"ids":["horn"]}}"#)
        // Once it is acted upon, the announcement before it is durable.
        try await voice.report("a-lobby-button", "alarm")
        try await LogTrail(folder.state).line("the alarm") { $0.event == .signal && $0.device == "a-lobby-button" }
        try await first.stop()
        let second = try RunningHub(folder)
        try await second.untilReady()
        let ear = try await Ear(broker, "own/#", "cmnd/#", "shellyplus1-b2/rpc")
        try await voice.report("b-lobby-button", "alarm")
        let told = try await ear.message(on: "own/horn/set")
        #expect(told == #"{"state":"ON","duration":180,"volume_level":1.0}"#)
        #expect(try await ear.message(on: "cmnd/plug/Backlog") == "PulseTime 280; Power ON")
        #expect(try await ear.message(on: "shellyplus1-b2/rpc").contains(#""toggle_after":180"#))
        try await second.stop()
    }

    @Test func `may alarm with the very message that its decoder cannot learn from`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        try folder.write("devices.csv", HubFolder.devicesFile + ["plc,sparkplug_b,g/n,b,2,B,,smoke"])
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        // In protobuf, a metric `smoke` of the datatype 11 that is true, and more without a name than a node may have.
        let smoke = "\u{12}\u{0B}\u{0A}\u{05}smoke\u{20}\u{0B}\u{70}\u{01}"
        try await Voice(broker).say(
            "spBv1.0/g/NBIRTH/n", smoke + String(repeating: "\u{12}\u{00}", count: 4096))
        let log = LogTrail(folder.state)
        try await log.line("the alarm") { $0.event == .signal && $0.device == "plc" && $0.level == .alarm }
        #expect(try await log.trouble("malformed").text.english.contains("4097 metrics"))
        try await hub.stop()
    }
}
