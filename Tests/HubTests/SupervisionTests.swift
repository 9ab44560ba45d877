import AlertLog
import Foundation
import Hub
import Registry
import Rules
import TestBroker
import TestHub
import Testing

/// Who would speak if they had to, with a running hub, a real broker, and devices that really die.
@Suite(.timeLimit(.minutes(1))) struct `What nobody would hear` {
    private let broker: TestBroker
    private let phones: WebhookReceiver
    private let folder: HubFolder
    private let voice: Voice
    private static let children = (1...6).flatMap { floor in ["A", "B"].map { "z-\(floor)-\($0)" } }

    init() throws {
        broker = try TestBroker()
        phones = try WebhookReceiver(.answers(200))
        folder = try HubFolder(
            // A clock that leaps is no reason to doubt the broker.
            port: broker.port, canary: "{interval: 2s, grace: 1h}",
            settings: [
                "supervision:", "  storm: {burst: 10, rate: 0.1}",
                "  contracts: [{kind: siren, interval: none, last-will: none}]", "channels:", "  webhook:",
                "    endpoints:",
                "      phone: {url: 'http://127.0.0.1:\(phones.port)'}",
            ], residents: ["g-phone,Guard,en,a,,,guard,webhook:phone"])
        let zigbee = Self.children.map { name in
            let parts = name.split(separator: "-")
            return "\(name),zigbee2mqtt,\(name),a,\(parts[1]),\(parts[2]),,smoke"
        }
        try folder.write(
            "devices.csv",
            HubFolder.devicesFile + zigbee + [
                "sleeper,shelly_gen2,sleeper,b,1,B,,smoke", "awake,esphome,awake,b,2,B,,smoke",
                "a-lobby-bell,native,a-lobby-bell,a,,,lobby,building_alarm",
            ])
        voice = try Voice(broker)
    }

    /// For a clock that leaps: who has never been heard falls silent, too.
    private func register(only devices: [String]) throws {
        let rows = try String(contentsOfFile: folder.configuration + "/devices.csv", encoding: .utf8)
            .split(separator: "\n").map(String.init)
        try folder.write(
            "devices.csv",
            rows.filter { row in
                let id = String(row.prefix { $0 != "," })
                return (devices + ["id", "c-1-B-smoke"]).contains(id) || row.hasSuffix(",siren")
            })
    }

    private func smokehub(_ arguments: String...) async throws -> String {
        try await HubProcess.run(arguments + ["--state", folder.state]).output.joined(separator: "\n")
    }

    private func serve() async throws -> HubProcess {
        let hub = try HubProcess.serve(folder)
        try await hub.untilReady()
        return hub
    }

    /// Returns when the hub has taken in all that was said before.
    private func isThrough(_ log: LogTrail, _ device: String = "c-1-B-smoke", _ state: String = "alarm") async throws {
        let count = log.lines.count
        try await voice.report(device, state)
        try await log.line("\(device) \(state)", from: count) { $0.event == .signal && $0.device == device }
    }

    private func childrenSpeak() async throws {
        for child in Self.children { try await voice.say("zigbee2mqtt/\(child)", #"{"smoke":false,"battery":90}"#) }
    }

    private func told(_ text: String) -> Int { phones.requests.all.count { $0.contains(text) } }

    /// The journal played again decides what the log says.
    private func checkReplay(atLeast count: Int) async throws {
        let decided = try await settledLog(folder).filter {
            $0.event == .incident || $0.details["rule"] == "contradiction"
        }.map { line in
            "\(line.incident ?? "") \(line.details["rule"] ?? "") \(line.details["because"] ?? "")"
        }
        let replay = try await HubProcess.run(["replay", "--config", folder.configuration, folder.state])
        let replayed = try replay.output.map { text in
            let line = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let because = (line["because"] as? [String] ?? []).joined(separator: " ")
            return "\(line["incident"] ?? "") \(line["rule"] ?? "") \(because)"
        }
        #expect(replayed == decided)
        #expect(decided.count >= count)
    }

    @Test func `because its gateway was killed is one trouble, told once, until the gateway is back`() async throws {
        defer { broker.stop() }
        let hub = try await serve()
        let log = LogTrail(folder.state)
        try await voice.say("zigbee2mqtt/bridge/state", #"{"state":"online"}"#, retain: true)
        let bridge = try DyingClient(broker, topic: "zigbee2mqtt/bridge/state", will: #"{"state":"offline"}"#)
        try await bridge.untilHears("online")
        try await childrenSpeak()
        try await isThrough(log)
        #expect(try await smokehub("status").contains(/block a +partly: 0 of 6 floors watched/))

        try await bridge.kill()
        let lost = try await log.trouble("gateway")
        #expect(lost.details["count"] == "12" && lost.details["gateway"] == "bridge" && lost.block == "a")
        let unwatched = try await log.trouble("unwatched")
        #expect(unwatched.details["floors"] == "1 2 3 4 5 6" && unwatched.level == .trouble)
        try await phones.requests.first("the floors") { $0.contains("floors 1, 2, 3, 4, 5, 6: UNWATCHED") }
        #expect(
            try await smokehub("status").contains(
                /block a +UNWATCHED: 0 of 6 floors watched\n  floors 1-6 +each UNWATCHED: none of 8 detectors/))

        try await voice.say("zigbee2mqtt/bridge/state", #"{"state":"online"}"#, retain: true)
        try await log.trouble("gateway", "put right")
        let watched = try await log.trouble("unwatched", "put right")
        #expect(watched.details["floors"] == "1 2 3 4 5 6")
        try await phones.requests.first("that they are watched") { $0.contains("1, 2, 3, 4, 5, 6: watched again") }
        try await phones.requests.first("that it is back") { $0.contains("zigbee2mqtt bridge is back: 12 devices") }
        #expect(told("The gateway zigbee2mqtt bridge is gone: 12 devices behind it are out of sight") == 1)
        #expect(told("UNWATCHED") == 1)
        #expect(try await smokehub("status").contains(/block a +partly: 0 of 6 floors watched/))
        #expect(log.troubles("gateway").count == 2 && log.troubles("unwatched").count == 2)
        #expect(log.troubles("silent").isEmpty)
        #expect(try await hub.terminate() == 0)
    }

    @Test(arguments: [true, false])
    func `because its gateway is gone stays out of sight over a restart`(brokerRemembers: Bool) async throws {
        defer { broker.stop() }
        let first = try await serve()
        let log = LogTrail(folder.state)
        try await childrenSpeak()
        try await isThrough(log)
        try await voice.say("zigbee2mqtt/bridge/state", #"{"state":"offline"}"#, retain: brokerRemembers)
        try await log.trouble("unwatched")
        #expect(try await first.terminate() == 0)

        let second = try await serve()
        #expect(try await smokehub("status").contains(/block a +UNWATCHED: 0 of 6 floors watched/))
        try await voice.say("zigbee2mqtt/bridge/state", "online", retain: true)
        try await log.trouble("gateway", "put right")
        try await log.trouble("unwatched", "put right")
        #expect(log.troubles("gateway").count == 2 && log.troubles("unwatched").count == 2)
        #expect(try await smokehub("status").contains(/block a +partly: 0 of 6 floors watched/))
        #expect(try await second.terminate() == 0)
    }

    @Test func `behind a gateway that was gone before the hub ever started is told of as soon as it is known`()
        async throws
    {
        defer { broker.stop() }
        try await voice.say("zigbee2mqtt/bridge/state", #"{"state":"offline"}"#, retain: true)
        let hub = try await serve()
        let log = LogTrail(folder.state)
        try await voice.say("zigbee2mqtt/z-1-A", #"{"smoke":false}"#)
        let lost = try await log.trouble("gateway")
        #expect(lost.details["devices"] == "z-1-A")
        try await voice.say("zigbee2mqtt/z-1-B", #"{"smoke":false}"#)
        try await voice.say("zigbee2mqtt/bridge/state", #"{"state":"online"}"#, retain: true)
        #expect(try await log.trouble("gateway", "put right").details["devices"] == "z-1-A z-1-B")
        #expect(try await hub.terminate() == 0)
    }

    @Test func `because it sleeps is no outage, and because it has died is one`() async throws {
        defer { broker.stop() }
        let hub = try await serve()
        let log = LogTrail(folder.state)
        try await voice.say("sleeper/status/smoke:0", #"{"id":0,"alarm":false,"mute":false}"#)
        try await voice.say("awake/status", "online", retain: true)
        try await voice.report("b-3-B-smoke", "ok")
        let deaths = [
            try DyingClient(broker, topic: "sleeper/online", will: "false"),
            try DyingClient(broker, topic: "awake/status", will: "offline"),
            try DyingClient(broker, topic: Voice.topic(of: "b-3-B-smoke", "status"), will: "offline"),
        ]
        try await voice.say("sleeper/online", "true", retain: true)
        try await voice.say(Voice.topic(of: "b-3-B-smoke", "status"), "online", retain: true)
        for (client, word) in zip(deaths, ["true", "online", "online"]) { try await client.untilHears(word) }
        for client in deaths { try await client.kill() }
        for floor in ["2", "3"] {
            try await log.line("floor \(floor)") {
                $0.details["trouble"] == "unwatched" && ($0.details["floors"] ?? "").contains(floor)
            }
        }
        let offline = log.lines.all.filter { $0.event == .trouble && $0.block == "b" && $0.device != nil }
        #expect(Set(offline.compactMap(\.device)) == ["awake", "b-3-B-smoke"])
        #expect(log.troubles("unwatched").allSatisfy { !($0.details["floors"] ?? "").contains("1") })
        let status = try await smokehub("status")
        #expect(status.contains(/block b +partly: 0 of 6 floors watched\n  floor 1 +partly: 1 of 7 detectors work/))
        #expect(status.contains(/floors 2-3 +each UNWATCHED: none of 7 detectors would speak/))
        #expect(try await smokehub("devices", "--block", "b").contains(/b-3-B-smoke .*offline/))
        #expect(try await hub.terminate() == 0)

        // What is broken does not mend itself by a restart.
        let again = try await serve()
        #expect(try await smokehub("status").contains(/floor 1 +partly: 1 of 7 detectors work/))
        #expect(try await again.terminate() == 0)
    }

    @Test func `because it reports a fault is not watched after a restart either`() async throws {
        defer { broker.stop() }
        let first = try await serve()
        let log = LogTrail(folder.state)
        try await voice.report("b-4-B-smoke", "ok")
        try await voice.report("b-4-B-smoke", "fault")
        try await log.trouble("unwatched")
        #expect(try await first.terminate() == 0)
        let second = try await serve()
        #expect(try await smokehub("status").contains(/block b +UNWATCHED/))
        try await voice.report("b-4-B-smoke", "ok")
        try await log.trouble("unwatched", "put right")
        #expect(try await second.terminate() == 0)
    }

    @Test func `because it died while the hub was down is noticed after the start`() async throws {
        defer { broker.stop() }
        try register(only: ["a-1-B-smoke", "a-1-C-smoke", "a-2-B-smoke"])
        let ahead = Ahead()
        let log = LogTrail(folder.state)
        let first = try RunningHub(folder, now: ahead.now)
        try await first.untilReady()
        for device in ["a-1-B-smoke", "a-1-C-smoke", "a-2-B-smoke"] { try await voice.report(device, "ok") }
        try await isThrough(log)
        try await first.stop()
        ahead.by(.seconds(3600))
        let second = try RunningHub(folder, now: ahead.now)
        try await second.untilReady()
        ahead.by(.seconds(250))
        for device in ["a-1-B-smoke", "a-2-B-smoke"] { try await voice.report(device, "ok") }
        try await isThrough(log, "c-1-B-smoke", "clear")
        ahead.by(.seconds(80))
        let silent = try await log.trouble("silent")
        #expect(silent.device == "a-1-C-smoke" && silent.details["contract"]?.contains("silent after 300 s") == true)
        try await second.stop()
        #expect(log.troubles("silent").count == 1 && log.troubles("mass silence").isEmpty)
    }

    @Test func `of a block that falls silent as a whole is told at once, with its end, also over a restart`()
        async throws
    {
        defer { broker.stop() }
        let devices = (1...6).map { "a-\($0)-B-smoke" }
        try register(only: devices)
        let ahead = Ahead()
        let log = LogTrail(folder.state)
        let first = try RunningHub(folder, now: ahead.now)
        try await first.untilReady()
        for device in devices { try await voice.report(device, "ok") }
        try await isThrough(log)
        ahead.by(.seconds(130))
        let mass = try await log.trouble("mass silence")
        #expect(mass.level == .alarm && mass.details["count"] == "6" && mass.details["of"] == "6")
        #expect(mass.text.english.contains("power, jamming, or fire"))
        try await phones.requests.first("the mass silence") { $0.contains("6 of 6 devices in Block A fell silent") }
        try await first.stop()

        let second = try RunningHub(folder, now: ahead.now)
        try await second.untilReady()
        ahead.by(.seconds(330))
        try await log.line("who is silent") { $0.details["trouble"] == "silent" && $0.details["count"] == "6" }
        for device in devices { try await voice.report(device, "ok") }
        try await log.trouble("mass silence", "put right")
        try await phones.requests.first("its end") { $0.contains("Most devices in Block A are heard again") }
        try await second.stop()
        #expect(log.troubles("mass silence").count == 2)
        #expect(told("fell silent within a minute") == 1 && told("are heard again") == 1)
    }

    @Test func `in a storm of one device is bounded and reported, and its alarm is heard`() async throws {
        defer { broker.stop() }
        let ahead = Ahead()
        let log = LogTrail(folder.state)
        let hub = try RunningHub(folder, now: ahead.now)
        try await hub.untilReady()
        try await voice.report("a-3-C-smoke", "alarm")
        try await log.line("an investigation") { $0.stage == .investigate }
        let flood = Trail<Bool>()
        let topic = Voice.topic(of: "a-3-B-smoke")
        for _ in 0..<500 { voice.call(topic, Voice.event(of: "a-3-B-smoke", "ok")) { flood.append($0) } }
        let storm = try await log.trouble("storm")
        #expect(storm.device == "a-3-B-smoke")
        try await voice.report("a-3-B-smoke", "alarm")
        for _ in 0..<500 { voice.call(topic, Voice.event(of: "a-3-B-smoke", "ok")) { flood.append($0) } }
        let confirmed = try await log.line("the fire") { $0.event == .incident && $0.stage == .confirmed }
        #expect(confirmed.details["because"]?.contains("a-3-B-smoke") == true)
        try await flood.first(1000, "messages of the flood")
        try await isThrough(log)
        ahead.by(.seconds(70))
        let end = try await log.trouble("storm", "put right")
        let suppressed = try #require(end.text.english.firstMatch(of: /; (\d+) of its messages were not heeded/)?.1)
        #expect((Int(suppressed) ?? 0) > 100)
        #expect(log.troubles("storm").count == 2)
        try await hub.stop()
        try await checkReplay(atLeast: 2)
    }

    @Test func `in a storm is heard to its last clear, which is replayed as it was judged`() async throws {
        defer { broker.stop() }
        let ahead = Ahead()
        let log = LogTrail(folder.state)
        let hub = try RunningHub(folder, now: ahead.now)
        try await hub.untilReady()
        let flood = Trail<Bool>()
        let topic = Voice.topic(of: "a-3-B-smoke")
        for _ in 0..<50 { voice.call(topic, Voice.event(of: "a-3-B-smoke", "ok")) { flood.append($0) } }
        try await log.trouble("storm")
        voice.call(topic, Voice.event(of: "a-3-B-smoke", "alarm")) { flood.append($0) }
        voice.call(topic, Voice.event(of: "a-3-B-smoke", "ok")) { flood.append($0) }
        try await flood.first(52, "messages of the flood")
        try await log.line("the alarm") { $0.device == "a-3-B-smoke" && $0.details["change"] == "raised" }
        try await log.line("its clear") { $0.device == "a-3-B-smoke" && $0.details["change"] == "cleared" }
        try await hub.stop()
        try await checkReplay(atLeast: 1)
    }

    @Test func `on a first start is one trouble and one ticket for each block`() async throws {
        defer { broker.stop() }
        let ahead = Ahead()
        let log = LogTrail(folder.state)
        let hub = try RunningHub(folder, now: ahead.now)
        try await hub.untilReady()
        ahead.by(.seconds(400))
        let trouble = try await log.line("who was never heard") {
            $0.details["trouble"] == "never heard" && $0.place?.block == "a"
        }
        #expect(trouble.text.english.contains("devices in Block A were never heard (a-"))
        let ticket = try await log.line("their ticket") {
            $0.details["kind"] == "never-heard" && $0.place?.block == "a"
        }
        #expect(ticket.device == nil && ticket.text.english.contains("devices of the block were never heard (a-"))
        try await voice.report("a-3-B-smoke", "ok")
        let heard = try await log.line("one that is heard") {
            $0.details["trouble"] == "never heard" && $0.details["state"] == "put right"
        }
        #expect(heard.device == "a-3-B-smoke")
        #expect(log.troubles("silent").isEmpty)
        try await hub.stop()
    }

    @Test func `is shown as heard with its first word, and not at the next checkpoint`() async throws {
        defer { broker.stop() }
        let hub = try await serve()
        try await voice.report("a-3-B-smoke", "ok")
        try await isThrough(LogTrail(folder.state))
        #expect(try await smokehub("devices").contains(/a-3-B-smoke .*heard 20/))
        #expect(try await hub.terminate() == 0)
    }

    @Test func `because the radio loses it shows in a device's counts`() async throws {
        defer { broker.stop() }
        let hub = try await serve()
        let log = LogTrail(folder.state)
        for sequence in [1, 2, 5, 6, 9] { try await voice.report("a-3-B-smoke", "ok", sequence: sequence) }
        try await voice.report("a-3-B-smoke", "alarm", sequence: 10)
        try await log.line("the alarm") { $0.event == .signal && $0.device == "a-3-B-smoke" }
        #expect(try await smokehub("devices", "--block", "a").contains(/a-3-B-smoke .*missed 4 of 10 messages/))
        try await hub.kill()
        let again = try await serve()
        #expect(try await smokehub("devices", "--block", "a").contains(/a-3-B-smoke .*missed 4 of 10 messages/))
        #expect(try await again.terminate() == 0)
    }

    @Test func `is shown flat by flat, and what is disabled counts as such`() async throws {
        defer { broker.stop() }
        let hub = try await serve()
        let log = LogTrail(folder.state)
        #expect(try await smokehub("status").contains(/block c +UNWATCHED: 0 of 6 floors watched/))
        let floor = ["A", "B", "C", "D"].map { "c-1-\($0)-smoke" } + ["c-1-A-heat", "c-1-corridor-smoke"]
        for device in floor + ["c-2-B-smoke"] { try await voice.report(device, "ok") }
        try await isThrough(log, "b-1-B-smoke")
        let status = try await smokehub("status")
        #expect(status.contains(/block c +partly: 1 of 6 floors watched/))
        #expect(status.contains(/floor 2 +partly: 1 of 6 detectors work; unwatched flats A C D/))
        #expect(status.contains(/floors 3-6 +each UNWATCHED: none of 6 detectors would speak/))
        _ = try await smokehub("disable", "device", "c-1-B-smoke", "--for", "1h", "--by", "fitter")
        try await log.trouble("disabled")
        let disabled = try await smokehub("status")
        #expect(disabled.contains(/block c +partly: 0 of 6 floors watched/))
        #expect(disabled.contains(/floor 1 +partly: 5 of 6 detectors work; unwatched flats B/))
        #expect(try await hub.terminate() == 0)
    }

    @Test func `and the bell's silence are replayed as they were judged`() async throws {
        defer { broker.stop() }
        try register(only: ["a-3-B-smoke", "a-3-C-smoke", "a-lobby-bell"])
        let ahead = Ahead()
        let log = LogTrail(folder.state)
        let hub = try RunningHub(folder, now: ahead.now)
        try await hub.untilReady()
        try await voice.say(Voice.topic(of: "a-lobby-bell"), #"{"type":"smoke","state":"ok"}"#)
        for device in ["a-3-B-smoke", "a-3-C-smoke"] { try await voice.report(device, "ok") }
        try await isThrough(log)
        ahead.by(.seconds(400))
        try await log.line("who is silent") { $0.details["trouble"] == "silent" && $0.details["count"] == "3" }
        try await voice.report("a-3-B-smoke", "alarm")
        try await log.line("a fire") { $0.event == .incident && $0.details["because"] == "a-3-B-smoke" }
        try await voice.report("a-3-C-smoke", "alarm")
        try await log.line("the fire") { $0.event == .incident && $0.stage == .confirmed }
        ahead.by(.seconds(60))
        try await log.trouble("contradiction")
        try await hub.stop()
        try await checkReplay(atLeast: 4)
    }

    @Test func `because a gateway comes and goes all day does not call people all day`() async throws {
        defer { broker.stop() }
        let ahead = Ahead()
        let log = LogTrail(folder.state)
        let hub = try RunningHub(folder, now: ahead.now)
        try await hub.untilReady()
        try await childrenSpeak()
        try await isThrough(log)
        for _ in 1...5 {
            for (state, end) in [("offline", "open"), ("online", "put right")] {
                let count = log.lines.count
                try await voice.say("zigbee2mqtt/bridge/state", state)
                try await log.trouble("gateway", end, from: count)
                try await log.trouble("unwatched", end, from: count)
            }
        }
        let count = log.lines.count
        try await voice.say("zigbee2mqtt/bridge/state", "offline")
        try await log.trouble("unwatched", from: count)
        ahead.by(.seconds(16 * 60))
        try await phones.requests.first("how it is now") {
            $0.contains("bridge is gone") && $0.contains("(changed 7 times since this was told last)")
        }
        try await phones.requests.first("how the floors are now") {
            $0.contains("UNWATCHED") && $0.contains("(changed 7 times since this was told last)")
        }
        #expect(log.troubles("gateway").count == 11)
        #expect(told("zigbee2mqtt bridge is gone") == 3 && told("zigbee2mqtt bridge is back") == 2)
        #expect(told("UNWATCHED") == 3 && told("watched again") == 2)
        // Nothing that was kept back is forgotten when the hub stops.
        let lines = log.lines.count
        try await voice.say("zigbee2mqtt/bridge/state", "online")
        try await log.trouble("unwatched", "put right", from: lines)
        try await hub.stop()
        let again = try RunningHub(folder, now: ahead.now)
        try await again.untilReady()
        try await phones.requests.first("that it is back", from: 10) { $0.contains("zigbee2mqtt bridge is back") }
        try await phones.requests.first("that they are watched", from: 10) { $0.contains("watched again") }
        try await again.stop()
        #expect(told("zigbee2mqtt bridge is back") == 3 && told("watched again") == 3)
    }
}
