import AlertLog
import Foundation
import MQTT
import Hub
import Registry
import Rules
import TestBroker
import TestHub
import Testing

@Suite(.timeLimit(.minutes(1))) struct `A message` {
    static let nonsense: [(trouble: String, device: String, payload: [UInt8])] = [
        ("malformed", "a-1-A-smoke", Array("}{ no JSON at all".utf8)),
        ("malformed", "a-1-B-smoke", [0xff, 0xfe, 0x00, 0xc3, 0x28]),
        ("malformed", "a-1-C-smoke", Array(#"{"type":{"smoke":1},"state":["alarm"]}"#.utf8)),
        ("malformed", "a-1-D-smoke", Array((String(repeating: "[", count: 10_000)).utf8)),
        (
            "malformed", "a-2-A-smoke",
            Array((String(repeating: #"{"a":"#, count: 10_000) + "1" + String(repeating: "}", count: 10_000)).utf8)
        ),
        ("malformed", "a-2-B-smoke", Array("{\"type\":\"smoke\",\"state\":\"al\u{fffd}".utf8.dropLast(1)) + [0x80]),
        ("payload too large", "a-2-C-smoke", Array(repeating: UInt8(ascii: "x"), count: 300 * 1024)),
    ]

    @Test func `that nobody can understand is a trouble, and the next alarm alarms`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        for (trouble, device, payload) in Self.nonsense {
            let topic = Voice.topic(of: device)
            try await voice.say(topic, payload)
            let line = try await log.line("the trouble with \(device)") { $0.details["topic"] == topic }
            #expect(line.details["trouble"] == trouble)
            #expect(line.level == .trouble)
            #expect(line.text.english.utf8.count < 1000)
        }
        for (number, payload) in ["", "null", "true", "[]", "0"].enumerated() {
            try await voice.say(Voice.topic(of: "b-\(number + 1)-A-smoke"), payload)
        }
        try await voice.say("estate/demo/block/a/flat/1/event", "{}")
        try await log.line("a misspelt topic") { $0.details["topic"] == "estate/demo/block/a/flat/1/event" }
        try await voice.report("a-3-A-smoke", "alarm")
        let alert = try await ear.alert("the alarm")
        #expect(alert.because == ["a-3-A-smoke"])
        #expect(hub.board.now.dropped == 1)
        #expect(hub.board.now.malformed >= Self.nonsense.count)
        try await hub.stop()
    }

    @Test func `whose topic names another place, or that is no JSON on a known topic, is a trouble`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        try folder.write("devices.csv", HubFolder.devicesFile + ["long,zigbee2mqtt,b/3/hall,b,3,D,,smoke"])
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        try await voice.say("zigbee2mqtt/b/3/hall", "not json")
        let malformed = try await log.trouble("malformed")
        #expect(malformed.details["topic"] == "zigbee2mqtt/b/3/hall")
        try await voice.say(
            "estate/demo/block/b/floor/5/flat/A/device/a-3-A-smoke/event", #"{"type":"smoke","state":"alarm"}"#)
        let misplaced = try await log.trouble("misplaced")
        #expect(misplaced.details["device"] == "a-3-A-smoke")
        // The registry counts.
        let alert = try await ear.alert("the alarm")
        #expect(alert.block == "a")
        try await hub.stop()
    }

    @Test func `from a device that nobody knows is told in the log, once, and to the guards if it alarms`() async throws
    {
        let broker = try TestBroker()
        defer { broker.stop() }
        let desk = try WebhookReceiver(.answers(200))
        let folder = try HubFolder(
            port: broker.port,
            settings: ["channels:", "  webhook:", "    endpoints: {desk: {url: 'http://127.0.0.1:\(desk.port)/'}}"],
            residents: ["desk,Desk,en,,,,guard,webhook:desk"])
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        let log = LogTrail(folder.state)
        let topic = "estate/demo/block/a/floor/1/flat/B/device/stranger/event"
        try await voice.say(topic, #"{"type":"smoke","state":"clear"}"#)
        try await voice.say(topic, #"{"type":"smoke","state":"alarm"}"#)
        try await voice.say(topic, #"{"type":"smoke","state":"alarm"}"#)
        try await voice.say("zigbee2mqtt/nobody", #"{"smoke":true}"#)
        try await log.line("Zigbee") { $0.details["address"] == "nobody" && $0.level == .alarm }
        #expect(log.troubles("unknown device").map(\.level) == [.trouble, .alarm, .alarm])
        _ = try await desk.requests.first("the stranger's alarm") {
            $0.contains("An ALARM from a device") && $0.contains("native stranger (a/1/B)")
        }
        _ = try await desk.requests.first("the other's") { $0.contains("zigbee2mqtt nobody") }
        try await hub.stop()
    }

    @Test func `that comes twice changes nothing the second time`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        // Raised, cleared, and then the raise again, as a broker repeats what was not acknowledged.
        for (state, sequence) in [("alarm", 7), ("clear", 8), ("alarm", 7), ("alarm", 7), ("clear", 8)] {
            try await voice.report("a-3-B-smoke", state, sequence: sequence)
        }
        try await voice.report("b-3-B-smoke", "alarm", sequence: 1)
        try await ear.alert("the end") { $0.block == "b" }
        try await hub.stop()
        let log = try await settledLog(folder)
        let signals = log.filter { $0.event == .signal && $0.block == "a" }.map { $0.details["change"] }
        #expect(signals == ["raised", "cleared"])
        #expect(ear.alerts.map(\.block) == ["a", "b"])
    }

    @Test func `in which a device's clock is an hour off is placed at its receipt`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        let hub = try RunningHub(folder)
        try await hub.untilReady()
        for (device, hours) in [("a-3-B-smoke", 1.0), ("a-3-C-smoke", -1.0)] {
            // It has been heard before, so that the clock is known.
            let off = Duration.seconds(hours * 3600)
            try await voice.report(device, "ok", sequence: 1, at: .now() + off)
            let before = Instant.now()
            try await voice.report(device, "alarm", sequence: 2, at: .now() + off)
            let alert = try await ear.alert("\(device)") { $0.because.last == device }
            #expect(alert.at >= before - .seconds(1))
            #expect(alert.at <= .now())
            #expect(!alert.late)
        }
        // Their clocks are two hours apart, their alarms are not.
        try await ear.alert("confirmed") { $0.stage == .confirmed }
        try await hub.stop()
    }

    @Test func `that says alarm and waits retained is investigated, and confirms nothing`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        try await voice.report("a-3-B-smoke", "alarm", retain: true)
        try await voice.report("a-3-C-smoke", "alarm", retain: true)
        let first = try RunningHub(folder)
        try await first.untilReady()
        // Each is a flat of its own, and so an alert of its own, in whatever order the broker gives them.
        try await ear.alert("investigate") { $0.stage == .investigate && $0.id == "a-fire-1/2" }
        let log = LogTrail(folder.state)
        try await log.line("marked") { $0.event == .signal && $0.details["retained"] == "true" }
        try await first.stop()
        let told = ear.alerts

        // Known now, and so no news.
        let second = try RunningHub(folder)
        try await second.untilReady()
        try await voice.report("b-3-B-smoke", "alarm")
        try await ear.alert("the end") { $0.block == "b" }
        #expect(ear.alerts.filter { $0.block == "a" } == told)
        #expect(!ear.alerts.contains { $0.stage == .confirmed })
        // One retained and one live do confirm.
        try await voice.report("a-3-D-smoke", "alarm")
        try await ear.alert("confirmed") { $0.stage == .confirmed }
        try await second.stop()
    }

    @Test func `of a night without the hub is judged by its own time`() async throws {
        let broker = try TestBroker()
        defer { broker.stop() }
        let folder = try HubFolder(port: broker.port)
        let ear = try await Ear(broker, "smokehub/demo/block/+/alert")
        let voice = try Voice(broker)
        // An hour ago the hub heard these devices, and knows their clocks.
        let start = Instant.now() - .seconds(3600)
        let early = try RunningHub(folder, now: { start })
        try await early.untilReady()
        for device in ["a-3-B-smoke", "a-3-C-smoke", "b-3-B-smoke", "b-3-C-smoke", "c-1-B-smoke"] {
            try await voice.report(device, "ok", sequence: 1, at: start)
        }
        try await voice.report("c-2-B-smoke", "alarm", sequence: 1, at: start)
        try await ear.alert("all were heard") { $0.block == "c" }
        try await early.stop()

        // In block a two alarms of two flats, twenty minutes apart; in b twenty seconds apart.
        for (device, state, sequence, minute) in [
            ("a-3-B-smoke", "alarm", 2, 10.0), ("a-3-B-smoke", "clear", 3, 12), ("b-3-B-smoke", "alarm", 2, 20),
            ("b-3-C-smoke", "alarm", 2, 20 + 1.0 / 3), ("a-3-C-smoke", "alarm", 2, 30), ("a-3-C-smoke", "clear", 3, 31),
            ("c-1-B-smoke", "ok", 2, 59),
        ] {
            try await voice.report(device, state, sequence: sequence, at: start + .seconds(minute * 60))
        }
        let late = try RunningHub(folder)
        try await late.untilReady()
        try await voice.report("c-6-B-smoke", "alarm", sequence: 1, at: .now())
        try await ear.alert("the end") { $0.because == ["c-6-B-smoke"] }
        try await late.stop()

        let confirmed = ear.alerts.filter { $0.stage == .confirmed && $0.repetition == 0 && $0.rule == "near-flats" }
        #expect(confirmed.map(\.block) == ["b"])
        #expect(confirmed.first?.at == start + .seconds(20 * 60 + 20))
        #expect(confirmed.first?.late == true)
        #expect(!ear.alerts.contains { $0.block == "a" && $0.stage == .confirmed })
        // What had begun before the night has not ended in it: nobody could have heard that it goes on.
        #expect(!ear.alerts.contains { $0.block == "c" && [.clearing, .closed].contains($0.stage) })
    }
}

/// The lines of a log that nobody writes any more.
func settledLog(_ folder: HubFolder) async throws -> [LogLine] {
    var lines: [LogLine] = []
    for try await entry in LogFollower(folder: folder.state, follows: false) {
        if let line = entry.line { lines.append(line) }
    }
    return lines
}
